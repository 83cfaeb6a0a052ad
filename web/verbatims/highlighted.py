"""A text in pieces, each with what its words say, sentence by sentence. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from relationship.verbatims.analysis import Sentence, Span

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


def _pieces(text: str, start: int, end: int, spans: Sequence[Span]) -> tuple[Piece, ...]:
    """Cut where any span begins or ends."""
    begins: dict[int, list[Span]] = {}
    for span in spans:
        begins.setdefault(span.start, []).append(span)
    cuts = sorted({start, end, *(min(end, one.start) for one in spans), *(min(end, one.end) for one in spans)})
    found: list[Piece] = []
    over: list[Span] = []
    for first, last in pairwise(cuts):
        over = [one for one in [*over, *begins.get(first, ())] if one.end > first]
        says = sorted({(one.sort, one.word) for one in over}, key=lambda one: (_LOUDEST.index(one[0]), one[1]))
        found.append(Piece(text[first:last], tuple(says)))
    return tuple(found)
