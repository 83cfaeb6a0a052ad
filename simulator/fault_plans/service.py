"""F15 to F29: a service that is busy, broken, closed to us, or talks nonsense."""

from simulator.fault_plans.orders import Order
from simulator.fault_plans.stage import DELTA, Family, Stage
from simulator.faults import Fault, FaultKind

_ANY = ""
_OF_A_MAILBOX = "^users/[^/]+/(mailFolders|messages|calendar|events|todo)"
_WELL_KNOWN = "mailFolders/(?!delta$)[^/]+$"
_ONE_ITEM = r"(events|callRecords|messages)/(?!delta$)[^/]+$"
_AN_HOUR = 3600.0
_ALWAYS = 10**9
_FEATURES = {
    "unknown_field": FaultKind.UNKNOWN_FIELD,
    "missing_from": FaultKind.MISSING_FROM,
    "wrong_type": FaultKind.WRONG_TYPE,
    "forgotten_value": FaultKind.FORGOTTEN_VALUE,
}


def _busy(stage: Stage, order: Order) -> None:
    stage.strike(order, Fault(FaultKind.THROTTLED, retry_after=_wait(order, "1")))


def _busy_without_a_number(stage: Stage, order: Order) -> None:
    """Retry-After is missing (null), a date, a text, negative, or a day."""
    stage.strike(order, Fault(FaultKind.THROTTLED, retry_after=_wait(order, None)))


def _wait(order: Order, default: str | None) -> str | None:
    wait = order.options.get("retry_after", default)
    return None if wait is None else str(wait)


def _outage(stage: Stage, order: Order) -> None:
    place = stage.place(order, path=_ANY)
    seconds = order.seconds or _AN_HOUR
    wait = _wait(order, None)
    stage.plan.add(Fault(FaultKind.THROTTLED, path=place.path, first=place.first, seconds=seconds, retry_after=wait))


def _unavailable(stage: Stage, order: Order) -> None:
    stage.strike(order, Fault(FaultKind.UNAVAILABLE, status=order.number("status", 503)))


def _html(stage: Stage, order: Order) -> None:
    stage.strike(order, Fault(FaultKind.HTML, status=order.number("status", 200)))


def _cut(stage: Stage, order: Order) -> None:
    stage.strike(order, Fault(FaultKind.CUT))


def _broken_line(stage: Stage, order: Order) -> None:
    stage.strike(order, Fault(FaultKind.DRIP if order.text("what", "reset") == "drip" else FaultKind.RESET))


def _token_refused(stage: Stage, order: Order) -> None:
    stage.strike(order, Fault(FaultKind.UNAUTHORISED))


def _consent_withdrawn(stage: Stage, order: Order) -> None:
    """No token any more, and those given out are refused; for `seconds`, or until somebody consents again."""

    def act() -> None:
        stage.registration.withdraw_consent(order.seconds or None)
        lasting = order.seconds or float(_ALWAYS)
        stage.plan.add(Fault(FaultKind.UNAUTHORISED, path=_ANY, times=0, seconds=lasting), from_now=True)

    stage.happen(order, act)


def _closed(stage: Stage, order: Order) -> None:
    fault = Fault(FaultKind.REFUSED, status=403, code="ErrorAccessDenied", mailbox=stage.user(order).id)
    _close(stage, order, fault)


def _no_mailbox(stage: Stage, order: Order) -> None:
    fault = Fault(FaultKind.REFUSED, status=404, code="MailboxNotEnabledForRESTAPI", mailbox=stage.user(order).id)
    _close(stage, order, fault)


def _close(stage: Stage, order: Order, fault: Fault) -> None:
    """Always one mailbox, also when the order names none."""
    named = Order(
        fault=order.fault,
        mailbox=fault.mailbox,
        path=order.path,
        request=order.request,
        times=order.times,
        seconds=order.seconds,
    )
    stage.strike(named, fault, path=_OF_A_MAILBOX, times=3)


def _mixed(stage: Stage, order: Order) -> None:
    """One of several questions for well-known folders fails, sent in a batch or each alone; the answers of a batch
    come last first anyway."""
    stage.strike(order, Fault(FaultKind.THROTTLED, retry_after="1"), path=_WELL_KNOWN)


def _slow(stage: Stage, order: Order) -> None:
    """Every request takes so long that those sent together overlap; more than four of a mailbox get 429."""

    def act() -> None:
        stage.msgraph.latency_seconds = order.seconds or 0.02

    stage.happen(order, act)


def _nonsense(stage: Stage, order: Order) -> None:
    kind = _FEATURES.get(order.text("what", "unknown_field"))
    if kind is None:
        raise ValueError(f"F28 knows {', '.join(_FEATURES)}")
    stage.strike(order, Fault(kind), path=DELTA)


def _corrupt(stage: Stage, order: Order) -> None:
    stage.strike(order, Fault(FaultKind.REFUSED, status=500, code="ErrorCorruptData"), path=_ONE_ITEM, times=_ALWAYS)


FAMILY: Family = {
    "F15": _busy,
    "F16": _busy_without_a_number,
    "F17": _outage,
    "F18": _unavailable,
    "F19": _html,
    "F20": _cut,
    "F21": _broken_line,
    "F22": _token_refused,
    "F23": _consent_withdrawn,
    "F24": _closed,
    "F25": _no_mailbox,
    "F26": _mixed,
    "F27": _slow,
    "F28": _nonsense,
    "F29": _corrupt,
}
