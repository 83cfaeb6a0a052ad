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

    analysis    None: not understood yet, to be compared alone;  language: as it was told
    overlooked  alert rules do not look at it;  link_id: the link by hand that told the account
    words       version of the words it was understood with (`Themes.words_version`)
    """

    key: str
    source: Source
    day: int
    text: str
    analysis: Analysis | None
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
    language: str = ""
    overlooked: bool = False
    link_id: int | None = None


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


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept under a key. same: it says what comes in;  before: by column, as it is kept."""

    id: int
    same: bool
    before: dict[str, Any]


_COMPARED = ("day", "text", "satisfaction", "recommendation", "filters", "information", "account_id", "contact_guid")


def standing(conn: Connection, heard: Sequence[Heard]) -> dict[str, Standing]:
    """By key, what is there already of texts that come in."""
    coming = {one.key: _row(one) for one in heard}
    found: dict[str, Standing] = {}
    query = sa.select(VERBATIM.c.key, VERBATIM.c.id, *(VERBATIM.c[name] for name in _COMPARED))
    for chunk in in_chunks(list(coming)):
        for key, number, *values in conn.execute(query.where(VERBATIM.c.key.in_(chunk))):
            before = dict(zip(_COMPARED, values, strict=True))
            found[key] = Standing(number, all(coming[key][name] == value for name, value in before.items()), before)
    return found


def write(conn: Connection, heard: Sequence[Heard], *, at: datetime, by: str, by_name: str) -> Written:
    """Keep texts by their keys: a key that is there with the same content changes nothing, else it is replaced."""
    known = standing(conn, heard)
    new: list[tuple[Heard, dict[str, Any]]] = []
    changed = 0
    arrival = _next_arrival(conn)
    for one in heard:
        there = known.get(one.key)
        if there is None:
            new.append((one, _row(one) | _understood(one)))
        elif not there.same:
            changed += 1
            row = _row(one) | _understood(one) | {"arrival": _later(arrival)}
            conn.execute(sa.update(VERBATIM).where(VERBATIM.c.id == there.id).values(row))
            _mark(conn, [(there.id, _analysis(one))])
    signed = {"added_at": at, "added_by": by, "added_by_name": by_name, "arrival": arrival}
    for part in in_chunks(new):
        conn.execute(sa.insert(VERBATIM), [{**row, **signed} for _, row in part])
    ids: dict[str, int] = {}
    for chunk in in_chunks([one.key for one, _ in new]):
        rows = conn.execute(sa.select(VERBATIM.c.key, VERBATIM.c.id).where(VERBATIM.c.key.in_(chunk)))
        ids |= {row.key: row.id for row in rows}
    _mark(conn, [(ids[one.key], _analysis(one)) for one, _ in new])
    return Written(len(new), changed, len(heard) - len(new) - changed, tuple(sorted(ids.values())))


def touch(conn: Connection, ids: Iterable[int]) -> None:
    """Let alert rules look at these again: somebody said whose words they are, or what they mean."""
    arrival = _next_arrival(conn)
    for chunk in in_chunks(sorted(set(ids))):
        conn.execute(sa.update(VERBATIM).where(VERBATIM.c.id.in_(chunk)).values(arrival=_later(arrival)))


def latest_arrival(conn: Connection) -> int:
    """The highest arrival there is; 0 while there is none."""
    return conn.scalar(sa.select(sa.func.max(VERBATIM.c.arrival))) or 0


def understood(
    conn: Connection,
    number: int,
    analysis: Analysis,
    *,
    words: str = UNDERSTANDING_VERSION,
    text: str | None = None,
) -> None:
    """Replace what was understood of a text. words: version of the words it was understood with; text: which one was
    understood, where it may have been replaced since."""
    there = VERBATIM.c.id == number
    if text is not None:
        there = sa.and_(there, VERBATIM.c.text == text)
    if conn.execute(sa.update(VERBATIM).where(there).values(_understanding(analysis, words))).rowcount:
        _mark(conn, [(number, analysis)])


@dataclass(frozen=True, slots=True)
class Outdated:
    id: int
    key: str
    text: str
    language: str


def outdated(conn: Connection, *, limit: int, words: str = UNDERSTANDING_VERSION) -> list[Outdated]:
    """Texts understood with other words than this version of them, the newest first."""
    query = sa.select(*(VERBATIM.c[name] for name in Outdated.__slots__)).where(VERBATIM.c.analysed_with != words)
    return [Outdated(*row) for row in conn.execute(query.order_by(VERBATIM.c.id.desc()).limit(limit))]


def count_outdated(conn: Connection, *, words: str = UNDERSTANDING_VERSION) -> int:
    return conn.scalar(sa.select(sa.func.count()).select_from(VERBATIM).where(VERBATIM.c.analysed_with != words)) or 0


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
        "filters": _json(one.filters), "information": _json(one.information), "overlooked": one.overlooked,
        "link_id": one.link_id,
    }  # fmt: skip


def _analysis(one: Heard) -> Analysis:
    if one.analysis is None:
        raise ValueError("not understood yet")
    return one.analysis


def _understood(one: Heard) -> dict[str, Any]:
    return _understanding(_analysis(one), one.words)


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
