"""What lists of verbatims say as a whole: the values of their filter columns, their days, all their lines for a file."""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.reading.reading_scope import Scope
from relationship.store.verbatims.verbatim_lists import ACCOUNT, Listed, Wish, conditions, listed, selected
from relationship.store.verbatims.verbatim_tables import VERBATIM

# Filter columns are found among so many different sets of values; more than so many values of one are no choice.
MOST_SETS = 2_000
MOST_VALUES = 100
_JOINED = VERBATIM.outerjoin(ACCOUNT, ACCOUNT.c.id == VERBATIM.c.account_id)


@dataclass(frozen=True, slots=True)
class Day:
    """count: texts of one day;  warmth, force: sums of their temperatures and intensities."""

    day: int
    count: int
    warmth: float
    force: float


def filter_values(conn: Connection, wish: Wish, *, scope: Scope) -> dict[str, list[str]]:
    """The filter columns of the texts inside the scope, with their values; those with too many values are no choice."""
    query = (
        sa.select(VERBATIM.c.filters)
        .select_from(_JOINED)
        .where(*conditions(wish, scope), VERBATIM.c.filters != "{}")
        .group_by(VERBATIM.c.filters)
        .order_by(sa.func.max(VERBATIM.c.day).desc())
        .limit(MOST_SETS)
    )
    found: dict[str, set[str]] = {}
    for text in conn.scalars(query):
        for column, value in orjson.loads(text).items():
            found.setdefault(column, set()).add(value)
    return {name: sorted(values) for name, values in sorted(found.items()) if len(values) <= MOST_VALUES}


def everything(conn: Connection, wish: Wish, *, scope: Scope, limit: int) -> Iterator[Listed]:
    """All texts of a list for a file, newest first."""
    query = selected().where(*conditions(wish, scope)).order_by(VERBATIM.c.day.desc(), VERBATIM.c.id.desc())
    for row in conn.execute(query.limit(limit)):
        yield listed(row)


def days(conn: Connection, wish: Wish, *, scope: Scope) -> list[Day]:
    """The days of a list on which something was said, oldest first."""
    told = VERBATIM.c
    query = (
        sa.select(told.day, sa.func.count(), sa.func.sum(told.temperature), sa.func.sum(told.intensity))
        .select_from(_JOINED)
        .where(*conditions(wish, scope))
        .group_by(told.day)
        .order_by(told.day)
    )
    return [Day(day, count, float(warmth), float(force)) for day, count, warmth, force in conn.execute(query)]


def key_of(conn: Connection, number: int) -> str:
    """What makes a text the same when it comes again."""
    return conn.scalar(sa.select(VERBATIM.c.key).where(VERBATIM.c.id == number)) or ""


def link_of(conn: Connection, number: int) -> int | None:
    """The link by hand that told whose words a text are; None where nobody said so."""
    return conn.scalar(sa.select(VERBATIM.c.link_id).where(VERBATIM.c.id == number))
