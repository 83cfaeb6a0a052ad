"""Verbatims: kept, read by id, day and account. Lists for pages: `verbatim_lists.py`; moods: `verbatim_moods.py`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_MARK
from relationship.verbatims import UNDERSTANDING_VERSION, Analysis
from relationship.verbatims.catalogue import parents
from relationship.verbatims.contradiction import contradiction


class Source(StrEnum):
    """Where a text comes from."""

    SURVEY = "survey"
    REVIEW = "review"
    CHAT = "chat"
    COMMENT = "comment"
    MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True)
class Heard:
    """A text with who said it and what was understood, ready to be kept. See `verbatim_tables.Verbatim`.

    words  version of the words it was understood with (`Themes.words_version`)
    """

    key: str
    source: Source
    day: int
    text: str
    analysis: Analysis
    account_id: int | None = None
    contact_guid: str | None = None
    address: str = ""
    customer_id: str = ""
    line_id: str = ""
    satisfaction: float | None = None
    recommendation: float | None = None
    filters: dict[str, str] = field(default_factory=dict)
    information: dict[str, str] = field(default_factory=dict)
    words: str = UNDERSTANDING_VERSION


@dataclass(frozen=True, slots=True)
class Kept:
    """A verbatim as it is read. See `verbatim_tables.Verbatim`."""

    id: int
    source: str
    day: int
    text: str
    language: str
    account_id: int | None
    contact_guid: str | None
    address: str
    customer_id: str
    line_id: str
    satisfaction: float | None
    recommendation: float | None
    filters: dict[str, str]
    information: dict[str, str]
    emotion: str
    intensity: float
    polarity: float
    feeling: str
    temperature: float
    threat: str
    threat_degree: float
    threat_level: int
    analysis: dict[str, Any]
    added_at: datetime

    @property
    def contradiction(self) -> str:
        """What the scores say against the words; see `relationship.verbatims.contradiction`."""
        return contradiction(self.feeling, self.satisfaction, self.recommendation)


COLUMNS = tuple(VERBATIM.c[name] for name in Kept.__slots__)
_JSON = ("filters", "information", "analysis")


@dataclass(frozen=True, slots=True)
class Written:
    """added + changed + same: as many as were given; ids: of the added ones, ascending."""

    added: int
    changed: int
    same: int
    ids: tuple[int, ...] = ()


def write(conn: Connection, heard: Sequence[Heard], *, at: datetime, by: str, by_name: str) -> Written:
    """Keep texts by their keys: a key that is there with the same content changes nothing, else it is replaced."""
    known: dict[str, tuple[Any, ...]] = {}
    compared = ("day", "text", "satisfaction", "recommendation", "filters", "information", "account_id", "contact_guid")
    for chunk in in_chunks([one.key for one in heard]):
        query = sa.select(VERBATIM.c.key, VERBATIM.c.id, *(VERBATIM.c[name] for name in compared))
        known |= {row[0]: tuple(row[1:]) for row in conn.execute(query.where(VERBATIM.c.key.in_(chunk)))}
    new: list[tuple[Heard, dict[str, Any]]] = []
    changed = 0
    arrival = _next_arrival(conn)
    for one in heard:
        row = _row(one)
        there = known.get(one.key)
        if there is None:
            new.append((one, row))
        elif tuple(row[name] for name in compared) != there[1:]:
            changed += 1
            conn.execute(sa.update(VERBATIM).where(VERBATIM.c.id == there[0]).values({**row, "arrival": _later(arrival)}))
            _mark(conn, [(there[0], one.analysis)])
    signed = {"added_at": at, "added_by": by, "added_by_name": by_name, "arrival": arrival}
    for part in in_chunks(new):
        conn.execute(sa.insert(VERBATIM), [{**row, **signed} for _, row in part])
    ids: dict[str, int] = {}
    for chunk in in_chunks([one.key for one, _ in new]):
        rows = conn.execute(sa.select(VERBATIM.c.key, VERBATIM.c.id).where(VERBATIM.c.key.in_(chunk)))
        ids |= {row.key: row.id for row in rows}
    _mark(conn, [(ids[one.key], one.analysis) for one, _ in new])
    return Written(len(new), changed, len(heard) - len(new) - changed, tuple(sorted(ids.values())))


def touch(conn: Connection, ids: Iterable[int]) -> None:
    """Let alert rules look at these again: somebody said whose words they are, or what they mean."""
    arrival = _next_arrival(conn)
    for chunk in in_chunks(sorted(set(ids))):
        conn.execute(sa.update(VERBATIM).where(VERBATIM.c.id.in_(chunk)).values(arrival=_later(arrival)))


def latest_arrival(conn: Connection) -> int:
    """The highest arrival there is; 0 while there is none."""
    return conn.scalar(sa.select(sa.func.max(VERBATIM.c.arrival))) or 0


def understood(conn: Connection, number: int, analysis: Analysis) -> None:
    """Replace what was understood of a text."""
    conn.execute(sa.update(VERBATIM).where(VERBATIM.c.id == number).values(_understanding(analysis)))
    _mark(conn, [(number, analysis)])


def outdated(conn: Connection, *, limit: int) -> list[tuple[int, str, str]]:
    """Texts understood with earlier lists of words: id, text, language."""
    query = sa.select(VERBATIM.c.id, VERBATIM.c.text, VERBATIM.c.language).where(
        VERBATIM.c.analysed_with != UNDERSTANDING_VERSION
    )
    return [tuple(row) for row in conn.execute(query.order_by(VERBATIM.c.id).limit(limit))]


def after(conn: Connection, last_id: int, *, limit: int) -> list[Kept]:
    """Texts added after one, oldest first: for whoever keeps a cursor of their own."""
    query = sa.select(*COLUMNS).where(VERBATIM.c.id > last_id).order_by(VERBATIM.c.id).limit(limit)
    return kept(conn.execute(query))


def latest_id(conn: Connection) -> int:
    """Where a new consumer of `after` begins; 0 while there is none."""
    return conn.scalar(sa.select(sa.func.max(VERBATIM.c.id))) or 0


def of_ids(conn: Connection, ids: Iterable[int]) -> list[Kept]:
    """By id; those that are gone are left out."""
    found: list[Kept] = []
    for chunk in in_chunks(sorted(set(ids))):
        found += kept(conn.execute(sa.select(*COLUMNS).where(VERBATIM.c.id.in_(chunk)).order_by(VERBATIM.c.id)))
    return found


def between(conn: Connection, *, since: int, until: int, account_ids: Sequence[int] | None = None) -> list[Kept]:
    """Texts of the days `since` to `until`, both included, oldest first; None: of all accounts and of nobody known."""
    query = sa.select(*COLUMNS).where(VERBATIM.c.day.between(since, until)).order_by(VERBATIM.c.day, VERBATIM.c.id)
    if account_ids is None:
        return kept(conn.execute(query))
    found: list[Kept] = []
    for chunk in in_chunks(sorted(account_ids)):
        found += kept(conn.execute(query.where(VERBATIM.c.account_id.in_(chunk))))
    return found


def marks(conn: Connection, ids: Iterable[int]) -> dict[int, dict[str, set[str]]]:
    """By text and sort ('theme', 'sensitivity', 'moment'): the words; themes with their parents."""
    found: dict[int, dict[str, set[str]]] = {}
    mark = VERBATIM_MARK.c
    for chunk in in_chunks(sorted(set(ids))):
        query = sa.select(mark.verbatim_id, mark.sort, mark.word).where(mark.verbatim_id.in_(chunk))
        for number, sort, word in conn.execute(query):
            found.setdefault(number, {}).setdefault(sort, set()).add(word)
    return found


def degrees(conn: Connection, ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """By text: each of its sensitivities with its degree, 1 mild to 3 strong."""
    found: dict[int, dict[str, int]] = {}
    mark = VERBATIM_MARK.c
    for chunk in in_chunks(sorted(set(ids))):
        query = sa.select(mark.verbatim_id, mark.word, mark.degree)
        for number, word, degree in conn.execute(query.where(mark.verbatim_id.in_(chunk), mark.sort == "sensitivity")):
            found.setdefault(number, {})[word] = degree
    return found


def kept(rows: Iterable[Any]) -> list[Kept]:
    found = []
    for row in rows:
        values = dict(zip(Kept.__slots__, row, strict=True))
        found.append(Kept(**{**values, **{name: orjson.loads(values[name]) for name in _JSON}}))
    return found


def _next_arrival(conn: Connection) -> int:
    """Two writers at the same time may take the same number; for one text it grows all the same (`_later`)."""
    return latest_arrival(conn) + 1


def _later(arrival: int) -> sa.Case[Any]:
    return sa.case((VERBATIM.c.arrival >= arrival, VERBATIM.c.arrival + 1), else_=arrival)


def _row(one: Heard) -> dict[str, Any]:
    return {
        "key": one.key, "source": one.source.value, "day": one.day, "text": one.text, "account_id": one.account_id,
        "contact_guid": one.contact_guid, "address": one.address, "customer_id": one.customer_id,
        "line_id": one.line_id, "satisfaction": one.satisfaction, "recommendation": one.recommendation,
        "filters": _json(one.filters), "information": _json(one.information), **_understanding(one.analysis, one.words),
    }  # fmt: skip


def _understanding(analysis: Analysis, words: str) -> dict[str, Any]:
    threat = analysis.threat
    return {
        "language": analysis.language, "emotion": analysis.emotion.value, "intensity": analysis.intensity,
        "polarity": analysis.polarity, "feeling": analysis.feeling, "temperature": analysis.index,
        "threat": threat.kind if threat else "", "threat_degree": threat.degree if threat else 0.0,
        "threat_level": threat.level if threat else 0,
        "analysis": _json(analysis.as_json()), "analysed_with": words,
    }  # fmt: skip


def _mark(conn: Connection, several: Sequence[tuple[int, Analysis]]) -> None:
    rows: list[dict[str, Any]] = []
    for number, analysis in several:
        words = {("theme", one): 0 for path in analysis.themes for one in parents(path)}
        words |= {("sensitivity", one): analysis.degrees.get(one, 1) for one in analysis.sensitivities}
        words |= {("moment", one): 0 for one in analysis.moments}
        rows += [
            {"verbatim_id": number, "sort": sort, "word": word, "degree": degree}
            for (sort, word), degree in sorted(words.items())
        ]
    for chunk in in_chunks([number for number, _ in several]):
        conn.execute(sa.delete(VERBATIM_MARK).where(VERBATIM_MARK.c.verbatim_id.in_(chunk)))
    for part in in_chunks(rows):
        conn.execute(sa.insert(VERBATIM_MARK), part)


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
