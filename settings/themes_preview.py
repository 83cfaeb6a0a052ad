"""What other words would change: which of the latest texts get or lose a theme, a sensitivity or a moment of life."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from relationship.store.verbatims import verbatim_sample
from relationship.verbatims import analyse
from relationship.verbatims.catalogue import Catalogue, parents

LOOKED_AT = 1_000
LONGEST_TEXT = 20_000

Mark = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Move:
    """sort: 'theme', 'sensitivity' or 'moment'; word: of it; before, after: how many texts have it; gained, lost: ids
    of the texts that get and lose it, newest first."""

    sort: str
    word: str
    before: int
    after: int
    gained: tuple[int, ...]
    lost: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """texts: how many were looked at; moves: what changes, by sort and word."""

    texts: int
    moves: tuple[Move, ...]


def effect(conn: Connection, present: Catalogue, proposed: Catalogue) -> Effect:
    """On the latest 1,000 texts; nothing is written. A theme counts where one below it is found too."""
    before: dict[Mark, list[int]] = {}
    after: dict[Mark, list[int]] = {}
    texts = verbatim_sample.latest(conn, limit=LOOKED_AT)
    for number, text, language in texts:
        for catalogue, found in ((present, before), (proposed, after)):
            for mark in _marks(text[:LONGEST_TEXT], language, catalogue):
                found.setdefault(mark, []).append(number)
    moves = []
    for mark in sorted(before.keys() | after.keys()):
        had, has = before.get(mark, []), after.get(mark, [])
        gained, lost = _without(has, had), _without(had, has)
        if gained or lost:
            moves.append(Move(*mark, len(had), len(has), gained, lost))
    return Effect(len(texts), tuple(moves))


def _marks(text: str, language: str, catalogue: Catalogue) -> set[Mark]:
    found = analyse(text, language, catalogue)
    themes = {("theme", one) for path in found.themes for one in parents(path)}
    return themes | {("sensitivity", one) for one in found.sensitivities} | {("moment", one) for one in found.moments}


def _without(ids: Iterable[int], others: Iterable[int]) -> tuple[int, ...]:
    known = set(others)
    return tuple(one for one in ids if one not in known)
