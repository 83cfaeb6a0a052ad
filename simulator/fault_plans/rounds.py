"""F01 to F14: delta rounds that stumble, and mail and folders that move while they run."""

from datetime import timedelta

from simulator.expiry import Expiry
from simulator.fault_plans.orders import Order
from simulator.fault_plans.stage import Family, Stage
from simulator.faults import Fault, FaultKind
from simulator.mailbox import Folder

_MAIL_DELTA = "messages/delta$"


def _empty_pages(stage: Stage, order: Order) -> None:
    stage.strike(order, Fault(FaultKind.EMPTY_PAGES, amount=order.number("pages", 1)))


def _repeated_item(stage: Stage, order: Order) -> None:
    stage.strike(order, Fault(FaultKind.REPEATED_ITEM))


def _old_page(stage: Stage, order: Order) -> None:
    stage.strike(order, Fault(FaultKind.OLD_PAGE))


def _no_end(stage: Stage, order: Order) -> None:
    kind = FaultKind.ENDLESS if order.text("what", "loop") == "endless" else FaultKind.LOOP
    stage.strike(order, Fault(kind), times=60)


def _wrong_order(stage: Stage, order: Order) -> None:
    kind = FaultKind.DELETE_FIRST if order.text("what", "update") == "delete" else FaultKind.UPDATE_FIRST
    stage.strike(order, Fault(kind))


def _partial_update(stage: Stage, order: Order) -> None:
    """A flag changes: the next round tells id and changed fields only."""

    def act() -> None:
        copy = stage.copy(order)
        if copy is not None:
            stage.organisation.mark_read(copy.mail.id, stage.user(order).id)

    stage.happen(order, act)


def _move(stage: Stage, order: Order) -> None:
    def act() -> None:
        copy = stage.copy(order)
        if copy is not None:
            stage.organisation.move(copy.mail.id, stage.user(order).id, order.text("to", "archive"))

    stage.happen(order, act)


def _delete(stage: Stage, order: Order) -> None:
    def act() -> None:
        copy = stage.copy(order)
        if copy is not None:
            only = stage.user(order).id if order.text("from", "everybody") == "mailbox" else None
            stage.organisation.delete_mail(copy.mail.id, only)

    if order.text("what", "mail") == "unknown":
        stage.strike(order, Fault(FaultKind.UNKNOWN_REMOVED))
    else:
        stage.happen(order, act)


def _expired_with_start(stage: Stage, order: Order) -> None:
    stage.strike(order, Fault(FaultKind.REFUSED, with_location=True))


def _expired(stage: Stage, order: Order) -> None:
    fault = Fault(FaultKind.REFUSED, status=order.number("status", 410), code=order.text("code", "syncStateNotFound"))
    stage.strike(order, fault)


def _all_expired(stage: Stage, order: Order) -> None:
    stage.happen(order, lambda: stage.organisation.expire_tokens(how=Expiry(with_location=True)))


def _too_many_to_filter(stage: Stage, order: Order) -> None:
    """More mail arrives than a filtered first round ever tells."""

    def act() -> None:
        user, sender = stage.user(order), stage.outsider()
        for number in range(order.number("mails", 5_200)):
            at = stage.organisation.now - stage.recently - timedelta(minutes=number)
            stage.organisation.deliver(sender, [user.person_id], at=at)

    stage.happen(order, act)


def _late(stage: Stage, order: Order) -> None:
    """An old mail appears only now."""

    def act() -> None:
        at = stage.organisation.now - timedelta(days=order.number("days", 40))
        stage.organisation.deliver(stage.outsider(), [stage.user(order).person_id], at=at, received_at=at)

    stage.happen(order, act)


def _folders(stage: Stage, order: Order) -> None:
    """A folder comes with mail in it, is renamed, nested deeper, or is deleted for good with what lies in it."""
    what = order.text("what", "new")

    def act() -> None:
        organisation, user = stage.organisation, stage.user(order)
        folder = _made_folder(stage, order)
        if folder is None:
            return
        match what:
            case "rename":
                organisation.rename_folder(user.id, folder.id, "Salons 2027")
            case "nest":
                organisation.nest_folder(user.id, folder.id, "Clients")
            case "delete":
                organisation.delete_folder(user.id, folder.id)

    stage.happen(order, act)


def _made_folder(stage: Stage, order: Order) -> Folder | None:
    """The folder of people's own that an order is about: "À relancer", or a new one with a mail moved into it."""
    organisation, user = stage.organisation, stage.user(order)
    known = organisation.mailbox(user.id).folder("À relancer")
    if known is not None and order.text("what", "new") != "new":
        return known
    copy = stage.copy(order)
    folder = organisation.new_folder(user.id, "Salons", parent="inbox")
    if copy is not None:
        organisation.move(copy.mail.id, user.id, folder.id)
    return folder


FAMILY: Family = {
    "F01": _empty_pages,
    "F02": _repeated_item,
    "F03": _old_page,
    "F04": _no_end,
    "F05": _wrong_order,
    "F06": _partial_update,
    "F07": _move,
    "F08": _delete,
    "F09": _expired_with_start,
    "F10": _expired,
    "F11": _all_expired,
    "F12": _too_many_to_filter,
    "F13": _late,
    "F14": _folders,
}
