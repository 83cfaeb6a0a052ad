"""The audit log: who did what to what, as a chain that shows when an entry was changed, left out or cut off.

Every entry carries a keyed hash over itself and the one before it. The keys come from those in the
configuration, not from the database: whoever can only write to the database cannot make a chain that
holds. An old copy of the whole log put back in place is found by `verify(…, at_least=)`, with the number
and mac that an earlier verification printed.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson
import sqlalchemy as sa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection

from relationship.errors import FixSettings
from relationship.store import tables
from relationship.store.privacy import audit_tables
from relationship.store.upsert import insert_new

_entry = tables.table(audit_tables.AuditEntry)
_end = tables.table(audit_tables.AuditEnd)

ROWS_AT_ONCE = 5_000
_PURPOSE = b"relationship audit log"


class Action(StrEnum):
    """What is written down."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    ACCESS = "access"  # result 'refused': a page or field the roles do not allow
    LOOK = "look"  # at the relationship of colleagues with somebody
    EXPORT = "export"
    RULES = "rules"  # saved or taken back; object: the version
    INTRODUCTION = "introduction"
    PREFERENCE = "preference"  # a colleague's own switches
    ERASURE = "erasure"
    IMPORT = "import"
    RECOMMENDATION = "recommendation"  # object: what it came from and which one
    HEALTH_FIELDS = "health_fields"  # typed by hand; object: the account
    PUBLICATION = "publication"  # of a verbatim inside; result: with or without the customer, or withdrawn
    VERBATIM = "verbatim"  # object: its number; result: linked, unlinked, corrected, taken_back
    JOB = "job"
    LETTER = "letter"  # a mail to a customer, released or discarded; object: the alert
    NOTIFICATION = "notification"  # result 'forged'


@dataclass(frozen=True, slots=True)
class Act:
    """One act before it is an entry; see `audit_tables.AuditEntry`."""

    at: datetime
    actor: str
    action: Action
    object: str = ""
    result: str = "done"


@dataclass(frozen=True, slots=True)
class Verdict:
    """number, mac: the last entry that holds; broken_at: number of the first that does not, None when all do.

    reason  'changed', 'missing', 'cut_off', 'unknown_key', 'rewound'; '' when all is well
    """

    number: int
    mac: str
    broken_at: int | None = None
    reason: str = ""


class AuditKeys:
    """The keys of the chain, one per encryption key of the configuration, newest first."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """secrets: the texts of RELATIONSHIP_ENCRYPTION_KEYS; FixSettings when there is none."""
        derived = [_derived(secret.strip()) for secret in secrets if secret.strip()]
        if not derived:
            raise FixSettings(
                "The audit log needs an encryption key.",
                next_step="Put a key made by `relationship new-key` into RELATIONSHIP_ENCRYPTION_KEYS.",
                code="bad_encryption_key",
            )
        self._by_id = {hashlib.sha256(key).hexdigest()[:16]: key for key in derived}
        self.newest = next(iter(self._by_id))

    def knows(self, key_id: str) -> bool:
        return key_id in self._by_id

    def mac(self, key_id: str, number: int, act: Act, before: str) -> str:
        at = act.at.astimezone(UTC).isoformat(timespec="microseconds")
        text = orjson.dumps([number, at, act.actor, act.action.value, act.object, act.result, key_id, before])
        return hmac.new(self._by_id[key_id], text, hashlib.sha256).hexdigest()


def add(conn: Connection, keys: AuditKeys, acts: Iterable[Act]) -> None:
    """Put acts at the end of the chain, in the caller's transaction: with what they tell of, or not at all."""
    wanted = list(acts)
    if not wanted:
        return
    insert_new(conn, audit_tables.AuditEnd, [{"id": 1, "number": 0, "mac": ""}], key=["id"])
    # The update takes the lock; whoever adds at the same time waits for the end of this transaction.
    conn.execute(sa.update(_end).where(_end.c.id == 1).values(number=_end.c.number))
    number, mac = conn.execute(sa.select(_end.c.number, _end.c.mac)).one()
    rows = []
    for act in wanted:
        number += 1
        mac = keys.mac(keys.newest, number, act, mac)
        rows.append(
            {
                "number": number,
                "at": act.at,
                "actor": act.actor,
                "action": act.action.value,
                "object": act.object,
                "result": act.result,
                "key_id": keys.newest,
                "mac": mac,
            }
        )
    conn.execute(sa.insert(_entry), rows)
    conn.execute(sa.update(_end).where(_end.c.id == 1).values(number=number, mac=mac))


def verify(conn: Connection, keys: AuditKeys, *, at_least: tuple[int, str] | None = None) -> Verdict:
    """Work the whole chain out anew, in bounded memory.

    at_least  number and mac of an entry that is known to be in it, from an earlier verification
    """
    number, mac = 0, ""
    for row in _rows(conn):
        found = _judged(row, number + 1, mac, keys)
        if found:
            return Verdict(number, mac, number + 1, found)
        number, mac = row.number, row.mac
        if at_least and number == at_least[0] and not hmac.compare_digest(mac, at_least[1]):
            return Verdict(number - 1, "", number, "rewound")
    end = conn.execute(sa.select(_end.c.number, _end.c.mac)).one_or_none() or (0, "")
    if (end[0], end[1]) != (number, mac):
        return Verdict(number, mac, number + 1, "cut_off")
    if at_least and number < at_least[0]:
        return Verdict(number, mac, number + 1, "rewound")
    return Verdict(number, mac)


def entries(conn: Connection, *, limit: int, before: int | None = None) -> list[tuple[int, Act]]:
    """The newest entries first, each with its number; `before` goes on with older ones."""
    query = sa.select(_entry).order_by(_entry.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(_entry.c.number < before)
    return [(row.number, _act(row)) for row in conn.execute(query)]


def _judged(row: sa.Row[Any], number: int, before: str, keys: AuditKeys) -> str:
    if row.number != number:
        return "missing"
    if not keys.knows(row.key_id):
        return "unknown_key"
    if row.action not in list(Action):
        return "changed"
    mac = keys.mac(row.key_id, number, _act(row), before)
    return "" if hmac.compare_digest(mac, row.mac) else "changed"


def _act(row: sa.Row[Any]) -> Act:
    return Act(row.at, row.actor, Action(row.action), row.object, row.result)


def _rows(conn: Connection) -> Iterable[sa.Row[Any]]:
    last = 0
    while True:
        query = sa.select(_entry).where(_entry.c.number > last).order_by(_entry.c.number).limit(ROWS_AT_ONCE)
        rows = conn.execute(query).all()
        yield from rows
        if len(rows) < ROWS_AT_ONCE:
            return
        last = rows[-1].number


def _derived(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
