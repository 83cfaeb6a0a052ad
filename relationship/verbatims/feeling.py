"""Whether a text as a whole is positive, neutral or negative: where its polarity lies.

The limits are those that fit the part of the labelled French experiences best that is not held out
(`benchmarks/evaluate_verbatims.py`).
"""

POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"
NEGATIVE_BELOW, POSITIVE_ABOVE = -0.25, 0.35


def feeling(polarity: float) -> str:
    """'positive', 'neutral' or 'negative' of a polarity from -1 to 1.

    >>> feeling(0.0)
    'neutral'
    """
    if polarity < NEGATIVE_BELOW:
        return NEGATIVE
    return POSITIVE if polarity > POSITIVE_ABOVE else NEUTRAL
