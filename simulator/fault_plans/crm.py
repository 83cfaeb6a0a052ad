"""F45 to F48, F58 and F59: the CRM forgets tokens, tells deletions last, throttles; records and activities change."""

from simulator.dataverse import Ref
from simulator.dataverse.activities import Activities
from simulator.fault_plans.orders import Order
from simulator.fault_plans.stage import Family, Stage
from simulator.faults import Fault, FaultKind
from simulator.identity import activity, message_id, opportunity, system_user
from simulator.world import Source

_WEB_API = "^api/data/"
_OPEN = 0


def _expired(stage: Stage, order: Order) -> None:
    stage.happen(order, stage.crm.expire_tokens)


def _deletions(stage: Stage, order: Order) -> None:
    """An activity is deleted, and something nobody ever saw."""

    def act() -> None:
        stage.crm.report_unknown_deletion("contact")
        guid = _some_row(stage, "phonecall")
        if guid:
            stage.crm.delete("phonecall", guid)

    stage.happen(order, act)


def _busy(stage: Stage, order: Order) -> None:
    fault = Fault(FaultKind.THROTTLED, retry_after=order.text("retry_after", "1"))
    stage.strike(Order(order.fault, None, order.path, order.request, order.times), fault, path=_WEB_API, times=2)


def _records_change(stage: Stage, order: Order) -> None:
    """Two contacts become one, a contact is deactivated, or an opportunity gets another owner."""

    def act() -> None:
        contacts = _rows(stage, "contact", 2)
        match order.text("what", "merge"):
            case "owner":
                deals, users = stage.organisation.world.opportunities, stage.readers()
                if deals:
                    owner = system_user(users[-1].person_id)
                    stage.crm.change_owner("opportunity", opportunity(deals[0].id), owner)
            case "deactivate" if contacts:
                stage.crm.update("contact", contacts[-1], {"statecode": 1, "statuscode": 2})
            case _ if len(contacts) == 2:
                stage.crm.merge_contacts(contacts[0], contacts[1])

    stage.happen(order, act)


def _tracked(stage: Stage, order: Order) -> None:
    """A mail that lies in a mailbox is filed in the CRM too."""

    def act() -> None:
        copy = stage.copy(order)
        if copy is None or copy.mail.source is Source.BOTH or stage.crm.has("email", activity(copy.mail.id)):
            return
        mail, person = copy.mail, stage.organisation.person
        Activities(stage.crm).track_mail(
            message_id(mail.id, person(mail.from_id).email),
            sender=person(mail.from_id).email,
            to=[person(name).email for name in mail.to_ids],
            cc=[person(name).email for name in mail.cc_ids],
            at=mail.at,
            subject=mail.subject,
        )

    stage.happen(order, act)


def _activities_change(stage: Stage, order: Order) -> None:
    """A task or call is completed, reopened, moved to another contact, or deleted."""

    def act() -> None:
        table = order.text("table", "task")
        guid = _some_row(stage, table, is_open=order.text("what", "complete") == "complete")
        if guid is None:
            return
        acts = Activities(stage.crm)
        match order.text("what", "complete"):
            case "reopen":
                acts.reopen(guid)
            case "move":
                contacts = _rows(stage, "contact", 1)
                acts.move(guid, Ref("contact", contacts[0]) if contacts else None)
            case "delete":
                acts.delete(guid)
            case _:
                acts.complete(guid)

    stage.happen(order, act)


def _rows(stage: Stage, table: str, count: int) -> list[str]:
    """GUIDs of the first rows of a table."""
    rows, _ = stage.crm.page(table, 0, count)
    key = "contactid" if table == "contact" else "activityid"
    return [str(row[key]) for row in rows]


def _some_row(stage: Stage, table: str, *, is_open: bool = False) -> str | None:
    """An activity of a table: the first that is open, or the first that is not."""
    start: int | None = 0
    while start is not None:
        rows, start = stage.crm.page(table, start, 500)
        for row in rows:
            if (row.get("statecode") == _OPEN) is is_open:
                return str(row["activityid"])
    return None


FAMILY: Family = {
    "F45": _expired,
    "F46": _deletions,
    "F47": _busy,
    "F48": _records_change,
    "F58": _tracked,
    "F59": _activities_change,
}
