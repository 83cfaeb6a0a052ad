"""How strongly a customer says that something matters, or that they leave: 1 mild, 2 clear, 3 strong.

Sensitivity: each sentence that names it counts 1, half where only a weakening word stands beside it, and 1 more for
each of: a strengthening word beside it, a word of the strongest cues in the sentence ("hors de prix"), capitals or an
exclamation mark, a threat to leave in the same sentence. Summed over the sentences, 2 is clear and 3 is strong.

Threat: considered is mild, conditional clear, decided strong; one more when it is said strongly or in several
sentences.
"""

MILD, CLEAR, STRONG = 1, 2, 3
WEAKENED = 0.5
_BY_KIND = {"considering": MILD, "conditional": CLEAR, "decided": STRONG}


def evidence(
    *, is_weakened: bool, is_strengthened: bool, is_outspoken: bool, is_shouted: bool, threatens: bool
) -> float:
    """What one sentence counts for a sensitivity it names, from 0.5 to 5."""
    plain = WEAKENED if is_weakened and not is_strengthened else 1.0
    return plain + is_strengthened + is_outspoken + is_shouted + threatens


def degree(counted: float) -> int:
    """1 to 3 of what all sentences of a text count together.

    >>> [degree(counted) for counted in (0.5, 1, 2, 2.5, 3)]
    [1, 1, 2, 2, 3]
    """
    return STRONG if counted >= STRONG else CLEAR if counted >= CLEAR else MILD


def threat_level(kind: str, *, is_strong: bool, sentences: int) -> int:
    """1 to 3 of a threat of this kind that so many sentences hold.

    >>> threat_level("conditional", is_strong=True, sentences=1)
    3
    """
    return min(STRONG, _BY_KIND[kind] + (is_strong or sentences > 1))
