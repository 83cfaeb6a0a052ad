"""What customers said lately, as detectors take it."""

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.signals.facts import Ints, Voices
from relationship.store.signals.signal_places import among, places
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_MARK

NEGATIVE, POSITIVE = "negative", "positive"
# Themes of the catalogue (`verbatims/words/themes.txt`): a discount that is asked for, the price, the competition.
DISCOUNT, PRICE, RIVALS = "price/discount", "price/level", "risk/competition"
# A threat to leave is told by its degree already.
_THREAT = "risk"


def voices(conn: Connection, ids: Ints, *, since: int, until: int) -> Voices:
    """Texts of these accounts (ids ascending) of the days after `since`, by account, then oldest first."""
    said = VERBATIM.c
    lately = sa.and_(said.account_id.is_not(None), said.day > since, said.day <= until, among(said.account_id, ids))
    query = sa.select(said.account_id, said.id, said.day, said.feeling, said.emotion, said.threat_degree)
    rows = conn.execute(query.where(lately).order_by(said.account_id, said.day, said.id)).all()
    place, there = places(ids, [row[0] for row in rows])
    kept = [row for row, is_there in zip(rows, there.tolist(), strict=True) if is_there]
    themes = _themes(conn, lately)
    paths = sorted({_problem(themes.get(row[1], frozenset())) for row in kept if row[3] == NEGATIVE} - {""})
    number = {path: place for place, path in enumerate(paths)}
    about = [themes.get(row[1], frozenset()) for row in kept]
    return Voices(
        account=place[there],
        id=np.array([row[1] for row in kept], dtype=np.int64),
        day=np.array([row[2] for row in kept], dtype=np.int64),
        angry=np.array([row[3] == NEGATIVE and row[4] == "anger" for row in kept], dtype=np.bool_),
        threat=np.array([row[5] for row in kept], dtype=np.float64),
        price=np.array(
            [
                (DISCOUNT in theme and row[3] != POSITIVE) or (PRICE in theme and row[3] == NEGATIVE)
                for row, theme in zip(kept, about, strict=True)
            ],
            dtype=np.bool_,
        ),
        rival=np.array(
            [RIVALS in theme and row[3] != POSITIVE for row, theme in zip(kept, about, strict=True)], dtype=np.bool_
        ),
        problem=np.array(
            [
                number.get(_problem(theme), -1) if row[3] == NEGATIVE else -1
                for row, theme in zip(kept, about, strict=True)
            ],
            dtype=np.int64,
        ),
    )


def _themes(conn: Connection, lately: sa.ColumnElement[bool]) -> dict[int, frozenset[str]]:
    mark = VERBATIM_MARK.c
    query = (
        sa.select(mark.verbatim_id, mark.word)
        .join_from(VERBATIM_MARK, VERBATIM, VERBATIM.c.id == mark.verbatim_id)
        .where(mark.sort == "theme", lately)
    )
    found: dict[int, set[str]] = {}
    for number, word in conn.execute(query):
        found.setdefault(number, set()).add(word)
    return {number: frozenset(words) for number, words in found.items()}


def _problem(themes: frozenset[str]) -> str:
    """The deepest theme of a text, what it is most exactly about; '' without one.

    >>> _problem(frozenset({"product", "product/availability", "product/availability/bug", "service"}))
    'product/availability/bug'
    """
    known = sorted(theme for theme in themes if theme.partition("/")[0] != _THREAT)
    return max(known, key=lambda theme: theme.count("/"), default="")
