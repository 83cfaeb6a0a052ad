"""The forms by which one acts on a recommendation: what they start with, and what was typed into them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.errors import RelationshipError
from relationship.introductions import Via
from relationship.signals.recommendations import filled
from relationship.store.knows import reading_introduction
from relationship.store.signals import callings
from relationship.store.signals.callings import Addressee
from relationship.sync.outward import planning
from relationship.sync.outward.planning import Slot
from relationship.sync.wire.delegated import CALENDAR, Consents
from relationship.sync.wire.transport import Tokens
from settings.rules.templates import first_name
from web.house import house
from web.identity import rights, sending
from web.identity.members import member
from web.recommendations.recommending import Item

USUAL_MINUTES = 60
# A meeting that is due in so many days is proposed within at least so many.
FEWEST_DAYS = 5
Sent = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields. Fields that a way has not stay empty.

    contact     of a mail; `contacts`, `colleagues` of a meeting;  start: 'YYYY-MM-DDTHH:MM' in the organisation's zone
    was         the contact whose name the text holds
    """

    way: str
    key: str
    subject: str = ""
    text: str = ""
    due_on: str = ""
    contact: str = ""
    was: str = ""
    contacts: tuple[str, ...] = ()
    colleagues: tuple[str, ...] = ()
    start: str = ""
    minutes: int = USUAL_MINUTES
    other_day: str = ""
    other_time: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A form with what is to be chosen from. fault: code of what was refused, field: where; consent: the right that
    is missing, '' for none; can_send: whether a mail leaves from here."""

    form: Form
    people: tuple[Addressee, ...] = ()
    colleagues: tuple[tuple[str, str], ...] = ()
    slots: tuple[Slot, ...] = ()
    fault: str = ""
    field: str = ""
    consent: str = ""
    can_send: bool = False
    compose: object = None


def first(conn: Connection, item: Item, way: str) -> Form:
    """What a form starts with: everything filled in, so that sending it as it is makes sense."""
    people = readable_people(conn, item)
    contact = next((one for one in people if one.address), None)
    name = first_name(contact.name) if contact else ""
    form = Form(way, str(uuid4()))
    about = item.calling.name or item.account_name
    if way == "task":
        return replace(form, subject=f"{item.words.title} – {about}"[:200], text=item.words.advice, due_on=_due(item))
    if way == "meeting":
        chosen = (contact.guid,) if contact else ()
        return replace(form, subject=fill(item, item.words.subject, name), text=item.words.agenda, contacts=chosen)
    guid = contact.guid if contact else ""
    subject, body = fill(item, item.words.subject, name), fill(item, item.words.body, name)
    return replace(form, subject=subject, text=body, contact=guid, was=guid)


def read(sent: Sent, way: str) -> Form:
    """What was typed; nothing of it is lost, whatever it is."""

    def one(name: str) -> str:
        return (sent.get(name) or [""])[-1]

    minutes = one("minutes")
    return Form(
        way=way,
        key=_uuid(one("key")) or str(uuid4()),
        subject=one("subject")[:500],
        text=one("text").replace("\r\n", "\n")[:8_000],
        due_on=one("due_on")[:10],
        contact=one("contact")[:50],
        was=one("was")[:50],
        contacts=tuple(dict.fromkeys(name[:50] for name in sent.get("contacts", ())))[:30],
        colleagues=tuple(dict.fromkeys(name[:100] for name in sent.get("colleagues", ())))[:30],
        start=one("start")[:20],
        minutes=int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 4 else USUAL_MINUTES,
        other_day=one("other_day")[:10],
        other_time=one("other_time")[:5],
    )


def renamed(form: Form, people: Sequence[Addressee]) -> Form:
    """The same text to another contact: the first name in it changes, everything else that was typed stays."""
    names = {one.guid: first_name(one.name) for one in people}
    before, after = names.get(form.was, ""), names.get(form.contact, "")
    if not before or not after:
        return replace(form, was=form.contact)
    text, subject = form.text.replace(before, after), form.subject.replace(before, after)
    return replace(form, text=text, subject=subject, was=form.contact)


def without_empty_time(form: Form) -> Form:
    """ "Another time" without a day or an hour chooses nothing: the first proposed time is chosen again."""
    untold = form.start == "other" and not form.other_day and not form.other_time
    return replace(form, start="") if untold else form


def shown(conn: Connection, item: Item, form: Form, *, error: RelationshipError | None = None) -> Shown:
    """The form with what is to be chosen from, as the reader may see it."""
    people = tuple(readable_people(conn, item)) if form.way != "task" else ()
    colleagues: tuple[tuple[str, str], ...] = ()
    if form.way == "meeting":
        me = member().oid
        colleagues = tuple(one for one in callings.colleagues_at(conn, item.account_guid) if one[0] != me)
    consent = ""
    can_send = Via.GRAPH in sending.posts(member().oid) if form.way == "mail" else False
    if form.way == "mail" and not can_send:
        consent = "mail"
    if form.way == "meeting" and not may_use_calendar():
        consent = "calendar"
    code = error.code if error else ""
    return Shown(
        form, people, colleagues, fault=code, field=getattr(error, "field", ""), consent=consent, can_send=can_send
    )


def times(item: Item, found: Shown) -> Shown:
    """The form with times when everybody chosen is free; with the fault when the calendar does not tell."""
    if found.consent:
        return found
    form = found.form
    with house().store.reading() as conn:
        me = reading_introduction.correspondent(conn, member().oid)
        chosen = [reading_introduction.correspondent(conn, key) for key in form.colleagues]
    addresses = [one.address for one in (me, *chosen) if one is not None and one.address]
    addresses += [one.address for one in found.people if one.guid in form.contacts and one.address]
    begin = house().clock().astimezone(house().config.zone).date()
    last = begin + timedelta(days=max(item.one.days, FEWEST_DAYS))
    try:
        tokens = calendar_tokens()
        slots = planning.free_times(
            house().config, tokens, addresses, first=begin, last=last, minutes=form.minutes, now=house().clock()
        )
    except RelationshipError as error:
        gone = error.code == "calendar_consent_missing"
        return replace(found, fault=error.code, consent="calendar" if gone else "")
    return replace(found, slots=tuple(slots))


def readable_people(conn: Connection, item: Item) -> list[Addressee]:
    """The contacts of the account that the reader may see, those with an address first."""
    people = callings.people_at(conn, item.calling.account_guid)
    seen = rights.among(RecordRef(RecordKind.CONTACT, one.guid) for one in people)
    return [one for one in people if RecordRef(RecordKind.CONTACT, one.guid) in seen]


def may_use_calendar() -> bool:
    """Whether the reader has let the service use the calendar; Microsoft is not asked."""
    consents = _calendar()
    return consents is not None and consents.has(member().oid)


def calendar_tokens() -> Tokens:
    """Raises Reconnect `calendar_consent_missing`."""
    consents = _calendar()
    if consents is None:
        raise CALENDAR.missing()
    return consents.tokens_of(member().oid)


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def ahead(text: str) -> date | None:
    """The day that lies so many days ahead of today; None for no number."""
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        return None
    return house().clock().astimezone(house().config.zone).date() + timedelta(days=int(text))


def moment(form: Form) -> datetime | None:
    """The time that was chosen among those proposed, or typed, in the organisation's zone; None for no time."""
    text = form.start if form.start and form.start != "other" else f"{form.other_day}T{form.other_time}"
    try:
        return datetime.fromisoformat(text).replace(tzinfo=house().config.zone)
    except ValueError:
        return None


def fill(item: Item, text: str, contact: str) -> str:
    calling = item.calling
    opportunity = calling.name if calling.record_id is not None else item.account_name
    account = item.account_name or calling.name
    values = {"account": account, "contact": contact, "me": member().name, "opportunity": opportunity or account}
    return filled(text, values)


def _calendar() -> Consents | None:
    """None without a key to keep a right with."""
    try:
        return Consents(house().config, house().store, house().vault(), right=CALENDAR)
    except RelationshipError:
        return None


def _due(item: Item) -> str:
    found: date = item.due_on
    return found.isoformat()


def _uuid(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None
