"""A customer's text in, what it says out: the one door to everything in this room.

Each sentence is walked once for all lists of words (`patterns.py`); what is found makes its emotions, its threat and
its topics. The time grows with the length of the text and with nothing else.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import simplemma

from relationship.verbatims import word_lists
from relationship.verbatims.analysis import Analysis, Sentence, Span, Threat
from relationship.verbatims.catalogue import Catalogue, default_catalogue
from relationship.verbatims.contradiction import contradiction
from relationship.verbatims.degrees import degree, threat_level
from relationship.verbatims.emotions import ORDER, Emotion, temperature
from relationship.verbatims.feeling import feeling
from relationship.verbatims.feelings import Feelings, Rules, feelings
from relationship.verbatims.patterns import Patterns
from relationship.verbatims.threats import CONSIDERING, threat
from relationship.verbatims.tokens import Tokens, sentences
from relationship.verbatims.topics import deepest, topics, weights

# Below, a text shows nothing.
FAINTEST = 0.2
# Where no cue is found, words that are plainly positive or negative still tell this much.
PLAINLY, PLAIN_AMOUNT = 0.25, 0.3
# A threat is no emotion, but nobody decides to leave calmly: so much anger goes with a full one. Who only looks around
# may be quite calm.
ANGER_OF_A_THREAT = 0.5
# How quickly the polarity nears -1 and 1.
DAMPING = 2.0
# Long letters tell the bad and the good at length: beyond so many sentences each counts less, as 1/√(number).
LONG = 3
# The language shows in the first signs; longer looks cost more and tell the same.
LOOKED_AT = 400
THREAT_THEME = "risk/threat"


def analyse(
    text: str,
    language: str = "",
    catalogue: Catalogue | None = None,
    *,
    satisfaction: float | None = None,
    recommendation: float | None = None,
) -> Analysis:
    """Understand a text of any length and content.

    language   'fr' or 'en'; anything else: found out from the text, French when it does not show
    catalogue  of themes; None: the one that comes with the product
    satisfaction, recommendation  scores beside the text, 0 to 100 and 0 to 10; they change nothing but `contradiction`
    """
    language = language if language in word_lists.LANGUAGES else language_of(text)
    known = patterns(language, catalogue or default_catalogue())
    whole = _Whole()
    for tokens in sentences(text):
        matches = known.find(tokens.words)
        rules = Rules(tokens.words, matches)
        felt = feelings(text, tokens, matches, rules, language)
        leaving = threat(tokens, matches, rules)
        about = topics(tokens, matches, rules, is_felt=bool(felt.felt) or leaving is not None)
        whole.add(tokens, felt, leaving, about)
        whole.weigh(weights(tokens, matches, rules, about, threatens=leaving is not None))
    found = whole.analysis(language)
    return replace(found, contradiction=contradiction(found.feeling, satisfaction, recommendation))


@lru_cache(maxsize=8)
def patterns(language: str, catalogue: Catalogue) -> Patterns:
    """All lists of a language with a catalogue, ready to be found."""
    lists = (
        word_lists.cues(language),
        word_lists.rules(language),
        word_lists.threats(language),
        word_lists.moments(language),
        word_lists.sensitivities(language),
    )
    own = catalogue.patterns(language)
    used = [one for several in lists for one in several if not catalogue.replaces(one[1])]
    return Patterns(language, used + own, word_lists.between(language))


def language_of(text: str) -> str:
    """'fr' or 'en', by what most words of the beginning are."""
    shares = dict(simplemma.langdetect(text[:LOOKED_AT], lang=word_lists.LANGUAGES))
    return "en" if shares.get("en", 0.0) > shares.get("fr", 0.0) else "fr"


class _Whole:
    """Adds sentences up to a text."""

    def __init__(self) -> None:
        self._sums: dict[Emotion, float] = {}
        self._peaks: dict[Emotion, float] = {}
        self._push = 0.0
        self._sentences: list[Sentence] = []
        self._spans: list[Span] = []
        self._threat: Threat | None = None
        self._threats = 0
        self._weights: dict[str, float] = {}

    def weigh(self, counted: Mapping[str, float]) -> None:
        """Count what a sentence says for the sensitivities it names."""
        for word, one in counted.items():
            self._weights[word] = self._weights.get(word, 0.0) + one

    def add(self, tokens: Tokens, felt: Feelings, leaving: Threat | None = None, about: Sequence[Span] = ()) -> None:
        amounts, push = felt.amounts, felt.push
        if not amounts and abs(push) >= PLAINLY:
            amounts = {Emotion.JOY if push > 0 else Emotion.SADNESS: PLAIN_AMOUNT}
        if leaving:
            anger = ANGER_OF_A_THREAT * leaving.degree
            push -= anger
            self._threats += 1
            if leaving.kind != CONSIDERING:
                amounts[Emotion.ANGER] = 1.0 - (1.0 - amounts.get(Emotion.ANGER, 0.0)) * (1.0 - anger)
            self._spans.append(Span(leaving.start, leaving.end, "threat", leaving.kind))
            if self._threat is None or leaving.degree > self._threat.degree:
                self._threat = leaving
        for emotion, amount in amounts.items():
            self._sums[emotion] = self._sums.get(emotion, 0.0) + amount
            self._peaks[emotion] = max(self._peaks.get(emotion, 0.0), amount)
        self._push += push
        emotion = _strongest(amounts)
        intensity = amounts.get(emotion, 0.0)
        self._sentences.append(Sentence(tokens.start, tokens.end, emotion, round(intensity, 3), _polarity(push)))
        self._spans += [Span(one.start, one.end, "emotion", str(one.emotion)) for one in felt.felt]
        self._spans += about

    def analysis(self, language: str) -> Analysis:
        emotion = _strongest(self._sums)
        total, peak = sum(self._sums.values()), max(self._peaks.values(), default=0.0)
        polarity = _polarity(self._push / math.sqrt(max(1.0, len(self._sentences) / LONG)))
        amounts = {one: round(peak * amount / total, 3) for one, amount in self._sums.items()} if total else {}
        themes = [span.word for span in self._spans if span.sort == "theme"]
        if self._threat:
            themes.append(THREAT_THEME)
        return Analysis(
            language=language,
            emotion=emotion,
            intensity=round(self._peaks.get(emotion, 0.0), 3),
            polarity=polarity,
            index=temperature(amounts),
            amounts=amounts,
            feeling=feeling(polarity),
            sentences=tuple(self._sentences),
            threat=self._leaving(),
            themes=deepest(themes),
            sensitivities=self._words("sensitivity"),
            moments=self._words("moment"),
            degrees={word: degree(counted) for word, counted in self._weights.items()},
            spans=tuple(sorted(self._spans, key=lambda one: (one.start, one.end, one.sort, one.word))),
        )

    def _leaving(self) -> Threat | None:
        if self._threat is None or self._threats == 1:
            return self._threat
        level = threat_level(self._threat.kind, is_strong=False, sentences=self._threats)
        return replace(self._threat, level=max(level, self._threat.level))

    def _words(self, sort: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(span.word for span in self._spans if span.sort == sort))


def _strongest(amounts: dict[Emotion, float]) -> Emotion:
    best, most = Emotion.CALM, FAINTEST
    for emotion in ORDER:
        if amounts.get(emotion, 0.0) > most:
            best, most = emotion, amounts[emotion]
    return best


def _polarity(push: float) -> float:
    """Between -1 and 1, whatever the push. The form is that of VADER (Hutto and Gilbert, ICWSM 2014)."""
    return round(push / math.sqrt(push * push + DAMPING), 3)
