"""Sources in every state, as the sync leaves them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import web_builder

from relationship.store import tables
from relationship.store.database import Store
from relationship.store.sources import quarantine, sources
from relationship.store.upsert import insert_new

NOW = web_builder.NOW


def add_source(
    store: Store,
    key: str,
    state: str = "healthy",
    reason: str = "",
    *,
    success: datetime | None = NOW - timedelta(minutes=5),
    streams: int = 3,
    complete: int = 3,
    bad: Iterable[tuple[str, str]] = (),
) -> None:
    """One source; bad: items set aside, with their reason."""
    with store.transaction() as conn:
        source_id = sources.ensure(conn, [key])[key]
        if success is not None:
            sources.set_state(conn, source_id, "healthy", at=success, success=True)
        sources.set_state(conn, source_id, state, reason, at=NOW, success=False)
        rows = [
            {"source_id": source_id, "container": f"folder/{number}", "delta_link": link, "next_link": None, "round": 1}
            for number in range(streams)
            for link in [f"https://graph.example/{number}" if number < complete else None]
        ]
        insert_new(conn, tables.Cursor, [{**row, "full": False} for row in rows], key=["source_id", "container"])
        for item_id, why in bad:
            quarantine.add(conn, source_id, item_id, why)


def mailbox(seller: int) -> str:
    return f"mailbox/{web_builder.oid(seller)}"


def add_every_sort(store: Store) -> None:
    """Directory, tables, mailboxes of the six sellers, calendars, calls; web_builder's people must be there."""
    add_source(store, "directory/users")
    add_source(store, "dataverse/opportunities")
    add_source(store, "dataverse/phonecalls", "unavailable", "privilege_missing", success=None, streams=0, complete=0)
    add_source(store, mailbox(0))
    add_source(store, mailbox(1), "degraded", "silence_asked", success=NOW - timedelta(hours=7), complete=2)
    add_source(store, mailbox(2), bad=[("a", "no_sender"), ("b", "no_sender"), ("c", "errorCorruptData")])
    add_source(store, mailbox(3), "reading", success=None, complete=1)
    add_source(store, mailbox(4), "unavailable", "no_mailbox", success=NOW - timedelta(days=3))
    add_source(store, mailbox(5), "degraded", "SomethingNew", success=NOW - timedelta(days=2))
    add_source(store, f"calendar/{web_builder.oid(0)}", streams=1, complete=1)
    add_source(store, "calls/records", streams=1, complete=1)
