"""How an e-mail, call, meeting or task looks in the CRM: its table, its columns and its participants.

States and their codes: dataverse contract, section 9. A missed call is a completed one of 0 minutes, with
a voice mail left when it went out; the CRM has no state for it. A meeting that was declined is cancelled.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from relationship.activities import Kind
from simulator.dataverse.parties import Mask, Party, Someone
from simulator.dataverse.rows import instant
from simulator.dataverse.schema import Ref, Row, tables
from simulator.world import WorldStatus

TABLES = {Kind.EMAIL: "email", Kind.CALL: "phonecall", Kind.MEETING: "appointment", Kind.TASK: "task"}
KINDS = {table: kind for kind, table in TABLES.items()}
SERIES = "recurringappointmentmaster"
POINTER = "activitypointer"
ACTIVITY_TABLES = (*KINDS, SERIES)
SINGLE, MASTER, INSTANCE, EXCEPTION = 0, 1, 2, 3

_LONGEST_SUBJECT = {"email": 800}
_USUAL_SUBJECT = 200
_OPEN, _COMPLETED, _CANCELED, _SCHEDULED = range(4)
_STATES = {
    Kind.EMAIL: {
        WorldStatus.DONE: (_COMPLETED, 4), WorldStatus.PLANNED: (_COMPLETED, 6), WorldStatus.CANCELLED: (_CANCELED, 5),
        WorldStatus.DECLINED: (_OPEN, 8), WorldStatus.DRAFT: (_OPEN, 1),
    },
    Kind.CALL: {
        WorldStatus.DONE: (_COMPLETED, 4), WorldStatus.PLANNED: (_OPEN, 1), WorldStatus.CANCELLED: (_CANCELED, 3),
        WorldStatus.DECLINED: (_COMPLETED, 4), WorldStatus.DRAFT: (_OPEN, 1),
    },
    Kind.MEETING: {
        WorldStatus.DONE: (_COMPLETED, 3), WorldStatus.PLANNED: (_SCHEDULED, 5), WorldStatus.CANCELLED: (_CANCELED, 4),
        WorldStatus.DECLINED: (_CANCELED, 4), WorldStatus.DRAFT: (_OPEN, 1),
    },
    Kind.TASK: {
        WorldStatus.DONE: (_COMPLETED, 5), WorldStatus.PLANNED: (_OPEN, 2), WorldStatus.CANCELLED: (_CANCELED, 6),
        WorldStatus.DECLINED: (_CANCELED, 6), WorldStatus.DRAFT: (_OPEN, 2),
    },
}  # fmt: skip
# What a completed activity is called when it went out from us: an e-mail sent, a call made.
_OUTGOING = {Kind.EMAIL: 3, Kind.CALL: 2}


@dataclass(frozen=True, slots=True)
class Filed:
    """An activity as somebody filed it. at: start, sending or due instant, UTC; series: its master or None.

    message_id, calendar_uid: its identity in Exchange; phone: the other side's number in a call.
    """

    kind: Kind
    at: datetime
    minutes: int | None
    sender: Someone
    to: tuple[Someone, ...]
    cc: tuple[Someone, ...]
    owner: Ref
    regarding: Ref | None
    status: WorldStatus
    subject: str
    created: datetime
    message_id: str = ""
    calendar_uid: str = ""
    phone: str = ""
    series: str | None = None


def activity_row(guid: str, filed: Filed) -> Row:
    """The columns of its row, without nulls."""
    kind = filed.kind
    row: Row = {
        "activityid": guid,
        "subject": subject_for(TABLES[kind], filed.subject),
        "prioritycode": 1,
        "createdon": instant(filed.created),
        "_ownerid_value": filed.owner,
        "_regardingobjectid_value": filed.regarding,
    }
    if filed.owner.table == "systemuser":
        row["_owninguser_value"] = filed.owner
    row |= schedule(kind, filed.at, filed.minutes)
    row |= outcome(kind, filed.status, outgoing=filed.sender.is_ours, at=filed.at, minutes=filed.minutes)
    match kind:
        case Kind.EMAIL:
            row |= {
                "directioncode": filed.sender.is_ours,
                "sender": filed.sender.address,
                "torecipients": "".join(f"{someone.address};" for someone in filed.to),
                "messageid": None if filed.status is WorldStatus.DRAFT else filed.message_id[:320] or None,
            }
        case Kind.CALL:
            row |= {"directioncode": filed.sender.is_ours, "phonenumber": filed.phone or None}
        case Kind.MEETING:
            row |= {
                "isalldayevent": False,
                "globalobjectid": filed.calendar_uid or None,
                "instancetypecode": INSTANCE if filed.series else SINGLE,
                "_seriesid_value": Ref(SERIES, filed.series) if filed.series else None,
            }
        case Kind.TASK:
            pass
    return {column: value for column, value in row.items() if value is not None}


def subject_for(table: str, subject: str) -> str:
    """Cut to the length that the column holds."""
    return subject[: _LONGEST_SUBJECT.get(table, _USUAL_SUBJECT)]


def schedule(kind: Kind, at: datetime, minutes: int | None) -> Row:
    """When it is to be: a task has a due instant only, a mail none."""
    if kind is Kind.EMAIL:
        return {}
    if kind is Kind.TASK:
        return {"scheduledend": instant(at)}
    return {
        "scheduledstart": instant(at),
        "scheduledend": instant(at + timedelta(minutes=minutes or 0)),
        "scheduleddurationminutes": minutes,
    }


def outcome(kind: Kind, status: WorldStatus, *, outgoing: bool, at: datetime, minutes: int | None) -> Row:
    """What became of it: state, status and the actual times; None in every column that says nothing."""
    state, code = _STATES[kind][status]
    missed = kind is Kind.CALL and status is WorldStatus.DECLINED
    if state == _COMPLETED and outgoing and code == _STATES[kind][WorldStatus.DONE][1]:
        code = _OUTGOING.get(kind, code)
    took = 0 if missed else minutes
    row: Row = {"statecode": state, "statuscode": code}
    row |= dict.fromkeys(("actualstart", "actualend", "actualdurationminutes"))
    if kind is Kind.EMAIL:
        row["senton"] = None
    if kind is Kind.TASK:
        row["percentcomplete"] = 0
    if kind is Kind.CALL:
        row["leftvoicemail"] = missed and outgoing
    if status is not WorldStatus.DONE and not missed:
        return row
    row["actualend"] = instant(at + timedelta(minutes=took or 0))
    if kind in (Kind.CALL, Kind.MEETING):
        row |= {"actualstart": instant(at), "actualdurationminutes": took}
    elif kind is Kind.EMAIL:
        row |= {"actualend": instant(at), "senton": instant(at)}
    else:
        row |= {"actualend": instant(at), "actualdurationminutes": took, "percentcomplete": 100}
    return row


def participants(filed: Filed) -> list[Party]:
    """A task has none: Dataverse knows its owner and what it regards."""
    if filed.kind is Kind.TASK:
        return []
    first, to, cc = {
        Kind.EMAIL: (Mask.SENDER, Mask.TO, Mask.CC),
        Kind.CALL: (Mask.SENDER, Mask.TO, Mask.TO),
        Kind.MEETING: (Mask.ORGANIZER, Mask.REQUIRED, Mask.OPTIONAL),
    }[filed.kind]
    return [
        Party(first, filed.sender),
        *(Party(to, someone) for someone in filed.to),
        *(Party(cc, someone) for someone in filed.cc),
    ]


def series_row(guid: str, first: Filed) -> Row:
    """The master of a series, made from its first occurrence. It is no meeting itself."""
    row = activity_row(guid, first)
    known = tables()[SERIES]
    kept = {column: value for column, value in row.items() if known.knows(column)}
    return kept | {
        "instancetypecode": MASTER,
        "statecode": _SCHEDULED,
        "statuscode": 5,
        "patternstartdate": instant(first.at),
    }


def pointer_row(table: str, row: Row) -> Row:
    """The same activity among the activitypointers, where states have one status each."""
    known = tables()[POINTER]
    kept = {column: value for column, value in row.items() if known.knows(column)}
    state = row.get("statecode")
    return kept | {"activitytypecode": table, "statuscode": state + 1 if isinstance(state, int) else 1}
