"""The shape of Dataverse's activities: e-mails, phone calls, appointments and tasks as plain pieces. Pure.

A piece keeps who, when, what became of it and under which record it is filed; never a subject or text (of a
mail's subject only whether it is an automatic reply's). An e-mail has the fields of a mail (`disposition`), so
that a copy in Exchange and one in the CRM are read alike; the others have the fields of `activity_reader`.

An appointment counts as held when it was completed: the CRM says nothing of whether an open one took place
(the calendar does, where it knows the same meeting). A call is answered when it was completed, lasted and
left no voice mail; else it is one-sided and has 0 minutes. A task is the act of its owner.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from relationship.activities import Activity, Kind, RecordKind, Status
from relationship.addresses import identity, is_machine, normalise, telephone
from relationship.errors import BadItem
from relationship.store.activities.sightings import Fields, Found, Piece, Read, Verdict
from relationship.sync.shapes import dataverse
from relationship.sync.shapes.automatic import is_automatic
from relationship.sync.shapes.dataverse import TrackedTable
from relationship.sync.shapes.disposition import Circle, internal, is_correspondence, parties_of, regarding_of
from relationship.sync.shapes.identity import call_key, meeting_key, own_key
from relationship.sync.shapes.texts import clean

Row = Mapping[str, Any]

CONTAINER = ""
# One term of a filter by key has about 60 characters once encoded; an address may have 32 KB.
MOST_KEYS_ASKED = 200
LONGEST_MESSAGE_ID = 320

_OPEN, _COMPLETED, _CANCELED = 0, 1, 2
_SENT, _RECEIVED = 3, 4
_MASTER = 1
_SENDER, _TO, _CC, _REQUIRED, _OPTIONAL, _ORGANIZER = 1, 2, 3, 5, 6, 7
_PEOPLE = ("contact", "lead", "systemuser")
_COMMON = ("statecode", "statuscode", "modifiedon", "_regardingobjectid_value", "_ownerid_value")


@dataclass(frozen=True, slots=True)
class ActivityTable:
    """A table of activities. kind: of all its rows; navigation: how their parties are reached."""

    kind: Kind
    tracked: TrackedTable
    navigation: str

    @property
    def entity_set(self) -> str:
        return self.tracked.entity_set

    def parties_link(self, base_url: str, guids: Iterable[str]) -> str:
        """The parties of some activities, which change tracking does not tell."""
        return f"{base_url}/{self.entity_set}?$select=activityid&$filter={_keys(guids)}&$expand={self._expansion}"

    def rows_link(self, base_url: str, guids: Iterable[str] = ()) -> str:
        """Whole rows with their parties in a plain list: all of them, or those with these keys."""
        link = f"{self.tracked.link(base_url)}&$expand={self._expansion}"
        wanted = _keys(guids)
        return f"{link}&$filter={wanted}" if wanted else link

    @property
    def _expansion(self) -> str:
        return f"{self.navigation}($select=participationtypemask,addressused,_partyid_value,ispartydeleted)"


def _table(kind: Kind, name: str, *columns: str) -> ActivityTable:
    return ActivityTable(kind, TrackedTable(f"{name}s", "activityid", (*columns, *_COMMON)), f"{name}_activity_parties")


EMAILS = _table(Kind.EMAIL, "email", "directioncode", "senton", "messageid", "sender", "subject")
PHONE_CALLS = _table(
    Kind.CALL, "phonecall", "directioncode", "phonenumber", "leftvoicemail", "actualdurationminutes", "actualstart",
    "actualend", "scheduledstart", "scheduledend",
)  # fmt: skip
APPOINTMENTS = _table(
    Kind.MEETING, "appointment", "globalobjectid", "instancetypecode", "ismapiprivate", "scheduledstart",
    "scheduledend", "actualstart",
)  # fmt: skip
TASKS = _table(Kind.TASK, "task", "actualend", "scheduledstart", "scheduledend")
TABLES = (EMAILS, PHONE_CALLS, APPOINTMENTS, TASKS)


def piece(table: ActivityTable, row: Row, inside: Circle) -> Piece:
    """A row with its party list under the name of the navigation, as a piece for the store.

    raises  BadItem with a reason when the row has another form than documented
    """
    people = _people(row.get(table.navigation), inside)
    fields = _FIELDS[table.kind](row, people)
    fields["regarding"] = _regarding(row)
    return Piece(dataverse.guid(row, "activityid"), CONTAINER, fields, _instant(row.get("modifiedon")))


def activity_reader(mail: Read, inside: Circle, *, read_from: date | None, zone: ZoneInfo) -> Read:
    """How the store turns the fields of any activity into one; what has no `kind` is a mail, for `mail`.

    kind, key, status (as in `activities`), at (ISO 8601), from, to, cc, minutes, regarding
    """

    def read(fields: Fields) -> Found:
        if "kind" not in fields:
            return mail(fields)
        if fields["status"] == Status.CANCELLED or fields["at"] is None:
            return Verdict.DROP
        at = datetime.fromisoformat(fields["at"])
        if read_from is not None and at.astimezone(zone).date() < read_from:
            return Verdict.DROP
        regarding = regarding_of(fields)
        parties = parties_of(fields["from"], fields["to"], fields["cc"])
        if not is_correspondence(parties, inside, is_filed=regarding is not None):
            is_done = fields["status"] == Status.DONE
            kind, minutes = Kind(fields["kind"]), fields["minutes"]
            return internal(kind, at, parties, inside, minutes=minutes) if is_done else Verdict.DROP
        return Activity(
            key=fields["key"],
            kind=Kind(fields["kind"]),
            at=at,
            status=Status(fields["status"]),
            parties=parties,
            minutes=fields["minutes"],
            regarding=regarding,
        )

    return read


@dataclass(frozen=True, slots=True)
class _People:
    """Who is on an activity, by address or id."""

    sender: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...]


def _people(parties: object, inside: Circle) -> _People:
    found: dict[int, list[str]] = {}
    if not isinstance(parties, list):
        raise _bad("bad_parties")
    for party in parties:
        mask = party.get("participationtypemask") if isinstance(party, dict) else None
        address = _party(party, inside) if isinstance(mask, int) else None
        if isinstance(mask, int) and address is not None:
            found.setdefault(mask, []).append(address)
    sender = sorted({*found.get(_SENDER, ()), *found.get(_ORGANIZER, ())})
    to = [*sender[1:], *found.get(_TO, ()), *found.get(_REQUIRED, ())]
    cc = [*found.get(_CC, ()), *found.get(_OPTIONAL, ())]
    return _People(sender[0] if sender else None, tuple(sorted(set(to))), tuple(sorted(set(cc))))


def _party(party: Row, inside: Circle) -> str | None:
    """A person known to the CRM by id, anybody else by address; None for records that are no people.

    An address of ours says more than the contact somebody made of a colleague, and so does a machine's.
    """
    if party.get("ispartydeleted") is True:
        return None
    address = normalise(party.get("addressused"))
    guid, table = dataverse.lookup(party, "_partyid_value")
    if guid is None or table not in _PEOPLE:
        return address
    if table != "systemuser" and address is not None and (is_machine(address) or inside.holds(address)):
        return address
    return identity(table, guid)


def _email(row: Row, people: _People) -> Fields:
    """Sent or received, else a draft: state 1 also holds what waits to be sent."""
    sent_at = _instant(row.get("senton"))
    is_sent = row.get("statuscode") in (_SENT, _RECEIVED) or sent_at is not None
    is_draft = _state(row) != _COMPLETED or not is_sent
    sender = people.sender or normalise(row.get("sender"))
    if not is_draft and sender is None:
        raise _bad("no_sender")
    if not is_draft and sent_at is None:
        raise _bad("no_time")
    return {
        "message_id": clean(row.get("messageid"), longest=LONGEST_MESSAGE_ID) or None,
        "draft": is_draft,
        "from": sender,
        "to": list(people.to),
        "cc": list(people.cc),
        "sent_at": sent_at.isoformat() if sent_at else None,
        **({"automatic": True} if is_automatic([], clean(row.get("subject"))) else {}),
    }


def _phone_call(row: Row, people: _People) -> Fields:
    number = telephone(row.get("phonenumber"))
    minutes = _minutes(row.get("actualdurationminutes"))
    started, ended = _instant(row.get("actualstart")), _instant(row.get("actualend"))
    if started is None and ended is not None:
        started = ended - timedelta(minutes=minutes)
    due = _instant(row.get("scheduledstart")) or _instant(row.get("scheduledend"))
    status, at = _outcome(row, done_at=started or due, due=due)
    is_answered = row.get("leftvoicemail") is not True and minutes > 0
    outgoing, owner = row.get("directioncode") is not False, _owner(row)
    ours = () if owner is None else (owner,)
    theirs = () if number is None else (number,)
    sender = people.sender or next(iter(ours if outgoing else theirs), None)
    to = people.to or (theirs if outgoing else ours)
    key = call_key(number, at) if number and at else own_key(Kind.CALL, dataverse.guid(row, "activityid"))
    took = (minutes if is_answered else 0) if status is Status.DONE else None
    return _fields(Kind.CALL, key, status, at, _People(sender, to, people.cc), minutes=took)


def _appointment(row: Row, people: _People) -> Fields:
    start, end = _instant(row.get("scheduledstart")), _instant(row.get("scheduledend"))
    status, at = _outcome(row, done_at=start or _instant(row.get("actualstart")), due=start)
    # A series as a whole is no meeting, its occurrences are rows of their own; of a private one nothing is kept.
    if row.get("instancetypecode") == _MASTER or row.get("ismapiprivate") is True:
        status = Status.CANCELLED
    uid = clean(row.get("globalobjectid"), longest=1_000)
    key = meeting_key(uid, at) if uid and at else own_key(Kind.MEETING, dataverse.guid(row, "activityid"))
    minutes = int((end - start).total_seconds() // 60) if start and end and end >= start else None
    sender = people.sender or _owner(row)
    return _fields(Kind.MEETING, key, status, at, _People(sender, people.to, people.cc), minutes=minutes)


def _task(row: Row, _people: _People) -> Fields:
    due = _instant(row.get("scheduledend")) or _instant(row.get("scheduledstart"))
    status, at = _outcome(row, done_at=_instant(row.get("actualend")) or due, due=due)
    regarding, table = dataverse.lookup(row, "_regardingobjectid_value")
    about = (identity(table, regarding),) if regarding and table in ("contact", "lead") else ()
    key = own_key(Kind.TASK, dataverse.guid(row, "activityid"))
    return _fields(Kind.TASK, key, status, at, _People(_owner(row), about, ()), minutes=None)


_FIELDS = {Kind.EMAIL: _email, Kind.CALL: _phone_call, Kind.MEETING: _appointment, Kind.TASK: _task}


def _fields(
    kind: Kind, key: str, status: Status, at: datetime | None, people: _People, *, minutes: int | None
) -> Fields:
    return {
        "kind": kind.value,
        "key": key,
        "status": status.value,
        "at": at.isoformat() if at else None,
        "from": people.sender,
        "to": list(people.to),
        "cc": list(people.cc),
        "minutes": minutes,
    }


def _outcome(row: Row, *, done_at: datetime | None, due: datetime | None) -> tuple[Status, datetime | None]:
    """What became of it and when; an open one without a day is nowhere in the calendar, so it has no time."""
    state = _state(row)
    if state == _CANCELED:
        return Status.CANCELLED, due
    if state != _COMPLETED:
        return Status.PLANNED, due
    if done_at is None:
        raise _bad("no_time")
    return Status.DONE, done_at


def _state(row: Row) -> int:
    """Customers add status values, so the state decides: 0 open, 1 completed, 2 canceled, 3 scheduled."""
    state = row.get("statecode")
    if not isinstance(state, int) or not _OPEN <= state <= 3:
        raise _bad("bad_state")
    return state


def _owner(row: Row) -> str | None:
    """The colleague who owns it; a team is nobody."""
    guid, table = dataverse.lookup(row, "_ownerid_value")
    return identity("systemuser", guid) if guid and table == "systemuser" else None


def _regarding(row: Row) -> list[str] | None:
    """Kind and GUID of the record it is filed under, if it is one that we rate."""
    guid, table = dataverse.lookup(row, "_regardingobjectid_value")
    return [table, guid] if guid and table in set(RecordKind) else None


def _minutes(raw: object) -> int:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw > 0 else 0


def _instant(raw: object) -> datetime | None:
    if raw is None:
        return None
    try:
        found = datetime.fromisoformat(str(raw))
    except ValueError:
        raise _bad("bad_time") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _keys(guids: Iterable[str]) -> str:
    return "%20or%20".join(f"activityid%20eq%20{guid}" for guid in guids)


def _bad(reason: str) -> BadItem:
    return BadItem(
        f"An activity of Dynamics 365 cannot be read ({reason}).",
        next_step="Nothing to do: it is left out and read again when it changes.",
        code=reason,
    )
