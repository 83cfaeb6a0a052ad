"""Who was erased, kept as keyed hashes: enough to know a name again, too little to read one.

Every write that names people asks here first: copies of activities and the counter of colleagues (by way of
`excluded_names`), records and colleagues. So nobody comes back by a sync, an import or an old page. The keys come
from those of the configuration, not from the database; while one is missing that a hash was made with, nothing that
names people is written (I9).
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection

from relationship.errors import FixSettings
from relationship.store.database import Store
from relationship.store.privacy.erased_tables import ERASED_NAME, ErasedName
from relationship.store.upsert import insert_new

_PURPOSE = b"relationship erased names"
_OPTION = "relationship_name_keys"


class NameKeys:
    """The keys of the hashes, one per encryption key of the configuration, newest first."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """secrets: the texts of RELATIONSHIP_ENCRYPTION_KEYS; none is fine while nobody was erased."""
        derived = [_derived(secret.strip()) for secret in secrets if secret.strip()]
        self._by_id = {hashlib.sha256(key).hexdigest()[:16]: key for key in derived}

    def newest(self) -> str:
        """The id of the key for new hashes; FixSettings when there is none."""
        if not self._by_id:
            raise FixSettings(
                "The list of erased people needs an encryption key.",
                next_step="Put a key made by `relationship new-key` into RELATIONSHIP_ENCRYPTION_KEYS.",
                code="bad_encryption_key",
            )
        return next(iter(self._by_id))

    def digest(self, key_id: str, name: str) -> str:
        """The hash of a name; FixSettings for a key that is not configured any more."""
        key = self._by_id.get(key_id)
        if key is None:
            raise FixSettings(
                "People were erased under an encryption key that is not configured any more.",
                next_step="Put that key back at the end of RELATIONSHIP_ENCRYPTION_KEYS: without it they would return.",
                code="erased_key_missing",
            )
        return hmac.new(key, name.encode(), hashlib.sha256).hexdigest()


def install(store: Store, keys: NameKeys) -> None:
    """Let every connection of a store know the keys."""
    store.engine.update_execution_options(**{_OPTION: keys})


def add(conn: Connection, names: Iterable[str], *, at: datetime) -> str:
    """Remember these names as one erasure, those that are remembered already among them; returns its number."""
    keys, erasure = _keys(conn), str(uuid4())
    key_id = keys.newest()
    known = among(conn, wanted := frozenset(names))
    rows = [
        {"digest": keys.digest(key_id, name), "key_id": key_id, "erasure": erasure, "at": at}
        for name in sorted(wanted - known)
    ]
    insert_new(conn, ErasedName, rows, key=["digest"])
    return erasure


def anybody(conn: Connection) -> bool:
    """Whether anybody was ever erased."""
    return bool(conn.scalar(sa.select(sa.select(ERASED_NAME.c.digest).exists())))


def among(conn: Connection, names: AbstractSet[str]) -> frozenset[str]:
    """Those of these addresses and identities whose person was erased."""
    found = dict(conn.execute(sa.select(ERASED_NAME.c.digest, ERASED_NAME.c.key_id)).all()) if names else {}
    if not found:
        return frozenset()
    keys, key_ids = _keys(conn), set(found.values())
    return frozenset(name for name in names if any(keys.digest(key_id, name) in found for key_id in key_ids))


def let_in(conn: Connection, name: str) -> int:
    """Forget the erasure that a name belongs to; returns how many names may come back, 0 when it was never erased."""
    keys = _keys(conn)
    key_ids = conn.scalars(sa.select(ERASED_NAME.c.key_id).distinct()).all()
    digests = [keys.digest(key_id, name) for key_id in key_ids]
    erasures = sa.select(ERASED_NAME.c.erasure).where(ERASED_NAME.c.digest.in_(digests)).scalar_subquery()
    return conn.execute(sa.delete(ERASED_NAME).where(ERASED_NAME.c.erasure.in_(erasures))).rowcount


def _keys(conn: Connection) -> NameKeys:
    found = conn.get_execution_options().get(_OPTION)
    return found if isinstance(found, NameKeys) else NameKeys(())


def _derived(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
