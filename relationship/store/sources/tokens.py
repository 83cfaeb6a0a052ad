"""msal's caches and sign-in flows, encrypted at rest.

Fernet (authenticated encryption) with rotation: the first key encrypts, every key decrypts. The key of
the row is part of the plaintext, so a stored cache cannot be moved to another user.
"""

from collections.abc import Sequence
from datetime import datetime

import orjson
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection

from relationship.errors import FixSettings
from relationship.store import tables
from relationship.store.upsert import upsert

_tokens = tables.table(tables.TokenCache)


class TokenVault:
    """Encrypts and decrypts what is kept in `token_cache`."""

    def __init__(self, keys: Sequence[str]) -> None:
        """keys: Fernet keys, newest first; FixSettings when there is none or one is malformed."""
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys if key.strip()])
        except ValueError as error:
            raise FixSettings(
                "The encryption keys are missing or malformed.",
                next_step="Put a key made by `relationship new-key` into RELATIONSHIP_ENCRYPTION_KEYS.",
                code="bad_encryption_key",
            ) from error

    def save(self, conn: Connection, key: str, body: str, *, at: datetime) -> None:
        sealed = self._fernet.encrypt(orjson.dumps([key, body]))
        upsert(conn, tables.TokenCache, [{"key": key, "body": sealed, "saved_at": at}], key=["key"])

    def load(self, conn: Connection, key: str) -> str | None:
        """The text kept under this key; None when there is none or no key of ours opens it."""
        sealed = conn.execute(sa.select(_tokens.c.body).where(_tokens.c.key == key)).scalar_one_or_none()
        return self._opened(key, sealed)

    def take(self, conn: Connection, key: str) -> str | None:
        """The text kept under this key, which is gone with that: of several who take it at once, one gets it."""
        sealed = conn.execute(
            sa.delete(_tokens).where(_tokens.c.key == key).returning(_tokens.c.body)
        ).scalar_one_or_none()
        return self._opened(key, sealed)

    def _opened(self, key: str, sealed: bytes | None) -> str | None:
        if sealed is None:
            return None
        try:
            owner, body = orjson.loads(self._fernet.decrypt(bytes(sealed)))
        except InvalidToken:
            return None
        return str(body) if owner == key else None


def forget(conn: Connection, key: str) -> None:
    conn.execute(sa.delete(_tokens).where(_tokens.c.key == key))


def forget_older(conn: Connection, prefix: str, than: datetime) -> None:
    """Drop what was left behind, such as sign-ins that nobody finished."""
    conn.execute(sa.delete(_tokens).where(_tokens.c.key.startswith(prefix, autoescape=True), _tokens.c.saved_at < than))
