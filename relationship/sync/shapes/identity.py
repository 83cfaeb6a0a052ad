"""The identity of activities over all sources: one mail, meeting, call or task is one, however many saw it. Pure.

A key is a kind and a digest, so that neither an address nor a number stands in it. Whoever finds the same
facts finds the same key, in whatever order the sources are read.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

from relationship.activities import Kind

_LENGTH = 32
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# [MS-OXOCAL] 2.2.1.27: a global object id is 16 fixed bytes, 4 bytes with the day of an occurrence, then the
# rest; the "clean" one, which Dynamics 365 keeps, has zeros for the day. Ours is always the clean one.
_GLOBAL_OBJECT_ID = re.compile(r"(040000008200E00074C5B7101A82E008)[0-9A-F]{8}([0-9A-F]*)")


def mail_key(message_id: str | None, sender: str, at: datetime, to: Iterable[str] = (), cc: Iterable[str] = ()) -> str:
    """The identity of a mail in however many mailboxes: its internetMessageId, else sender, second, recipients."""
    trimmed = (message_id or "").strip()
    if trimmed:
        return f"email:{digest(trimmed)}"
    recipients = ",".join(sorted({*to, *cc}))
    return f"email-x:{digest(f'{sender}|{_second(at)}|{recipients}')}"


def meeting_key(uid: str, start: datetime) -> str:
    """The identity of a held or planned meeting: the calendar's id in any case, and when it starts.

    uid    iCalUId of Microsoft Graph or globalobjectid of Dynamics 365; the day of an occurrence in it is
           of no account, for the start tells occurrences apart
    start  timezone-aware

    >>> nine = datetime(2026, 3, 1, 9, tzinfo=UTC)
    >>> meeting_key("AB", nine) == meeting_key("ab ", nine)
    True
    """
    plain = _GLOBAL_OBJECT_ID.sub(r"\g<1>00000000\g<2>", uid.strip().upper())
    return f"meeting:{digest(f'{plain}|{_second(start)}')}"


def call_key(number: str, start: datetime) -> str:
    """The identity of a call: the telephone outside (`addresses.telephone`) and the second it began."""
    return f"call:{digest(f'{number}|{_second(start)}')}"


def own_key(kind: Kind, source_id: str) -> str:
    """The identity of what only one source knows, by that source's own id (GUIDs in any case).

    source_id  a Dataverse activity's GUID as it is; elsewhere with the source before it, like `planner/<id>`
    """
    bare = source_id.strip().strip("{}")
    return f"{kind}-own:{digest(bare.lower() if _GUID.fullmatch(bare) else bare)}"


def digest(text: str) -> str:
    """A short fingerprint."""
    return sha256(text.encode()).hexdigest()[:_LENGTH]


def _second(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
