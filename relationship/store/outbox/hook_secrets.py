"""The secrets that webhooks are signed with, encrypted in the vault; while one is replaced, both sign."""

from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection

from relationship.store.sources import tokens
from relationship.store.sources.tokens import TokenVault

KEYS = "webhook/"
# So long receivers have to enter the new one.
BOTH_SIGN = timedelta(days=7)


def secrets(conn: Connection, vault: TokenVault, endpoint_key: str, *, now: datetime) -> tuple[str, ...]:
    """The secrets of an endpoint that sign now, newest first; () when it has none."""
    return tuple(secret for secret, until in _kept(conn, vault, endpoint_key) if until is None or _time(until) > now)


def replace(conn: Connection, vault: TokenVault, endpoint_key: str, secret: str, *, now: datetime) -> None:
    """Put a new secret in front; the one before signs along for a week."""
    ends = (now + BOTH_SIGN).isoformat()
    before = [(old, ends if until is None else until) for old, until in _kept(conn, vault, endpoint_key)]
    kept = [(secret, None), *before[:1]]
    vault.save(conn, KEYS + endpoint_key, orjson.dumps(kept).decode(), at=now)


def end_rotation(conn: Connection, vault: TokenVault, endpoint_key: str, *, now: datetime) -> None:
    """Let only the newest secret sign from now on."""
    kept = _kept(conn, vault, endpoint_key)[:1]
    if kept:
        vault.save(conn, KEYS + endpoint_key, orjson.dumps(kept).decode(), at=now)


def forget(conn: Connection, endpoint_key: str) -> None:
    tokens.forget(conn, KEYS + endpoint_key)


def _kept(conn: Connection, vault: TokenVault, endpoint_key: str) -> list[tuple[str, str | None]]:
    body = vault.load(conn, KEYS + endpoint_key)
    return [(secret, until) for secret, until in orjson.loads(body)] if body else []


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
