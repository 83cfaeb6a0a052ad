"""Looking for words in names, alike on every database."""

from collections.abc import Sequence

import sqlalchemy as sa


def holds(names: Sequence[sa.ColumnElement[str]], word: str) -> sa.ColumnElement[bool]:
    """Whether the word occurs in one of the names, whatever its case; signs of SQL stand for themselves."""
    return sa.or_(
        *(name.ilike(f"%{_literal(spelling)}%", escape="\\") for name in names for spelling in _spellings(word))
    )


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _spellings(word: str) -> Sequence[str]:
    # SQLite folds the case of ASCII letters only: accented words are looked for in their usual spellings.
    if word.isascii():
        return [word]
    return sorted({word, word.lower(), word.upper(), word.capitalize()})
