"""Act on a recommendation: a task in the CRM, a meeting, a mail; say that it is done, put it off, dismiss it.

The order of writes is the design. A deed is written down under the key of its form and committed; then the other
system is asked; then what became of it is noted. Pressing twice finds the first deed. A task goes through the outbox
and is created once under one id, a meeting has a transaction id of ours, and a mail that may have left is never sent
again by itself.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape

from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_number
from relationship.desk import enqueue
from relationship.desk.deliver import Ways, deliver_now
from relationship.errors import RelationshipError
from relationship.house import House
from relationship.introductions import NotAllowed, TooMany
from relationship.letters import letters
from relationship.signals.standing import LONGEST_SNOOZE_DAYS, MOST_A_DAY, Deed, Reason, State
from relationship.store.knows import reading_introduction
from relationship.store.outbox import outbox
from relationship.store.outbox.outbox import CrmTask
from relationship.store.outbox.outbox import State as OutboxState
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action
from relationship.store.signals import callings, recommendation_acts
from relationship.store.signals.callings import Calling
from relationship.store.signals.recommendation_acts import NewAct, OneAct
from relationship.sync.outward import planning
from relationship.sync.outward.mail_out import Delivery, SellerMail, SellerPost
from relationship.sync.outward.planning import Meeting
from relationship.sync.wire.transport import Tokens
from settings.rules.templates import Letter

DAY = timedelta(days=1)
LONGEST_AHEAD = timedelta(days=366)
SHORTEST_MINUTES, LONGEST_MINUTES = 15, 480
_SETTLED = frozenset({State.MADE, State.DRAFT, State.IN_DOUBT, State.WAITING})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What every deed names. key: a UUID made once per form; by: key of whoever acts."""

    calling: Calling
    recommendation: str
    key: str
    by: str


@dataclass(frozen=True, slots=True)
class TaskWish:
    subject: str
    description: str
    due_on: date


@dataclass(frozen=True, slots=True)
class MeetingWish:
    """agenda: a point a line;  contacts: GUIDs, colleagues: keys; the service finds their addresses."""

    subject: str
    agenda: str
    start: datetime
    minutes: int
    contacts: tuple[str, ...]
    colleagues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailWish:
    """contact: the GUID of a contact of the account; the service finds the address."""

    contact: str
    subject: str
    body: str


def create_task(house: House, wanted: Wanted, wish: TaskWish, ways: Ways) -> OneAct:
    """A task of whoever acts, about the record; tried at once, and by itself later when the CRM does not answer.

    raises  NotAllowed with the field; TooMany
    """
    letter = _checked(wish.subject, wish.description)
    _due_in_time(house, wish.due_on)
    key = f"recommendation/{wanted.key}"
    with house.store.transaction() as conn:
        if _begin(house, conn, wanted, Deed.TASK, due_on=wish.due_on):
            task = CrmTask(letter.subject, letter.body, wish.due_on, wanted.calling.subject)
            enqueue.crm_task(conn, house, key=key, task=task, as_user=wanted.by, event="recommendation.task")
    settled = deliver_now(house, ways, key)
    state = State.WAITING
    if settled is not None and settled.state is OutboxState.SENT:
        state = State.MADE
    elif settled is not None and settled.state in (OutboxState.GIVEN_UP, OutboxState.DROPPED):
        state = State.REFUSED
    return _noted(house, wanted, state, made_id=outbox.task_guid(key) if state is not State.REFUSED else "")


