"""Why a colleague is named: facts that follow from the paths shown and tell nothing beyond them.

Whether two colleagues have contact with each other is nobody's business but theirs: a path over two says that one
can ask the other, and never how well they know each other, or whether they do.
"""

from collections.abc import Sequence
from enum import StrEnum

from relationship.graph.introductions import Path


class Reason(StrEnum):
    """In the order in which they are told.

    ONLY_ONE           there is no other way to the contact
    CLOSEST_TO_TARGET  nobody else shown over one colleague is closer to the contact
    CLOSEST_TO_SELLER  no other first colleague shown is closer to the seller
    HANDS_ON           knows the contact through a second colleague
    NO_TIE_YET         the seller has no tie with this colleague, but one may always ask
    BUSY               has too many open requests, so comes last
    """

    ONLY_ONE = "only_one"
    CLOSEST_TO_TARGET = "closest_to_target"
    CLOSEST_TO_SELLER = "closest_to_seller"
    HANDS_ON = "hands_on"
    NO_TIE_YET = "no_tie_yet"
    BUSY = "busy"


def reasons(paths: Sequence[Path]) -> list[tuple[Reason, ...]]:
    """For each of the paths shown together, why it is among them.

    "Closest" is told only where it sets one path apart: of several equals nobody is it, and a single path is not.

    >>> one, other = Path((2,), 9, 0.8, (2.0, 0.4)), Path((3,), 9, 0.15, (None, 1.5))
    >>> [[reason.value for reason in why] for why in reasons([one, other])]
    [['closest_to_seller'], ['closest_to_target', 'no_tie_yet']]
    """
    to_target = _stands_out([path.ties[-1] if len(path.colleagues) == 1 else None for path in paths])
    to_seller = _stands_out([path.ties[0] for path in paths])
    told = []
    for place, path in enumerate(paths):
        handed_on = len(path.colleagues) == 2
        holds = {
            Reason.ONLY_ONE: len(paths) == 1,
            Reason.CLOSEST_TO_TARGET: place == to_target,
            Reason.CLOSEST_TO_SELLER: place == to_seller,
            Reason.HANDS_ON: handed_on,
            Reason.NO_TIE_YET: path.ties[0] is None,
            Reason.BUSY: path.busy,
        }
        told.append(tuple(reason for reason in Reason if holds[reason]))
    return told


def _stands_out(closenesses: Sequence[float | None]) -> int | None:
    """The place of the one that is larger than all others; None when there is none, or only one at all."""
    known = sorted((close for close in closenesses if close is not None), reverse=True)
    if len(closenesses) < 2 or not known or known[:1] == known[1:2]:
        return None
    return closenesses.index(known[0])
