"""The shape of calendar events, and which of them are meetings of ours. Pure.

The names of an event's fields, as the store keeps them: event (always true), type, series (id of its
master), start and end (text and zone name), all_day, own_zone, uid, cancelled, draft, private, organiser,
attendees (address and role), declined (addresses), guests (the owner, invited through a list), standing,
left_out (a series that is none of ours). Subject, place and text are never read. Of a private event nothing
is kept, and of its series only that it is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from relationship.activities import Activity, Kind, Party, Status
from relationship.addresses import normalise
from relationship.errors import BadItem
from relationship.store.activities.sightings import Fields, Found, Piece, Read, Verdict
from relationship.sync.shapes.disposition import Circle, internal, is_correspondence, parties_of, regarding_of
from relationship.sync.shapes.identity import meeting_key
from relationship.sync.shapes.msgraph import instant as stamp
from relationship.sync.shapes.msgraph import item_id
from relationship.sync.shapes.texts import clean
from relationship.sync.shapes.zones import instant, zone_of

MASTER, OCCURRENCE = "seriesMaster", "occurrence"
# The organiser's copy alone knows what others answered; both know more than the CRM's (0).
ORGANISER_STANDING, ATTENDEE_STANDING = -2, -1
LONGEST_UID = 1_000

# What an occurrence has from its series.
OF_SERIES = (
    "all_day", "own_zone", "uid", "cancelled", "draft", "private", "organiser", "attendees", "declined", "guests",
    "standing", "left_out",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose calendar it is. addresses: all of the person's; first: the one to name a guest by."""

    addresses: frozenset[str]

    @property
    def first(self) -> str | None:
        return min((address for address in self.addresses if "@" in address), default=None)


def event(row: Mapping[str, Any], container: str, owner: Owner, inside: Circle) -> Piece:
    """A row of calendarView/delta, or an event read alone, as a piece for the store.

    raises  BadItem with a reason when it has another form than documented
    """
    fields = _told(row, owner)
    if fields.get("type") == MASTER and "attendees" in fields:
        fields = _series(fields, inside)
    if fields.get("private"):
        fields = {name: fields[name] for name in ("event", "type", "series", "private", "left_out") if name in fields}
    modified = row.get("lastModifiedDateTime")
    return Piece(item_id(row), container, fields, stamp(modified) if modified else None)


def internal_series(row: Mapping[str, Any], owner: Owner, inside: Circle) -> Fields | None:
    """What the occurrences of a series among colleagues alone have from it, to be counted and never kept.

    returns  None for any other event, and for a private series
    """
    if row.get("type") != MASTER or "attendees" not in row:
        return None
    fields = _told(row, owner)
    is_ours = all(inside.holds(party.address) for party in _parties(fields))
    return {**of_series(fields), "left_out": False} if is_ours and not fields.get("private") else None


def _told(row: Mapping[str, Any], owner: Owner) -> Fields:
    """Whatever a row tells of the fields of an event."""
    fields: Fields = {"event": True}
    if "type" in row:
        fields["type"] = clean(row["type"])
    if row.get("seriesMasterId"):
        fields["series"] = row["seriesMasterId"]
    for name in ("start", "end"):
        if name in row:
            fields[name] = _time(row[name])
    for name, ours in (("isAllDay", "all_day"), ("isCancelled", "cancelled"), ("isDraft", "draft")):
        if name in row:
            fields[ours] = row[name] is True
    if "originalStartTimeZone" in row:
        fields["own_zone"] = clean(row["originalStartTimeZone"])
    if "sensitivity" in row:
        fields["private"] = row["sensitivity"] == "private"
    if "iCalUId" in row:
        fields["uid"] = clean(row["iCalUId"], longest=LONGEST_UID) or item_id(row)
    if "isOrganizer" in row:
        fields["standing"] = ORGANISER_STANDING if row["isOrganizer"] is True else ATTENDEE_STANDING
    if "organizer" in row:
        fields["organiser"] = _address(row["organizer"])
    if "attendees" in row:
        fields |= _attendance(row, fields.get("organiser"), owner)
    return fields


def of_series(master: Fields) -> Fields:
    """What every occurrence of a series has from it."""
    return {name: master[name] for name in OF_SERIES if name in master}


def is_complete(fields: Fields) -> bool:
    """Whether an event's people are known, or need not be."""
    return "attendees" in fields or bool(fields.get("private") or fields.get("left_out"))


def has_unknown_zone(fields: Fields) -> bool:
    """Whether a time had to be read as UTC because its zone says nothing."""
    if fields.get("all_day"):
        return zone_of(fields.get("own_zone") or "") is None
    return any(zone_of(fields[name][1]) is None for name in ("start", "end") if fields.get(name))


