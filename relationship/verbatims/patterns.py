"""Patterns of words and how they are found: one walk through a text finds those of all lists at once.

A pattern is words with blanks between them. A word fits its own spelling or its lemma, without accents and case;
`abc*` fits what begins so, `a|b` either, `?a` may be missing, `_` stands for up to three words. Adverbs that change
nothing ("actuellement", "seriously") may stand between any two words of a pattern.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product

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


@dataclass(frozen=True, slots=True)
class Match:
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
        self._known: dict[str, tuple[str, ...]] = {}

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

    def keys(self, word: str) -> tuple[str, ...]:
        """The words of patterns that a word of a text fits, its own spelling first."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            found = self._known[word] = self._look_up(word)
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
            spellings = {own, lemma}
        else:
            spellings = {own}
        for length, prefixes in self._prefixes.items():
            found += sorted({f"{one[:length]}*" for one in spellings if one[:length] in prefixes})
        return tuple(found)

    def _is_between(self, word: str) -> bool:
        return (word if word.isascii() else folded(word)) in self._between

    def find(self, words: Sequence[str]) -> list[Match]:
        """Every pattern that fits anywhere, by place; words: of one sentence, '' for a pause, which nothing crosses."""
        keys = [self.keys(word) if word else () for word in words]
        found: list[Match] = []
        first_words = self._root.next
        for place, several in enumerate(keys):
            for rank, key in enumerate(several):
                node = first_words.get(key)
                if node is not None:
                    self._walk(node, place, place + 1, rank, words, keys, found)
        return found

    def _walk(
        self,
        node: _Node,
        first: int,
        at: int,
        rank: int,
        words: Sequence[str],
        keys: Sequence[tuple[str, ...]],
        found: list[Match],
    ) -> None:
        found.extend(Match(first, at, meaning, rank) for meaning in node.meanings)
        if at >= len(words) or not words[at]:
            return
        if node.next:
            for between in range(MOST_BETWEEN + 1):
                place = at + between
                if place >= len(words) or not words[place]:
                    break
                for key in keys[place]:
                    child = node.next.get(key)
                    if child is not None:
                        self._walk(child, first, place + 1, rank, words, keys, found)
                if not self._is_between(words[place]):
                    break
        if node.gap is not None:
            for skipped in range(WIDEST_GAP + 1):
                place = at + skipped
                if place >= len(words) or not words[place]:
                    return
                for key in keys[place]:
                    child = node.gap.next.get(key)
                    if child is not None:
                        self._walk(child, first, place + 1, rank, words, keys, found)


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


def overlap(one: Match, other: Match) -> bool:
    """Whether two matches of a sentence share a word."""
    return one.first < other.last and other.first < one.last


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