def plan_meeting(house: House, wanted: Wanted, wish: MeetingWish, tokens: Tokens) -> OneAct:
    """An appointment in the calendar of whoever acts, with an invitation to everybody chosen.

    raises  NotAllowed with the field; TooMany; what `planning.create_event` raises: asking again is safe
    """
    letter = _checked(wish.subject, wish.agenda)
    now = house.clock()
    if not now < wish.start <= now + LONGEST_AHEAD:
        raise _refused("start", "start_range", "The meeting begins in the future, within a year.")
    if not SHORTEST_MINUTES <= wish.minutes <= LONGEST_MINUTES:
        raise _refused("minutes", "minutes_range", "A meeting lasts from 15 minutes to 8 hours.")
    with house.store.transaction() as conn:
        attendees = _attendees(conn, wanted.calling, wish)
        begun = _begin(house, conn, wanted, Deed.MEETING, due_on=wish.start.astimezone(house.config.zone).date())
        known = recommendation_acts.by_key(conn, wanted.key)
    if not begun and known is not None and known.state in _SETTLED:
        return known
    meeting = Meeting(wanted.key, letter.subject, agenda_html(letter.body), wish.start, wish.minutes, attendees)
    try:
        planned = planning.create_event(house.config, tokens, meeting)
    except RelationshipError as error:
        if error.code != "calendar_silent":
            _noted(house, wanted, State.REFUSED)
        raise
    return _noted(house, wanted, State.MADE, made_id=planned.id, link=planned.link)


def send_mail(house: House, wanted: Wanted, wish: MailWish, post: SellerPost) -> OneAct:
    """A plain mail to one contact of the account, as whoever acts.

    raises  NotAllowed with the field; TooMany; what the way of sending raises when the mail has not left for certain
    """
    letter = letters.checked(wish.subject, wish.body)
    with house.store.transaction() as conn:
        to = _address(conn, wanted.calling, wish.contact)
        begun = _begin(house, conn, wanted, Deed.MAIL)
        known = recommendation_acts.by_key(conn, wanted.key)
    if not begun and known is not None:
        return known
    mail = SellerMail(wanted.key, wanted.by, "", to, "", letter.subject, letter.body)
    try:
        delivery = post.send(mail)
    except RelationshipError:
        _noted(house, wanted, State.REFUSED)
        raise
    return _noted(house, wanted, State.MADE if delivery is Delivery.LEFT else State.IN_DOUBT)


def draft_mail(house: House, wanted: Wanted, wish: MailWish) -> letters.Compose:
    """The same mail as addresses that open it in the person's own mail program; raises NotAllowed, TooMany."""
    letter = letters.checked(wish.subject, wish.body)
    with house.store.transaction() as conn:
        to = _address(conn, wanted.calling, wish.contact)
        composed = letters.compose(to, letter, outlook_url=house.config.outlook_url)
        if _begin(house, conn, wanted, Deed.MAIL):
            recommendation_acts.note(conn, wanted.key, State.DRAFT)
    return composed


def judge(
    house: House, wanted: Wanted, deed: Deed, *, until: date | None = None, reason: Reason | None = None
) -> OneAct:
    """Say that it is done, put it off until a day, dismiss it with a reason, or take the last of these back."""
    today = day_number(house.clock(), house.config.zone)
    until_day = None
    if deed is Deed.SNOOZED:
        ahead = (until - house.clock().astimezone(house.config.zone).date()).days if until else 0
        if not 1 <= ahead <= LONGEST_SNOOZE_DAYS:
            raise _refused("until", "until_range", "Choose a day after today, within a year.")
        until_day = today + ahead - 1
    if deed is Deed.DISMISSED and reason is None:
        raise _refused("reason", "reason_missing", "Say why it is dismissed.")
    said = reason.value if reason and deed is Deed.DISMISSED else ""
    with house.store.transaction() as conn:
        new = _new(house, conn, wanted, deed, State.MADE, until_day=until_day, reason=said)
        if recommendation_acts.add(conn, new):
            _audit(house, conn, wanted, deed.value)
        found = recommendation_acts.by_key(conn, wanted.key)
    return _there(found)


def agenda_html(agenda: str) -> str:
    """The points of an agenda as a list; every sign of it is text.

    >>> agenda_html("Bilan <1>")
    '<ul><li>Bilan &lt;1&gt;</li></ul>'
    """
    points = "".join(f"<li>{escape(line.strip())}</li>" for line in agenda.split("\n") if line.strip())
    return f"<ul>{points}</ul>" if points else ""


