"""What one sentence shows: emotions with their strengths and the words that show them.

A cue counts by its strength; a word that strengthens or weakens before it, capitals and exclamation marks change
that. A negation that governs it turns it into what its opposite means. Several cues of an emotion add up like
independent chances: 1 - Π(1 - strength). Words without an emotion move the polarity alone (`polarity.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from relationship.verbatims.emotions import DIRECTION, Emotion
from relationship.verbatims.patterns import Match, longest
from relationship.verbatims.polarity import valence
from relationship.verbatims.tokens import Tokens

STRENGTH = {1: 0.22, 2: 0.55, 3: 0.8}
STRONGER, WEAKER, CAPITALS = 1.35, 0.6, 1.2
SHOUTED = (1.0, 1.15, 1.25, 1.3)
STRONGEST = 0.97
# What comes after "but" is what the sentence is about.
BEFORE_TURN, AFTER_TURN = 0.7, 1.2
# How many words before a cue a negation and a strengthening word may stand.
NEGATION_REACH, DEGREE_REACH = 4, 3
# "Je ne dirais pas que" denies the clause that follows; "the previous one was" puts so much of it into the past.
CLAUSE_REACH, PAST_REACH = 7, 5
# How strongly praise of what is gone is regret, and what was bad before still counts.
REGRET, OVERCOME = 0.8, 0.4
# What the absence of an emotion means, and how strongly: "pas content", "aucune inquiétude".
OPPOSITE: dict[Emotion, tuple[Emotion, float] | None] = {
    Emotion.JOY: (Emotion.ANGER, 0.85),
    Emotion.CALM: (Emotion.FEAR, 0.8),
    Emotion.FEAR: (Emotion.CALM, 1.0),
    Emotion.SADNESS: (Emotion.CALM, 0.8),
    Emotion.ANGER: (Emotion.CALM, 0.8),
    Emotion.DISGUST: (Emotion.CALM, 0.6),
    Emotion.SURPRISE: None,
}
# "Not good" says more than "good" does: a denied joy counts at least so much.
LITOTES = 0.4
# The second half of a French negation stands behind the verb: "je ne recommande pas".
_BEHIND = frozenset({"pas", "jamais", "plus", "guere", "guère", "aucunement", "nullement", "personne", "rien", "nulle"})
_PARTICLES = frozenset({"ne", "n"})


@dataclass(frozen=True, slots=True)
class Felt:
    """A cue that counted. strength: 0 to 1."""

    start: int
    end: int
    emotion: Emotion
    strength: float


@dataclass(frozen=True, slots=True)
class Feelings:
    """Of one sentence. amounts: 0 to 1;  push: towards positive or negative, without bounds."""

    amounts: dict[Emotion, float]
    felt: list[Felt]
    push: float


class Rules:
    """Where a sentence negates, strengthens, weakens and turns: by token."""

    def __init__(self, words: Sequence[str], matches: Iterable[Match]) -> None:
        by_head: dict[str, list[Match]] = {}
        for one in matches:
            if one.meaning.sort == "rule":
                by_head.setdefault(one.meaning.word, []).append(one)
        self._words = words
        negations = longest(
            one for head in ("negators", "no negators", "clause negators") for one in by_head.get(head, ())
        )
        self.negators = {one.last - 1 for one in negations if one.meaning.word == "negators"}
        self._denied = self._clauses([one for one in negations if one.meaning.word == "clause negators"], CLAUSE_REACH)
        self._past = self._clauses(by_head.get("formerly", ()), PAST_REACH)
        self._others = self._clauses(by_head.get("others formerly", ()), PAST_REACH)
        self._stops = {one.first for head in ("ends", "subjects") for one in by_head.get(head, ())}
        self._stronger = {place for one in by_head.get("stronger", ()) for place in range(one.first, one.last)}
        self._weaker = {place for one in by_head.get("weaker", ()) for place in range(one.first, one.last)}
        self._stronger -= self._weaker
        no_turns = {place for one in by_head.get("no turns", ()) for place in range(one.first, one.last)}
        self.turn = max((one.first for one in by_head.get("turns", ()) if one.first not in no_turns), default=-1)

    def _clauses(self, openings: Iterable[Match], reach: int) -> set[int]:
        """The places behind each opening, up to the next pause or turn."""
        found: set[int] = set()
        for one in openings:
            for place in range(one.last, min(one.last + reach, len(self._words))):
                if not self._words[place] or self._words[place] in ("mais", "but"):
                    break
                found.add(place)
        return found

    def is_past(self, first: int) -> bool:
        """Whether what begins at `first` is said of how it was before."""
        return first in self._past

    def is_about_others(self, first: int) -> bool:
        """Whether what begins at `first` is said of a supplier of before."""
        return first in self._others

    def said(self, first: int, last: int) -> float:
        """STRONGER or WEAKER where such a word stands on either side of the words `first` to `last`, else 1."""
        near = [*range(first - 1, max(-1, first - 1 - DEGREE_REACH), -1), -1]
        near += range(last, min(len(self._words), last + DEGREE_REACH))
        found, is_cut = 1.0, False
        for place in near:
            if place < 0:
                is_cut = False
            elif is_cut or not self._words[place]:
                is_cut = True
            elif place in self._stronger:
                return STRONGER
            elif place in self._weaker:
                found = WEAKER
        return found

    def is_strong_within(self, first: int, last: int) -> bool:
        """Whether one of the words `first` to `last` itself strengthens, as in "trop cher"."""
        return not self._stronger.isdisjoint(range(first, last))

    def negates(self, first: int, last: int) -> bool:
        """Whether the words `first` to `last` are denied."""
        if first in self._denied:
            return True
        for place in range(first - 1, max(-1, first - 1 - NEGATION_REACH), -1):
            if place in self.negators:
                return True
            if not self._words[place] or place in self._stops:
                break
        return self._is_denied_behind(first, last)

    def _is_denied_behind(self, first: int, last: int) -> bool:
        words = self._words
        behind = [words[place] for place in range(last, min(last + 2, len(words)))]
        if not behind or not behind[0]:
            return False
        particle = any(words[place] in _PARTICLES for place in range(max(0, first - 3), first))
        if particle:
            return any(word in _BEHIND for word in behind) or self._is_for_nobody(last)
        return behind[0] == "pas" and (len(behind) == 1 or not behind[1])

    def _is_for_nobody(self, last: int) -> bool:
        """ "Je ne le conseille vraiment à personne": the second half of the negation comes late."""
        words = self._words[last : last + NEGATION_REACH + 1]
        return any(pair == ("à", "personne") for pair in pairwise(words))

    def factor(self, first: int, last: int = 0) -> float:
        """How much stronger or weaker the words `first` to `last` are said; a weakening word may stand among them."""
        if any(place in self._weaker for place in range(first + 1, last)):
            return WEAKER
        for place in range(first - 1, max(-1, first - 1 - DEGREE_REACH), -1):
            if not self._words[place]:
                break
            if place in self._weaker:
                return WEAKER
            if place in self._stronger:
                return STRONGER
        return 1.0


def feelings(text: str, tokens: Tokens, matches: Sequence[Match], rules: Rules, language: str) -> Feelings:
    """Emotions of one sentence; matches: all of it (`Patterns.find`), rules: made of them."""
    shouted = SHOUTED[min(tokens.shouts, len(SHOUTED) - 1)]
    sentence_is_capital = text[tokens.start : tokens.end].isupper()
    missing: dict[Emotion, float] = {}
    felt: list[Felt] = []
    push = 0.0
    taken: set[int] = set()
    for cue in longest(one for one in matches if one.meaning.sort == "cue"):
        taken.update(range(cue.first, cue.last))
        if not cue.meaning.word or (cue.meaning.strength == 1 and _is_name(text, tokens, cue)):
            continue
        start, end = tokens.starts[cue.first], tokens.ends[cue.last - 1]
        size = STRENGTH[cue.meaning.strength] * rules.factor(cue.first, cue.last) * shouted
        if not sentence_is_capital and end - start > 3 and text[start:end].isupper():
            size *= CAPITALS
        if rules.turn >= 0:
            size *= AFTER_TURN if cue.first > rules.turn else BEFORE_TURN
        if rules.is_about_others(cue.first):
            continue
        is_denied = rules.negates(cue.first, cue.last)
        for name in cue.meaning.word.split("+"):
            shown = _shown(Emotion(name), size, is_denied, rules.is_past(cue.first))
            if shown is None:
                continue
            emotion, strength = shown
            missing[emotion] = missing.get(emotion, 1.0) * (1.0 - strength)
            felt.append(Felt(start, end, emotion, strength))
            push += strength * DIRECTION[emotion]
    push += _backing(tokens, rules, taken, language)
    return Feelings({emotion: 1.0 - rest for emotion, rest in missing.items()}, felt, push)


def _is_name(text: str, tokens: Tokens, cue: Match) -> bool:
    """Whether a faint cue is somebody's name: one word with a capital behind a word without ("ma collègue Claire")."""
    if cue.last - cue.first > 1 or not cue.first or not tokens.words[cue.first - 1]:
        return False
    word, before = text[tokens.starts[cue.first] : tokens.ends[cue.first]], text[tokens.starts[cue.first - 1]]
    return before.islower() and word[:1].isupper() and word[1:].islower()


def _shown(emotion: Emotion, size: float, is_denied: bool, is_past: bool) -> tuple[Emotion, float] | None:
    if is_past and not is_denied:
        if emotion is Emotion.JOY:
            return Emotion.SADNESS, min(STRONGEST, size * REGRET)
        return emotion, min(STRONGEST, size * (OVERCOME if DIRECTION[emotion] < 0 else 1.0))
    if not is_denied:
        return emotion, min(STRONGEST, size)
    opposite = OPPOSITE[emotion]
    if opposite is None:
        return None
    least = LITOTES if emotion is Emotion.JOY else 0.0
    return opposite[0], min(STRONGEST, max(least, size * opposite[1]))


BACKING = 0.35


def _backing(tokens: Tokens, rules: Rules, taken: set[int], language: str) -> float:
    """What words that are no cue add to the polarity."""
    push = 0.0
    for place, word in enumerate(tokens.words):
        if word and place not in taken and (value := valence(word, language)):
            push += -0.5 * value if rules.negates(place, place + 1) else value
    return BACKING * push
