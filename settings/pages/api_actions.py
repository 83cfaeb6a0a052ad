"""Actions on change and deliveries under /api/v1: a rule tried before it is saved, what left, and sending it again."""

from datetime import datetime
from typing import Annotated

from flask import Response
from pydantic import BaseModel, Field

from relationship.clock import real_clock
from relationship.store.outbox import outbox
from relationship.store.outbox.outbox import Kind, State
from relationship.store.privacy.audit import Action
from relationship.store.reading import reading_deliveries
from settings.pages.actions import PREVIEW_DAYS, would_fire
from settings.rules import Actions
from settings.rules.actions import ActionRule
from settings.rules.addresses import is_loopback
from settings.rules.form import Form
from web import audit
from web.api import asked, problems
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.identity.members import member
from web.lists import cursors

blueprint = room("actions", __name__)

PAGE_SIZE, LARGEST_PAGE = 50, 200
_CURSOR_OF = "deliveries"


class FiredBody(BaseModel):
    """A change at which the rule would have acted."""

    kind: str
    before: str
    after: str
    noted_at: datetime


class RulePreviewBody(BaseModel):
    """count: changes in the last `days` days at which the rule would have acted; latest: the newest of them."""

    days: int
    count: int
    latest: list[FiredBody]


class DeliveryBody(BaseModel):
    """One delivery; what it says is not shown. last_code: why the last try failed, '' when none did."""

    id: int
    message_id: str = Field(description="What is sent along as webhook-id, the same at every try.")
    kind: Kind
    event: str
    state: State
    attempts: int
    created_at: datetime
    due_at: datetime
    settled_at: datetime | None
    last_code: str
    record: str | None = Field(description="What it is about, as kind:guid.")


class DeliveriesBody(BaseModel):
    """Newest first. next: cursor of the following page, null on the last."""

    items: list[DeliveryBody]
    next: str | None


class DeliveriesQuery(Form):
    state: State | None = None
    kind: Kind | None = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE_SIZE
    cursor: Annotated[str, Field(max_length=500, description="`next` of the page before.")] = ""


class AgainBody(BaseModel):
    """again: whether it leaves again; a mail that has left is not kept, and one that waits needs no second wish."""

    again: bool


class NoFields(Form):
    """No field."""


@blueprint.post("/settings/actions/preview")
@documented({200: RulePreviewBody}, body=ActionRule, tag="settings")
def preview() -> Response:
    """How often a rule would have acted

    In the last 30 days, had it been in force. Nothing is written.
    """
    asked.rules_admin()
    rule = asked.body(ActionRule)
    with house().store.reading() as conn:
        count, latest = would_fire(conn, rule)
    found = [
        FiredBody(kind=one.kind, before=one.before, after=one.after, noted_at=one.noted_at) for one in latest
    ]  # fmt: skip
    return answer(RulePreviewBody(days=PREVIEW_DAYS, count=count, latest=found))


@blueprint.get("/deliveries")
@documented({200: DeliveriesBody}, query=DeliveriesQuery, tag="settings")
def deliveries() -> Response:
    """What left by itself

    Mails, webhook calls, files, CRM tasks and notes, newest first, without what they say.
    """
    asked.rules_admin()
    wish = asked.query(DeliveriesQuery)
    with house().store.reading() as conn:
        rows = reading_deliveries.page(
            conn, state=wish.state or "", kind=wish.kind or "", before=_place(wish.cursor), limit=wish.limit + 1
        )
    shown = rows[: wish.limit]
    items = [
        DeliveryBody(
            id=row.id,
            message_id=row.message_id,
            kind=row.kind,
            event=row.event,
            state=row.state,
            attempts=row.attempts,
            created_at=row.created_at,
            due_at=row.due_at,
            settled_at=row.settled_at,
            last_code=row.last_code,
            record=str(row.about) if row.about else None,
        )
        for row in shown
    ]
    place = str(shown[-1].id) if len(rows) > wish.limit else None
    return answer(DeliveriesBody(items=items, next=cursors.sealed(place, of=_CURSOR_OF)))


@blueprint.post("/deliveries/<int:number>/again")
@documented({200: AgainBody}, body=NoFields, problems=(404,), tag="settings")
def send_again(number: int) -> Response:
    """Send one again

    Under the same id, so that the receiver can tell.
    """
    asked.rules_admin()
    asked.body(NoFields)
    with house().store.transaction() as conn:
        if number >= 2**31 or not reading_deliveries.page(conn, before=number + 1, limit=1):
            raise Refused(404, Fault("not_found"))
        done = outbox.again(conn, [number], at=real_clock())
    audit.note(Action.JOB, f"deliveries/{number}", actor=member().oid, result="again")
    return answer(AgainBody(again=bool(done)))


def refuse_own_machine(section: Actions, *, under: tuple[str, ...] = ()) -> None:
    """422 for a webhook that leads to the machine of the service itself; the demonstration may."""
    if house().config.mode != "production":
        return
    wrong = [place for place, one in enumerate(section.endpoints) if is_loopback(one.url)]
    if wrong:
        faults = [Fault("url_own_machine", problems.dotted((*under, "endpoints", place, "url"))) for place in wrong]
        raise Refused(422, *faults)


def _place(cursor: str) -> int | None:
    try:
        place = cursors.opened(cursor, of=_CURSOR_OF)
        return None if place is None else int(place)
    except ValueError:
        raise Refused(400, Fault("bad_cursor", "cursor")) from None
