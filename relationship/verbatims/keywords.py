"""Exact words: what a rule or a person looks for in a text, word by word."""

from collections.abc import Sequence

from relationship.verbatims.tokens import folded, sentences


def found(text: str, keywords: Sequence[str]) -> tuple[str, ...]:
    """Those of the keywords that stand in the text as whole words; case, accents and unseen signs do not count.

    >>> found("La Résiliation du contrat-cadre", ["résiliation", "contrat cadre", "cadres"])
    ('résiliation', 'contrat cadre')
    """
    said = f" {_spelled(text)} "
    return tuple(one for one in keywords if (bare := _spelled(one)) and f" {bare} " in said)


def _spelled(text: str) -> str:
    return " ".join(folded(word) for sentence in sentences(text) for word in sentence.words if word)
