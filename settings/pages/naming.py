"""The names of the teams and records that rules hold by key."""

from collections.abc import Iterable

from sqlalchemy import Connection

from relationship.store.reading import reading_names, reading_segments
from settings.history import Difference
from settings.pages import permitted
from settings.pages.difference_words import keys_named


def names(conn: Connection, changes: Iterable[Difference]) -> dict[str, str]:
    """Of teams by 'team:guid', of records by 'kind:guid': those that the changes name."""
    found = {f"team:{one.guid}": one.name for one in reading_segments.teams(conn) if one.name}
    records = permitted.named(reading_names.named(conn, keys_named(changes)).values())
    return found | {one.key: one.name for one in records}
