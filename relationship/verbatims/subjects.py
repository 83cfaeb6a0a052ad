"""Who does what a sentence tells: the customer, or somebody else.

No grammar: the nearest word before the verb that stands for somebody, in the same clause. "Vos tarifs nous poussent à
résilier" is ours, "votre concurrent va résilier" is not.
"""

from collections.abc import Sequence

from relationship.verbatims.patterns import Match
from relationship.verbatims.tokens import Tokens

REACH = 7
# "Votre …" is a subject only where a clause begins: not in "avec votre accord".
_BEFORE_A_CLAUSE = frozenset({"", "que", "si", "car", "et", "mais", "quand", "that", "if", "because", "and", "but"})


class Subjects:
    """Of one sentence; matches: all of it."""

    def __init__(self, tokens: Tokens, matches: Sequence[Match]) -> None:
        self._words = tokens.words
        heads: dict[str, set[int]] = {}
        for one in matches:
            if one.meaning.sort == "rule":
                heads.setdefault(one.meaning.word, set()).add(one.last - 1)
        self._us = heads.get("us", set())
        self._others = heads.get("others", set())
        self._pronouns = heads.get("pronouns", set())
        begins = (place for place in heads.get("yours", ()) if not place or self._words[place - 1] in _BEFORE_A_CLAUSE)
        self._yours = set(begins)

    def are_others(self, first: int, *, with_pronouns: bool = True) -> bool:
        """Whether the subject of what begins at `first` is not the customer.

        with_pronouns  "ils" is somebody else too; without, it may stand for the customer's own people
        """
        others = self._others | self._yours | (self._pronouns if with_pronouns else set())
        for place in range(first - 1, max(-1, first - 1 - REACH), -1):
            if not self._words[place]:
                return False
            if place in others:
                return True
            if place in self._us:
                return False
        return False
