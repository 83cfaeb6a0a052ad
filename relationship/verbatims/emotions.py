"""The seven emotions, which way each points, and the temperature each stands for."""

from collections.abc import Mapping
from enum import StrEnum


class Emotion(StrEnum):
    """The six of Ekman, and calm: also the answer for a text that shows nothing."""

    JOY = "joy"
    SURPRISE = "surprise"
    CALM = "calm"
    FEAR = "fear"
    SADNESS = "sadness"
    ANGER = "anger"
    DISGUST = "disgust"


# Where equal amounts meet, the earlier is named: what needs an answer goes first.
ORDER = (
    Emotion.ANGER,
    Emotion.SADNESS,
    Emotion.FEAR,
    Emotion.DISGUST,
    Emotion.JOY,
    Emotion.SURPRISE,
    Emotion.CALM,
)

# Surprise points neither way: what was surprising does.
DIRECTION: Mapping[Emotion, float] = {
    Emotion.JOY: 1.0,
    Emotion.SURPRISE: 0.0,
    Emotion.CALM: 0.5,
    Emotion.FEAR: -0.8,
    Emotion.SADNESS: -0.9,
    Emotion.ANGER: -1.0,
    Emotion.DISGUST: -1.0,
}

# °C. Joy 40, surprise 23 and calm 12 are the published points of the scale; the negative ones are ours, by how far
# each is from staying a customer (docs/verbatims.md).
TEMPERATURE: Mapping[Emotion, float] = {
    Emotion.JOY: 40.0,
    Emotion.SURPRISE: 23.0,
    Emotion.CALM: 12.0,
    Emotion.FEAR: 0.0,
    Emotion.SADNESS: -5.0,
    Emotion.ANGER: -15.0,
    Emotion.DISGUST: -20.0,
}
COLDEST, WARMEST = -20.0, 40.0


def temperature(amounts: Mapping[Emotion, float]) -> float:
    """The emotional index of a text: where its emotions pull it from calm, in °C, -20 to 40.

    amounts  0 to 1 by emotion, missing is 0
    12 + Σ aₑ·(Tₑ - 12) / max(1, Σ aₑ): a mean of the points above, filled up with calm while the amounts are below 1.

    >>> temperature({})
    12.0
    >>> temperature({Emotion.JOY: 1.0})
    40.0
    >>> temperature({Emotion.ANGER: 0.5})
    -1.5
    """
    calm = TEMPERATURE[Emotion.CALM]
    felt = {emotion: amount for emotion, amount in amounts.items() if emotion is not Emotion.CALM}
    total = max(1.0, sum(felt.values()))
    pulled = calm + sum(amount * (TEMPERATURE[emotion] - calm) for emotion, amount in felt.items()) / total
    return round(min(WARMEST, max(COLDEST, pulled)), 1)
