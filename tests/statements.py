"""What is asked of a database, so that a test can count it instead of taking the time."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from relationship.store.database import Store


@contextmanager
def statements(store: Store, *, beginning: tuple[str, ...] = ("SELECT", "WITH")) -> Iterator[list[str]]:
    """The statements that begin so, in their order, until the block ends; all of them when nothing is named."""
    found: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if not beginning or statement.lstrip().upper().startswith(beginning):
            found.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", note)
