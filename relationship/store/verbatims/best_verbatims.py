"""The texts worth showing inside: glad ones in order of how favourable they are, and those that a person published."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.reading.reading_scope import Scope
from relationship.store.upsert import upsert
from relationship.store.verbatims import verbatim_lists
from relationship.store.verbatims.mood_tables import VERBATIM_PUBLICATION, VerbatimPublication
from relationship.store.verbatims.verbatim_lists import Listed, Wish
from relationship.store.verbatims.verbatim_tables import VERBATIM
from relationship.store.verbatims.verbatims import COLUMNS

# Best texts are glad ones that say something and fit on a wall.
LEAST_INTENSITY = 0.7
SHORTEST, LONGEST = 30, 600
# What the customer scored must not say otherwise: no passive or detractor, no middling satisfaction.
LEAST_RECOMMENDATION, LEAST_SATISFACTION = 7, 60


@dataclass(frozen=True, slots=True)
class Publication:
    """shows_customer: whether readers see whose words they are."""

    shows_customer: bool
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True)
class Published:
    """A text with how it was published."""

    listed: Listed
    publication: Publication


def best(conn: Connection, wish: Wish, *, scope: Scope, skip: int = 0, limit: int) -> list[Listed]:
    """The most favourable texts first: intensity times polarity, then the newest. The same words stand once."""
    said = VERBATIM.c
    favour = said.intensity * said.polarity
    order = (favour.desc(), said.day.desc(), said.id.desc())
    number = sa.func.row_number().over(partition_by=sa.func.lower(sa.func.trim(said.text)), order_by=order)
    fitting = (
        verbatim_lists.selected()
        .with_only_columns(said.id, number.label("place"))
        .where(*verbatim_lists.conditions(wish, scope), *_is_glad())
        .subquery("fitting")
    )
    first = sa.select(fitting.c.id).where(fitting.c.place == 1)
    query = verbatim_lists.selected().where(said.id.in_(first)).order_by(*order).offset(skip).limit(limit)
    return [verbatim_lists.listed(row) for row in conn.execute(query)]


def publications(conn: Connection, ids: Collection[int]) -> dict[int, Publication]:
    """Those of these texts that are published, with the words that were read then."""
    columns = VERBATIM_PUBLICATION.c
    query = sa.select(VERBATIM_PUBLICATION, VERBATIM.c.text).join(VERBATIM, VERBATIM.c.id == columns.verbatim_id)
    found: dict[int, Publication] = {}
    for chunk in in_chunks(sorted(ids)):
        for row in conn.execute(query.where(columns.verbatim_id.in_(chunk))):
            if row.words == digest(row.text):
                found[row.verbatim_id] = Publication(row.shows_customer, row.published_at, row.published_by_name)
    return found


def published(conn: Connection, *, limit: int) -> list[Published]:
    """What is published, the latest first; texts that were replaced since, and of anybody left out, are not."""
    columns = VERBATIM_PUBLICATION.c
    query = (
        verbatim_lists.selected()
        .add_columns(columns.words, columns.shows_customer, columns.published_at, columns.published_by_name)
        .join(VERBATIM_PUBLICATION, columns.verbatim_id == VERBATIM.c.id)
        .where(verbatim_lists.not_left_out())
        .order_by(columns.published_at.desc(), columns.verbatim_id.desc())
        .limit(limit)
    )
    found = []
    for row in conn.execute(query):
        one = verbatim_lists.listed(row[: len(COLUMNS) + 2])
        if row.words == digest(one.verbatim.text):
            found.append(Published(one, Publication(row.shows_customer, row.published_at, row.published_by_name)))
    return found


def publish(
    conn: Connection, number: int, words: str, *, shows_customer: bool, at: datetime, by: str, by_name: str
) -> None:
    """Publish a text whose words were read; publishing again changes whether the customer is seen."""
    row = {"verbatim_id": number, "words": words, "shows_customer": shows_customer, "published_at": at,
           "published_by": by, "published_by_name": by_name}  # fmt: skip
    upsert(conn, VerbatimPublication, [row], key=["verbatim_id"])


def withdraw(conn: Connection, number: int) -> bool:
    """False when it was not published."""
    gone = sa.delete(VERBATIM_PUBLICATION).where(VERBATIM_PUBLICATION.c.verbatim_id == number)
    return conn.execute(gone).rowcount == 1


def _is_glad() -> list[sa.ColumnElement[bool]]:
    said = VERBATIM.c
    return [
        said.feeling == "positive",
        said.emotion.in_(["joy", "surprise"]),
        said.intensity >= LEAST_INTENSITY,
        said.threat == "",
        sa.func.length(said.text).between(SHORTEST, LONGEST),
        sa.func.coalesce(said.recommendation, LEAST_RECOMMENDATION) >= LEAST_RECOMMENDATION,
        sa.func.coalesce(said.satisfaction, LEAST_SATISFACTION) >= LEAST_SATISFACTION,
    ]


def digest(text: str) -> str:
    """By which a text is known to be the one that was read."""
    return sha256(text.encode()).hexdigest()