def times(fields: Fields) -> tuple[datetime, datetime] | None:
    """Start and end, UTC; None when they are not known. All-day events lie in the zone they were made in."""
    if not fields.get("start") or not fields.get("end"):
        return None
    (start, start_zone), (end, end_zone) = fields["start"], fields["end"]
    if fields.get("all_day"):
        start_zone = end_zone = fields.get("own_zone") or ""
    found = instant(start, start_zone), instant(end, end_zone)
    return (found[0], found[1]) if found[0] and found[1] else None


def event_reader(other: Read, inside: Circle, *, read_from: date | None, zone: ZoneInfo, now: datetime) -> Read:
    """How the store turns the fields of an event into a meeting; what is no event is read by `other`.

    read_from  first day (in `zone`) that is kept, None for everything
    now        a meeting is held once it is over, planned before
    returns    a function: fields in; Activity, DROP, Internal, INCOMPLETE or (for a series) CONTEXT out
    """

    def read(fields: Fields) -> Found:
        if not fields.get("event"):
            return other(fields)
        if fields.get("type") == MASTER:
            return Verdict.CONTEXT
        if fields.get("private") or fields.get("draft") or fields.get("left_out"):
            return Verdict.DROP
        lasting = times(fields)
        if lasting is None or "attendees" not in fields or not fields.get("uid"):
            return Verdict.INCOMPLETE
        start, end = lasting
        if read_from is not None and start.astimezone(zone).date() < read_from:
            return Verdict.DROP
        regarding = regarding_of(fields)
        invited = _parties(fields)
        refused = set(fields.get("declined") or ())
        attending = tuple(party for party in invited if party.address not in refused)
        if not is_correspondence(invited, inside, is_filed=regarding is not None):
            is_held = end <= now and not fields.get("cancelled")
            return internal(Kind.MEETING, start, attending, inside) if is_held else Verdict.DROP
        takes_place = not fields.get("cancelled") and is_correspondence(
            attending, inside, is_filed=regarding is not None
        )
        return Activity(
            key=meeting_key(fields["uid"], start),
            kind=Kind.MEETING,
            at=start,
            status=_status(end, now) if takes_place else Status.CANCELLED,
            parties=attending if takes_place else invited,
            minutes=max(0, int((end - start) / timedelta(minutes=1))),
            regarding=regarding,
        )

    return read


def _status(end: datetime, now: datetime) -> Status:
    return Status.DONE if end <= now else Status.PLANNED


def _parties(fields: Fields) -> tuple[Party, ...]:
    to = [address for address, role in fields["attendees"] if role == "to"]
    cc = [address for address, role in fields["attendees"] if role == "cc"]
    return parties_of(fields.get("organiser"), [*to, *(fields.get("guests") or ())], cc)


def _series(fields: Fields, inside: Circle) -> Fields:
    """A series of ours, or, when none of its occurrences can be one, only that it is left out."""
    if not fields.get("private") and is_correspondence(_parties(fields), inside):
        return {**fields, "left_out": False}
    nothing = {name: None for name in (*OF_SERIES, "start", "end") if name != "private"}
    return {**nothing, "event": True, "type": MASTER, "left_out": True}


def _attendance(row: Mapping[str, Any], organiser: str | None, owner: Owner) -> Fields:
    """Who is invited, who declined as far as this copy knows. Rooms and devices are nobody."""
    listed = row["attendees"]
    if listed is not None and not isinstance(listed, list):
        raise _bad("bad_parties")
    attendees: dict[str, str] = {}
    declined: set[str] = set()
    for entry in listed or ():
        address = _address(entry)
        if address is None or entry.get("type") == "resource":
            continue
        attendees.setdefault(address, "cc" if entry.get("type") == "optional" else "to")
        if _response(entry.get("status")) == "declined":
            declined.add(address)
    mine = owner.addresses.intersection(attendees)
    has_declined = _response(row.get("responseStatus")) == "declined"
    if has_declined:
        declined |= mine
    through_list = bool(attendees) and not mine and organiser not in owner.addresses and row.get("isOrganizer") is False
    return {
        "attendees": sorted([address, role] for address, role in attendees.items()),
        "declined": sorted(declined),
        "guests": [owner.first] if through_list and not has_declined and owner.first else [],
    }


def _response(raw: object) -> object:
    return raw.get("response") if isinstance(raw, dict) else None


def _time(raw: object) -> list[str] | None:
    """Local time and zone name, checked; None for null and for year 1."""
    if raw is None:
        return None
    if not isinstance(raw, dict) or not isinstance(raw.get("dateTime"), str):
        raise _bad("bad_time")
    zone = raw.get("timeZone")
    name = clean(zone) if isinstance(zone, str) else ""
    return [raw["dateTime"], name] if instant(raw["dateTime"], name) is not None else None


def _address(raw: object) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise _bad("bad_party")
    inner = raw.get("emailAddress")
    return normalise(inner.get("address")) if isinstance(inner, dict) else None


def _bad(reason: str) -> BadItem:
    return BadItem(
        f"An event of Microsoft Graph cannot be read ({reason}).",
        next_step="Nothing to do: it is left out and read again when it changes.",
        code=reason,
    )
