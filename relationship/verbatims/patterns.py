"""Patterns of words and how they are found: one walk through a text finds those of all lists at once.

A pattern is words with blanks between them. A word fits its own spelling or its lemma, without accents and case;
`abc*` fits what begins so, `a|b` either, `?a` may be missing, `_` stands for up to three words. Adverbs that change
nothing ("actuellement", "seriously") may stand between any two words of a pattern.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import simplemma

from relationship.verbatims.tokens import folded, seen

WIDEST_GAP = 3
MOST_BETWEEN = 2
# Longer words are no words; looking for their lemma costs more than it tells.
LONGEST_WORD = 30
MOST_REMEMBERED = 100_000
_GAP = "_"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a pattern says. sort: of the list it stands in;  word: of that list;  strength: 1 to 3."""

    sort: str
    word: str
    strength: int = 1


class Match(NamedTuple):
    """Tokens `first` to `last` (not included) of a sentence;  rank: 0 where the first word fits as spelled."""

    first: int
    last: int
    meaning: Meaning
    rank: int = 0


@dataclass(slots=True)
class _Node:
    next: dict[str, "_Node"] = field(default_factory=dict)
    gap: "_Node | None" = None
    meanings: list[Meaning] = field(default_factory=list)


class _Known(NamedTuple):
    """A word of texts. keys: the words of patterns that it fits, its own spelling first;  begins: what begins with it,
    by rank;  is_between: it may stand between two words of a pattern;  is_word: it is no pause."""

    keys: tuple[str, ...]
    begins: tuple[tuple[int, _Node], ...]
    is_between: bool
    is_word: bool = True


_PAUSE = _Known((), (), is_between=False, is_word=False)


class Patterns:
    """Many patterns of one language."""

    def __init__(self, language: str, patterns: Iterable[tuple[str, Meaning]], between: Iterable[str] = ()) -> None:
        """between: words that may stand between two words of a pattern."""
        self._language = language
        self._between = frozenset(folded(one) for one in between)
        self._root = _Node()
        self._prefixes: dict[int, set[str]] = {}
        self._words: set[str] = set()
        for text, meaning in patterns:
            for words in spelled_out(text):
                self._add(words, meaning)
        self._known: dict[str, _Known] = {"": _PAUSE}

    def _add(self, words: Sequence[str], meaning: Meaning) -> None:
        node = self._root
        for word in words:
            if word == _GAP:
                node.gap = node.gap or _Node()
                node = node.gap
                continue
            if word.endswith("*"):
                self._prefixes.setdefault(len(word) - 1, set()).add(word[:-1])
            else:
                self._words.add(word)
            node = node.next.setdefault(word, _Node())
        if meaning not in node.meanings:
            node.meanings.append(meaning)

    def _know(self, word: str) -> _Known:
        if len(self._known) >= MOST_REMEMBERED:
            self._known = {"": _PAUSE}
        keys = self._look_up(word)
        begins = tuple((rank, self._root.next[key]) for rank, key in enumerate(keys) if key in self._root.next)
        found = self._known[word] = _Known(keys, begins, is_between=folded(word) in self._between)
        return found

    def _look_up(self, word: str) -> tuple[str, ...]:
        own = folded(word)
        if not own:
            return ()
        found = [own] if own in self._words else []
        if len(word) <= LONGEST_WORD and not word.isdigit():
            lemma = folded(simplemma.lemmatize(seen(word), lang=self._language))
            if lemma != own and lemma in self._words:
                found.append(lemma)
            spellings = (own,) if lemma == own else (own, lemma)
        else:
            spellings = (own,)
        for length, prefixes in self._prefixes.items():
            for one in spellings:
                start = one[:length]
                if start in prefixes and f"{start}*" not in found:
                    found.append(f"{start}*")
        return tuple(found)

    def find(self, words: Sequence[str]) -> list[Match]:
        """Every pattern that fits anywhere, by place; words: of one sentence, '' for a pause, which nothing crosses."""
        known = [self._known.get(word) or self._know(word) for word in words]
        known.append(_PAUSE)
        found: list[Match] = []
        for place, word in enumerate(known):
            for rank, node in word.begins:
                _walk(node, place, place + 1, rank, known, found)
        return found


def _walk(node: _Node, first: int, at: int, rank: int, known: Sequence[_Known], found: list[Match]) -> None:
    """Add every pattern that goes on from `node` at the word `at`; known: with a pause at the end."""
    if node.meanings:
        found += [Match(first, at, meaning, rank) for meaning in node.meanings]
    if not known[at].is_word:
        return
    if node.next:
        for place in range(at, at + MOST_BETWEEN + 1):
            word = known[place]
            for key in word.keys:
                child = node.next.get(key)
                if child is not None:
                    _walk(child, first, place + 1, rank, known, found)
            if not word.is_between:
                break
    if node.gap is not None:
        for place in range(at, at + WIDEST_GAP + 1):
            word = known[place]
            if not word.is_word:
                return
            for key in word.keys:
                child = node.gap.next.get(key)
                if child is not None:
                    _walk(child, first, place + 1, rank, known, found)


def spelled_out(text: str) -> list[tuple[str, ...]]:
    """A pattern without `|` and `?`: each way to say it.

    >>> spelled_out("pas ?du bon|bien")
    [('pas', 'du', 'bon'), ('pas', 'du', 'bien'), ('pas', 'bon'), ('pas', 'bien')]
    """
    choices: list[list[tuple[str, ...]]] = []
    for part in text.split():
        optional = part.startswith("?") and len(part) > 1
        several = [(folded(one),) for one in part.removeprefix("?").split("|")] if optional or part != "?" else [("?",)]
        choices.append([*several, *([()] if optional else [])])
    whole = [tuple(word for piece in way for word in piece) for way in product(*choices)]
    return [way for way in whole if way]


def covered(matches: Iterable[Match]) -> set[int]:
    """The places of all words of some matches of a sentence."""
    return {place for one in matches for place in range(one.first, one.last)}


def longest(matches: Iterable[Match]) -> list[Match]:
    """Matches that do not overlap, the first and longest ones; of equal ones all that fit the word as spelled."""
    found: list[Match] = []
    until = 0
    for one in sorted(matches, key=lambda match: (match.first, -match.last, match.rank)):
        if one.first >= until:
            found.append(one)
            until = one.last
        elif found and _place(one) == _place(found[-1]) and one != found[-1]:
            found.append(one)
    return found


def _place(one: Match) -> tuple[int, int, int]:
    return one.first, one.last, one.rank
