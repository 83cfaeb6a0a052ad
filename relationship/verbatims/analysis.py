"""What is understood of a text: plain records, and how they are kept as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from relationship.verbatims.emotions import Emotion


@dataclass(frozen=True, slots=True)
class Span:
    """Words of the text that say something: signs `start` to `end` (not included).

    sort  'emotion', 'threat', 'theme', 'sensitivity' or 'moment';  word: which one, as 'anger' or 'service/support'
    """

    start: int
    end: int
    sort: str
    word: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. intensity: 0 to 1 of its emotion;  polarity: -1 to 1."""

    start: int
    end: int
    emotion: Emotion
    intensity: float
    polarity: float


@dataclass(frozen=True, slots=True)
class Threat:
    """That the customer leaves.

    kind  'considering', 'conditional' or 'decided';  degree: 0 to 1;  level: 1 mild, 2 clear, 3 strong (`degrees.py`)
    """

    kind: str
    degree: float
    start: int
    end: int
    level: int = 1


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that is understood of one text.

    emotion, intensity   the strongest emotion and how strong it gets, 0 to 1;  'calm' and 0 for a text that shows none
    polarity             -1 to 1;  feeling: 'positive', 'neutral' or 'negative', of the whole (`feeling.py`)
    index                temperature in °C, -20 to 40 (`emotions.temperature`)
    amounts              0 to 1 by emotion; emotions that do not occur are not in it
    themes               paths without their parents;  sensitivities, moments: words of their lists
    degrees              1 mild, 2 clear, 3 strong, by sensitivity (`degrees.py`)
    contradiction        where scores beside the text say otherwise than its words (`contradiction.py`), else ''
    spans                by place
    """

    language: str
    emotion: Emotion
    intensity: float
    polarity: float
    index: float
    amounts: Mapping[Emotion, float]
    feeling: str = "neutral"
    sentences: tuple[Sentence, ...] = ()
    threat: Threat | None = None
    themes: tuple[str, ...] = ()
    sensitivities: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    degrees: Mapping[str, int] = field(default_factory=dict)
    contradiction: str = ""

    def as_json(self) -> dict[str, Any]:
        """The parts that the columns of the store do not hold."""
        return {
            "amounts": {str(emotion): amount for emotion, amount in self.amounts.items()},
            "sentences": [[s.start, s.end, str(s.emotion), s.intensity, s.polarity] for s in self.sentences],
            "threat": [self.threat.start, self.threat.end] if self.threat else None,
            "spans": [[s.start, s.end, s.sort, s.word] for s in self.spans],
        }


def sentences_of(kept: Mapping[str, Any]) -> tuple[Sentence, ...]:
    return tuple(Sentence(one[0], one[1], Emotion(one[2]), one[3], one[4]) for one in kept.get("sentences", ()))


def spans_of(kept: Mapping[str, Any]) -> tuple[Span, ...]:
    return tuple(Span(*one) for one in kept.get("spans", ()))
