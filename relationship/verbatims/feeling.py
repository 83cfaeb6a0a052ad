"""Whether a text as a whole is positive, neutral or negative: a small linear model over what was understood of it.

It weighs the polarity of the whole, of the first and of the last sentence, and the amount of each emotion. Its numbers
stand in `words/feeling.json`; `scripts/train_feeling.py` fits them. It knows no words, so it holds nothing of the texts
that it was fitted on.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from relationship.verbatims.analysis import Sentence
from relationship.verbatims.emotions import Emotion
from relationship.verbatims.word_lists import text_of

POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"
FEELINGS = (NEGATIVE, NEUTRAL, POSITIVE)


def figures(polarity: float, amounts: Mapping[Emotion, float], sentences: Sequence[Sentence]) -> list[float]:
    """What the model weighs: 11 numbers."""
    said = [one.polarity for one in sentences] or [0.0]
    return [polarity, sum(said) / len(said), said[0], said[-1], *(amounts.get(one, 0.0) for one in Emotion)]


def feeling(polarity: float, amounts: Mapping[Emotion, float], sentences: Sequence[Sentence]) -> str:
    """'positive', 'neutral' or 'negative'; a text that says nothing either way is neutral."""
    known = figures(polarity, amounts, sentences)
    if not any(known):
        return NEUTRAL
    model = _model()
    scores = [
        start + sum(weight * value for weight, value in zip(weights, known, strict=True))
        for start, weights in zip(model["starts"], model["weights"], strict=True)
    ]
    return str(model["classes"][scores.index(max(scores))])


@cache
def _model() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text_of("feeling.json"))
    return found
