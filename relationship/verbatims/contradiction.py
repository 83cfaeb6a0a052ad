"""Where the words of a text and the scores beside it say different things: often irony, sometimes a slip of the hand.

A list of words does not hear irony ("Bravo, encore une panne"); a score of 0 beside it does.
"""

from relationship.verbatims.feeling import NEGATIVE, POSITIVE

KINDER, HARSHER = "kinder_than_score", "harsher_than_score"
# Satisfaction 0 to 100; recommendation 0 to 10, of which 9 and 10 are promoters (Reichheld, HBR December 2003). Scores
# from 5 to 8 contradict nobody.
LOW_SATISFACTION, HIGH_SATISFACTION = 40.0, 80.0
LOW_RECOMMENDATION, HIGH_RECOMMENDATION = 4.0, 9.0


def contradiction(feeling: str, satisfaction: float | None, recommendation: float | None) -> str:
    """'kinder_than_score' for positive words with a low score, 'harsher_than_score' for the contrary, else ''.

    satisfaction  0 to 100, recommendation: 0 to 10, None: not told.  Scores that contradict each other say nothing.

    >>> contradiction("positive", None, 0)
    'kinder_than_score'
    """
    is_low = _below(satisfaction, LOW_SATISFACTION) or _below(recommendation, LOW_RECOMMENDATION)
    is_high = _above(satisfaction, HIGH_SATISFACTION) or _above(recommendation, HIGH_RECOMMENDATION)
    if is_low == is_high:
        return ""
    if feeling == POSITIVE and is_low:
        return KINDER
    return HARSHER if feeling == NEGATIVE and is_high else ""


def _below(score: float | None, limit: float) -> bool:
    return score is not None and score <= limit


def _above(score: float | None, limit: float) -> bool:
    return score is not None and score >= limit
