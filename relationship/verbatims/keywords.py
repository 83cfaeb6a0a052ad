"""Exact words: what a rule or a person looks for in a text, letter by letter but for case, accents and punctuation."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from relationship.verbatims.tokens import LIGATURES, is_unseen

_NOT_WORDS = re.compile(r"[\W_]+")


def places(text: str, keywords: Sequence[str]) -> list[tuple[int, int]]:
    """Where these words stand in the text, whole and exact but for case, accents and unseen signs, in order.

    >>> places("Trop CHER, vraiment très cher.", ["cher"])
    [(5, 9), (25, 29)]
    >>> places("La Résiliation du contrat-cadre", ["contrat cadre", "cadres", ""])
    [(18, 31)]
    """
    plain, origin = _plain(text)
    found: set[tuple[int, int]] = set()
    for keyword in keywords:
        pattern = _keyword(keyword)
        if pattern is not None:
            found |= {(origin[one.start()], origin[one.end() - 1] + 1) for one in pattern.finditer(plain)}
    return sorted(found)


def folded(text: str) -> str:
    """Without case, accents and punctuation, words one space apart.

    >>> folded("Centre de  Responsabilité_")
    'centre de responsabilite'
    """
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """The words of a keyword as they are compared; [] for one that has none.

    >>> words("contrat-cadre")
    ['contrat', 'cadre']
    """
    return [word for word in _NOT_WORDS.split(_plain(text)[0]) if word]


@lru_cache(maxsize=2_000)
def _keyword(keyword: str) -> re.Pattern[str] | None:
    parts = words(keyword)
    if not parts:
        return None
    return re.compile(r"(?<!\w)" + r"[\W_]+".join(map(re.escape, parts)) + r"(?!\w)")


def _plain(text: str) -> tuple[str, list[int]]:
    """The text without case, accents and unseen signs, and for each of its signs where it stood before."""
    signs: list[str] = []
    origin: list[int] = []
    for place, sign in enumerate(text):
        if sign.isascii():
            signs.append(sign.lower())
            origin.append(place)
            continue
        for part in unicodedata.normalize("NFKD", sign.translate(LIGATURES).casefold()):
            if not unicodedata.combining(part) and not is_unseen(part):
                signs.append(part)
                origin.append(place)
    return "".join(signs), origin
