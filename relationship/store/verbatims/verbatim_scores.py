"""The scores that come with texts, kept among the answers to surveys; the words stay with the text alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.customers.customer_tables import SATISFACTION, Satisfaction
from relationship.store.upsert import insert_new
from relationship.store.verbatims.verbatim_tables import VERBATIM
from relationship.store.verbatims.verbatims import Heard

KINDS = ("nps", "percent")


def note(conn: Connection, heard: Sequence[Heard], *, at: datetime, by: str, by_name: str) -> None:
    """Keep the scores of texts whose account is known."""
    _insert(conn, [(one.key, one.account_id, one.day, one.recommendation, one.satisfaction, one.contact_guid,
                    one.source.value) for one in heard], at, by, by_name)  # fmt: skip


def note_of(conn: Connection, ids: Sequence[int], *, at: datetime, by: str, by_name: str) -> None:
    """The same for texts that are kept already: somebody said now whose words they are."""
    columns = ("key", "account_id", "day", "recommendation", "satisfaction", "contact_guid", "source")
    query = sa.select(*(VERBATIM.c[name] for name in columns))
    for chunk in in_chunks(list(ids)):
        _insert(conn, [tuple(row) for row in conn.execute(query.where(VERBATIM.c.id.in_(chunk)))], at, by, by_name)


def forget_of(conn: Connection, ids: Sequence[int]) -> None:
    """Take the scores of texts away: nobody knows any more whose they are."""
    for chunk in in_chunks(list(ids)):
        keys = conn.scalars(sa.select(VERBATIM.c.key).where(VERBATIM.c.id.in_(chunk)))
        theirs = [f"verbatim/{kind}/{key}" for key in keys for kind in KINDS]
        conn.execute(sa.delete(SATISFACTION).where(SATISFACTION.c.key.in_(theirs)))


def _insert(conn: Connection, texts: Sequence[tuple[Any, ...]], at: datetime, by: str, by_name: str) -> None:
    signed = {"added_at": at, "added_by": by, "added_by_name": by_name, "comment": ""}
    rows = [
        {"account_id": account_id, "key": f"verbatim/{kind}/{key}", "day": day, "kind": kind, "score": score,
         "share": share, "contact_guid": contact_guid, "source": source, **signed}
        for key, account_id, day, recommendation, satisfaction, contact_guid, source in texts
        for kind, score, share in (
            ("nps", recommendation, None if recommendation is None else 10 * recommendation),
            ("percent", satisfaction, satisfaction),
        )
        if account_id is not None and score is not None
    ]  # fmt: skip
    insert_new(conn, Satisfaction, rows, key=["account_id", "key"])