def _begin(house: House, conn: Connection, wanted: Wanted, deed: Deed, *, due_on: date | None = None) -> bool:
    """Write down that it is about to happen; False when it was, and did not fail for certain."""
    known = recommendation_acts.by_key(conn, wanted.key)
    if known is not None:
        if (known.by, known.cause, known.deed) != (wanted.by, str(wanted.calling.cause), deed):
            raise _refused("", "request_key_reused", "This form was sent already, for something else.")
        return recommendation_acts.take_again(conn, wanted.key)
    now = house.clock()
    if recommendation_acts.count_since(conn, wanted.by, deed, now - DAY) >= MOST_A_DAY[deed]:
        raise TooMany(
            f"You have done this {MOST_A_DAY[deed]} times within a day.",
            next_step="Go on tomorrow.",
            code="too_many_acts",
            wait_seconds=int(DAY.total_seconds()),
        )
    return recommendation_acts.add(conn, _new(house, conn, wanted, deed, State.SENDING, due_on=due_on))


def _new(
    house: House,
    conn: Connection,
    wanted: Wanted,
    deed: Deed,
    state: State,
    *,
    until_day: int | None = None,
    reason: str = "",
    due_on: date | None = None,
) -> NewAct:
    calling = wanted.calling
    return NewAct(
        key=wanted.key,
        cause=calling.cause,
        account_id=calling.account_id,
        record_id=calling.record_id,
        trigger=calling.trigger,
        recommendation=wanted.recommendation,
        deed=deed,
        state=state,
        at=house.clock(),
        by=wanted.by,
        until_day=until_day,
        reason=reason,
        due_on=due_on,
        score_before=recommendation_acts.health_of(conn, calling.account_id),
    )


def _noted(house: House, wanted: Wanted, state: State, *, made_id: str = "", link: str = "") -> OneAct:
    with house.store.transaction() as conn:
        recommendation_acts.note(conn, wanted.key, state, made_id=made_id, link=link)
        found = _there(recommendation_acts.by_key(conn, wanted.key))
        _audit(house, conn, wanted, f"{found.deed.value}_{state.value}")
    return found


def _there(found: OneAct | None) -> OneAct:
    if found is None:
        raise _refused("", "recommendation_gone", "The account is not there any more.")
    return found


def _audit(house: House, conn: Connection, wanted: Wanted, result: str) -> None:
    what = f"{wanted.calling.cause}/{wanted.recommendation}"
    audit.add(conn, house.audit_keys(), [Act(house.clock(), wanted.by, Action.RECOMMENDATION, what, result)])


def _checked(subject: str, text: str) -> Letter:
    """A subject and a text that may be empty."""
    letter = letters.checked(subject, text if text.strip() else "-")
    return letter if text.strip() else Letter(letter.subject, "")


def _due_in_time(house: House, due_on: date) -> None:
    today = house.clock().astimezone(house.config.zone).date()
    if not today <= due_on <= today + LONGEST_AHEAD:
        raise _refused("due_on", "due_range", "The day lies between today and a year from now.")


def _attendees(conn: Connection, calling: Calling, wish: MeetingWish) -> tuple[tuple[str, str], ...]:
    known = {one.guid: one for one in callings.people_at(conn, calling.account_guid) if one.address}
    found = [(known[guid].address, known[guid].name) for guid in wish.contacts if guid in known]
    for key in wish.colleagues:
        colleague = reading_introduction.correspondent(conn, key)
        if colleague is not None and colleague.address:
            found.append((colleague.address, colleague.name))
    if len(found) < len(wish.contacts) + len(wish.colleagues):
        raise _refused("contacts", "attendee_unknown", "Somebody chosen has no known address.")
    if not 1 <= len(found) <= planning.MOST_PEOPLE:
        raise _refused("contacts", "attendee_missing", "Choose from 1 to 20 people.")
    return tuple(dict.fromkeys(found))


def _address(conn: Connection, calling: Calling, contact: str) -> str:
    """Of an outside contact of this account alone: the service relays to nobody else."""
    for one in callings.people_at(conn, calling.account_guid):
        if one.guid == contact and one.address:
            if reading_introduction.is_outside(conn, RecordRef(RecordKind.CONTACT, one.guid)):
                return one.address
            break
    raise _refused("contact", "contact_unknown", "Choose a contact of this account who has an address.")


def _refused(field: str, code: str, message: str) -> NotAllowed:
    return NotAllowed(message, next_step="Change it and send it again.", code=code, field=field)
