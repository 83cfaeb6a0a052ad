"""What customers say in their own words, and what it means: pure, offline, in French and English.

In: a text. Out: an `Analysis`: emotions with the words that show them, polarity, temperature, a threat to leave,
themes, sensitivities and moments of life. The words are lists that people read and correct (`words/`). Read first:
`understand.py`, then `feelings.py` and `threats.py`; how good it is stands in docs/verbatims.md.
"""

from relationship.verbatims.analysis import Analysis, Sentence, Span, Threat
from relationship.verbatims.emotions import Emotion
from relationship.verbatims.understand import analyse
from relationship.verbatims.version import UNDERSTANDING_VERSION

__all__ = ["UNDERSTANDING_VERSION", "Analysis", "Emotion", "Sentence", "Span", "Threat", "analyse"]
