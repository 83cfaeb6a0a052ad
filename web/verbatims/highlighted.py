"""A text in pieces, each with what its words say, sentence by sentence. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from relationship.verbatims.analysis import Sentence, Span

Word = TypeVar("Word")

# What is coloured where several say something about the same words.
_LOUDEST = ("threat", "emotion", "moment", "sensitivity", "theme")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text. says: sort and word of each span over it, the loudest first; () for plain words."""

    text: str
    says: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence in pieces; signs before its first word belong to it; sentence: None for blanks between two."""

    sentence: Sentence | None
    pieces: tuple[Piece, ...]


def lines(text: str, sentences: Sequence[Sentence], spans: Sequence[Span]) -> list[Line]:
    """The whole text, nothing left out; joined together the pieces are the text again."""
    found: list[Line] = []
    at = 0
    waiting = sorted(spans, key=lambda one: one.start)
    for one in sentences:
        before = text[at : one.start]
        lead = (Piece(before.lstrip(), ()),) if before.strip() else ()
        if gap := before[: len(before) - len(before.lstrip())] if lead else before:
            found.append(Line(None, (Piece(gap, ()),)))
        inside = []
        while waiting and waiting[0].start < one.end:
            inside.append(waiting.pop(0))
        found.append(Line(one, (*lead, *_pieces(text, one.start, one.end, inside))))
        at = one.end
    if at < len(text):
        rest = Piece(text[at:], ())
        last = found.pop() if found else Line(None, ())
        found.append(Line(last.sentence, (*last.pieces, rest)))
    return found


def cut(start: int, end: int, spans: Iterable[tuple[int, int, Word]]) -> list[tuple[int, int, tuple[Word, ...]]]:
    """Signs `start` to `end`, cut wherever something begins or ends to be said; each part with all that is said of it.

    spans  start, end (not included) and what is said, in any order; they may overlap, and end outside
    Parts beside each other that say the same are one; nothing is left out.

    >>> cut(0, 9, [(0, 6, "a"), (3, 9, "b")])
    [(0, 3, ('a',)), (3, 6, ('a', 'b')), (6, 9, ('b',))]
    """
    known = [(max(start, first), min(end, last), word) for first, last, word in spans]
    known = [one for one in known if one[0] < one[1]]
    begins: dict[int, list[tuple[int, Word]]] = {}
    for first, last, word in known:
        begins.setdefault(first, []).append((last, word))
    places = sorted({start, end, *(first for first, _, _ in known), *(last for _, last, _ in known)})
    found: list[tuple[int, int, tuple[Word, ...]]] = []
    over: list[tuple[int, Word]] = []
    for first, last in pairwise(places):
        over = [one for one in [*over, *begins.get(first, ())] if one[0] > first]
        says = tuple(dict.fromkeys(word for _, word in over))
        if found and found[-1][2] == says:
            found[-1] = (found[-1][0], last, says)
        else:
            found.append((first, last, says))
    return found


def _pieces(text: str, start: int, end: int, spans: Sequence[Span]) -> tuple[Piece, ...]:
    parts = cut(start, end, ((one.start, one.end, (one.sort, one.word)) for one in spans))
    return tuple(Piece(text[first:last], tuple(sorted(says, key=_loudness))) for first, last, says in parts)


def _loudness(said: tuple[str, str]) -> tuple[int, str]:
    return _LOUDEST.index(said[0]), said[1]
