"""An activity: one e-mail, meeting, call or task with the people on it.

Plain frozen records that every room shares; no I/O. An activity is the same one however many
mailboxes or systems saw it: `key` is its identity (design: "one activity").
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    EMAIL = "email"
    MEETING = "meeting"
    CALL = "call"
    TASK = "task"


# The order of the kinds in every array of the health room.
KINDS: tuple[Kind, ...] = (Kind.EMAIL, Kind.MEETING, Kind.CALL, Kind.TASK)


class Status(StrEnum):
    """What became of it. Only `done` activities count; `planned` ones are "next activity"."""

    DONE = "done"
    PLANNED = "planned"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """What a person is on an activity. FROM is the sender, caller, organiser or the task's owner."""

    FROM = "from"
    TO = "to"
    CC = "cc"


@dataclass(frozen=True, slots=True)
class Party:
    """One person on an activity, by normalised address (`addresses.normalise`)."""

    address: str
    role: Role


@dataclass(frozen=True, slots=True)
class Activity:
    """key: stable identity over all sources; at: start or sending instant, UTC; minutes: length, None
    when unknown; regarding: the CRM record it is filed under, None for most."""

    key: str
    kind: Kind
    at: datetime
    status: Status
    parties: tuple[Party, ...]
    minutes: int | None = None
    regarding: "RecordRef | None" = None


class RecordKind(StrEnum):
    OPPORTUNITY = "opportunity"
    CONTACT = "contact"
    LEAD = "lead"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, order=True)
class RecordRef:
    """A CRM record by its kind and its GUID (lower case, no braces)."""

    kind: RecordKind
    guid: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.guid}"
