"""The audit log on the command line."""

import sys

import orjson

from relationship.config import Config
from relationship.errors import FixSettings
from relationship.house import open_house
from relationship.store.privacy import audit
from relationship.terminal.console import stderr

EX_OK, EX_DATAERR = 0, 65

WHAT_BROKE = {
    "changed": "was changed after it was written",
    "missing": "is missing",
    "cut_off": "and those after it were cut off, or the end of the chain was changed",
    "unknown_key": "was made with a key that RELATIONSHIP_ENCRYPTION_KEYS no longer names",
    "rewound": "is not the one that an earlier verification saw: an older log was put back",
}


def verify_log(config: Config, at_least: str | None) -> int:
    """Say whether the chain holds, and print its end for the next verification; returns the exit code."""
    known = _parsed(at_least)
    with open_house(config) as house, house.store.reading() as conn:
        found = audit.verify(conn, house.audit_keys(), at_least=known)
    if found.broken_at is not None:
        stderr.print(
            f"Entry {found.broken_at} {WHAT_BROKE[found.reason]}. The {found.number} before it hold. Next step: "
            "keep a copy of the database and find out who could write to it.",
            soft_wrap=True,
        )
        return EX_DATAERR
    stderr.print(f"All {found.number} entries hold.")
    sys.stdout.write(f"{found.number}:{found.mac}\n")
    return EX_OK


def show(config: Config, limit: int) -> None:
    with open_house(config) as house, house.store.reading() as conn:
        found = audit.entries(conn, limit=limit)
    for number, act in found:
        row = [number, act.at, act.actor, act.action, act.object, act.result]
        sys.stdout.write(orjson.dumps(row).decode() + "\n")


def _parsed(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, mac = text.strip().partition(":")
    if not number.isdecimal() or len(mac) != 64:
        raise FixSettings(
            "--at-least has another form than a verification prints.",
            next_step="Give the line that `relationship audit verify` printed earlier, like 1204:5f0c….",
            code="bad_option",
        )
    return int(number), mac
