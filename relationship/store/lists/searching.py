"""Looking for words in names, alike on every database and whatever the accents."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

# What has no accent to lose and yet is typed without it.
_SPELT_OUT = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l"})


def folded(text: str) -> str:
    """The text without case and accents: what names are searched and sorted by.

    >>> folded("Élodie Œuvrard"), folded("STRAẞE")
    ('elodie oeuvrard', 'strasse')
    """
    if text.isascii():
        return text.lower()
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return bare.casefold().translate(_SPELT_OUT)


class _Contains(FunctionElement[bool]):
    """Whether a text holds another, sign by sign; several times faster than LIKE."""

    name = "contains"
    inherit_cache = True
    type = sa.Boolean()


@compiles(_Contains, "sqlite")
def _instr(element: _Contains, compiler: SQLCompiler, **more: Any) -> str:
    return f"(instr({compiler.process(element.clauses, **more)}) > 0)"


@compiles(_Contains, "postgresql")
def _strpos(element: _Contains, compiler: SQLCompiler, **more: Any) -> str:
    return f"(strpos({compiler.process(element.clauses, **more)}) > 0)"


def folded_holds(text: sa.ColumnElement[str], word: str) -> sa.ColumnElement[bool]:
    """Whether a column that keeps folded texts holds the word, however it is typed."""
    return _Contains(text, sa.literal(folded(word)))


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
