"""Follow hints: what Microsoft said has changed is read now, instead of with the next regular cycle.

Twice is harmless: the sync that follows asks for changes and finds none. It dies half-way without loss: hints
are dropped after their sources were read, and delta would bring the same later anyway.
"""

from collections.abc import Callable

from relationship.store.database import Store
from relationship.store.sources import subscriptions

# A flood of notifications never makes one pass longer than a regular cycle.
MOST_SOURCES = 500

ReadOnly = Callable[[frozenset[str]], object]


def follow(store: Store, read: ReadOnly) -> int:
    """Read the sources that are said to have changed; returns how many.

    read  reads the sources with these keys and no others; what it cannot read is left to the regular cycle
    """
    with store.reading() as conn:
        hints = subscriptions.hinted_sources(conn)[:MOST_SOURCES]
    if not hints:
        return 0
    read(frozenset(hint.source_key for hint in hints))
    with store.transaction() as conn:
        subscriptions.forget_hints(conn, hints)
    return len(hints)
