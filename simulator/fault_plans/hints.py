"""F49 to F52: notifications that come thrice, not at all, forged, and a handshake with odd signs."""

from simulator.fault_plans.orders import Order
from simulator.fault_plans.stage import Family, Stage
from simulator.notifications import FORGERIES
from simulator.subscriptions import LIFECYCLE_EVENTS

_ODD_TOKEN = "<script>alert('é & à')</script> 100% +vrai"  # noqa: S105  # a text that is no secret


def _thrice(stage: Stage, order: Order) -> None:
    def act() -> None:
        delivery = stage.msgraph.subscriptions.delivery
        delivery.times, delivery.backwards = order.times or 3, True

    stage.happen(order, act)


def _missed(stage: Stage, order: Order) -> None:
    """The next notifications are lost, and every lifecycle event comes in one request."""

    def act() -> None:
        subscriptions = stage.msgraph.subscriptions
        subscriptions.delivery.dropped += order.number("lost", 3)
        subscriptions.tell_lifecycle(*LIFECYCLE_EVENTS)

    stage.happen(order, act)


def _forged(stage: Stage, order: Order) -> None:
    how = order.text("what", "wrong")
    if how not in FORGERIES:
        raise ValueError(f"F51 knows {', '.join(FORGERIES)}")

    def act() -> None:
        delivery = stage.msgraph.subscriptions.delivery
        delivery.forged, delivery.forged_as = order.times or 1, how

    stage.happen(order, act)


def _odd_handshake(stage: Stage, order: Order) -> None:
    stage.msgraph.subscriptions.delivery.token = order.text("token", _ODD_TOKEN)


FAMILY: Family = {"F49": _thrice, "F50": _missed, "F51": _forged, "F52": _odd_handshake}
