"""French words that are positive or negative without naming an emotion, from two free lexicons."""

from functools import cache

from relationship.verbatims.tokens import folded
from relationship.verbatims.word_lists import text_of


@cache
def _values() -> dict[str, float]:
    rows = (line.split("\t") for line in text_of("polarity_fr.tsv").splitlines())
    return {form: float(value) for form, value in rows}


def valence(word: str, language: str) -> float:
    """-1 to 1 of a word as it stands in a text; 0.0 for one that is not known, and in English."""
    return _values().get(word if word.isascii() else folded(word), 0.0) if language == "fr" else 0.0
