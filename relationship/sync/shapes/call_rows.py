"""The shape of call records and of rows of telephone logs, as plain pieces. Pure.

A call has the fields of a CRM activity (`dataverse_activities.activity_reader`) and its version. Our people
are known by Graph id, people outside by telephone number or, when Teams tells one, address; an anonymous
caller is nobody. The group call of a meeting is no call: the calendar knows the meeting. A call with nobody
outside whom we could know is kept without people, so that it is not asked for at every run; one of colleagues
alone is counted for their pairs when it is read.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from relationship.activities import Kind, Party, Role, Status
from relationship.addresses import identity, normalise, telephone
from relationship.errors import BadItem
from relationship.store.activities.sightings import Fields, Found, Piece, Read, Verdict
from relationship.store.knows.pair_days import Internal
from relationship.sync.shapes.identity import call_key, own_key
from relationship.sync.shapes.msgraph import instant, item_id

Row = Mapping[str, Any]

# Both telephone logs and the records know who was on a call; the CRM's copy says under what it is filed.
STANDING = -1
_INCOMING = ("user_in", "byotin", "conf_in", "ucap_in")


def call_reader(other: Read) -> Read:
    """Calls that are left out stand aside; everything else is read by `other`."""

    def read(fields: Fields) -> Found:
        return Verdict.CONTEXT if fields.get("left_out") and fields.get("kind") == Kind.CALL else other(fields)

    return read


def needs_people(row: Row) -> bool:
    """Whether a record in a list is worth asking for alone: not the call of a meeting."""
    return not row.get("joinWebUrl")


def record(row: Row, tenant_id: str) -> Piece:
    """A call record with its participants; BadItem when it has another form than documented."""
    started, ended = _time(row, "startDateTime"), _time(row, "endDateTime")
    modified = instant(row.get("lastModifiedDateTime"))
    version = {"version": row.get("version")}
    if not needs_people(row):
        return Piece(item_id(row), "", {**_left_out(started), **version}, modified)
    people = _participants(row.get("participants_v2"), tenant_id)
    caller = _caller(row.get("sessions"), tenant_id)
    sender = caller if caller in people else None
    seconds = 0 if _failed(row.get("sessions")) else (ended - started).total_seconds()
    others = [one for one in people if one != sender]
    fields = _fields(item_id(row), started, seconds, sender, others)
    internal = _internal(started, seconds, sender, others) if fields["left_out"] else None
    return Piece(item_id(row), "", {**fields, **version}, modified, internal)


def log_row(row: Row) -> Piece:
    """A row of getPstnCalls or getDirectRoutingCalls; the call it tells has the id of its call record."""
    started = _time(row, "startDateTime")
    is_incoming = str(row.get("callType")).lower() in _INCOMING
    user = row.get("userId")
    ours = identity("user", user) if isinstance(user, str) and user else None
    outside = telephone(row.get("callerNumber" if is_incoming else "calleeNumber"))
    sender, others = (outside, [ours]) if is_incoming else (ours, [outside])
    seconds = 0 if row.get("successfulCall") is False else _seconds(row.get("duration"))
    name = row.get("callId") or row.get("correlationId") or item_id(row)
    fields = _fields(str(name), started, seconds, sender, [one for one in others if one])
    return Piece(item_id(row), "", fields, instant(row.get("endDateTime")))


def _fields(name: str, started: datetime, seconds: float, sender: str | None, others: list[str]) -> Fields:
    people = [*([sender] if sender else ()), *others]
    numbers = sorted(one for one in people if one.startswith("tel:"))
    outsiders = [one for one in people if not one.startswith("user:")]
    if not outsiders or len(outsiders) == len(people):
        return _left_out(started)
    return {
        "kind": Kind.CALL.value,
        "key": call_key(numbers[0], started) if numbers else own_key(Kind.CALL, name),
        "status": Status.DONE.value,
        "at": started.isoformat(),
        "from": sender,
        "to": sorted(others),
        "cc": [],
        "minutes": _minutes(seconds),
        "regarding": None,
        "standing": STANDING,
        "left_out": False,
    }


def _minutes(seconds: float) -> int:
    return max(1, math.ceil(seconds / 60)) if seconds > 0 else 0


def _internal(started: datetime, seconds: float, sender: str | None, others: list[str]) -> Internal | None:
    """A call of colleagues alone, for their counter; None when somebody on it is not one of ours, or is alone."""
    people = [*([sender] if sender else ()), *others]
    if len(people) < 2 or not all(one.startswith("user:") for one in people):
        return None
    parties = tuple(Party(one, Role.FROM if one == sender else Role.TO) for one in people)
    return Internal(Kind.CALL, started, parties, _minutes(seconds))


def _left_out(started: datetime) -> Fields:
    nothing = dict.fromkeys(("key", "status", "from", "to", "cc", "minutes", "regarding"))
    return {**nothing, "kind": Kind.CALL.value, "at": started.isoformat(), "left_out": True}


def _participants(raw: object, tenant_id: str) -> list[str]:
    if not isinstance(raw, list):
        raise _bad("bad_parties")
    found = (_person(one.get("identity"), tenant_id) for one in raw if isinstance(one, dict))
    return list(dict.fromkeys(one for one in found if one))


def _person(who: object, tenant_id: str) -> str | None:
    """One of ours by id, somebody outside by number or address; None for guests and whoever is not named."""
    if not isinstance(who, dict):
        return None
    phone, user = who.get("phone"), who.get("user")
    if isinstance(phone, dict):
        return telephone(phone.get("id"))
    if not isinstance(user, dict):
        return None
    if str(user.get("tenantId")).lower() == tenant_id.lower() and isinstance(user.get("id"), str):
        return identity("user", user["id"])
    return normalise(user.get("userPrincipalName"))


def _caller(sessions: object, tenant_id: str) -> str | None:
    """Who called: the caller of the first session."""
    for session in _dicts(sessions):
        caller = session.get("caller")
        if isinstance(caller, dict):
            return _person(caller.get("identity"), tenant_id)
    return None


def _failed(sessions: object) -> bool:
    """Whether nobody answered: every session failed while it was being set up."""
    found = list(_dicts(sessions))
    return bool(found) and all(
        isinstance(one.get("failureInfo"), dict) and one["failureInfo"].get("stage") == "callSetup" for one in found
    )


def _dicts(raw: object) -> Iterable[Row]:
    return (one for one in raw if isinstance(one, dict)) if isinstance(raw, list) else ()


def _time(row: Row, name: str) -> datetime:
    found = instant(row.get(name))
    if found is None:
        raise _bad("no_time")
    return found


def _seconds(raw: object) -> int:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw > 0 else 0


def _bad(reason: str) -> BadItem:
    return BadItem(
        f"A call of Microsoft Graph cannot be read ({reason}).",
        next_step="Nothing to do: it is left out and read again when it changes.",
        code=reason,
    )
