"""The action plan that a business review begins with: each goal with a measure that a figure answers."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import lazy_gettext as _l

from relationship.signals.qbr import INTERNAL_RECOMMENDATIONS, Goal, Review
from relationship.signals.recommendations import Limits
from web import formats
from web.identity.members import member
from web.recommendations.recommending import Item
from web.texts import _

MOST_PLANNED = 5
_MET = _l("A meeting with them has taken place, and the next one is in the calendar")
_IN_TOUCH = _l("At least one conversation a month until then")
_NEED = _l("The need is written down together, and an offer is handed over")
# What answers a goal that no figure of the review answers, by what the goal comes from.
MEASURES: Mapping[str, object] = {
    "H-R4": _IN_TOUCH,
    "H-X2.rarer": _IN_TOUCH,
    "H-X2.slower": _IN_TOUCH,
    "H-R5": _MET,
    "H-X2.champion": _MET,
    "H-X2.decider": _MET,
    "H-R6": _l("The next two meetings take place as planned"),
    "H-R7": _l("The users and seats that are needed are agreed on in writing"),
    "H-R8": _l("The budget of the coming year is agreed on in writing"),
    "H-R9": _l("Their new aims and our part in them are agreed on in writing"),
    "H-X1": _l("The renewal is signed"),
    "H-X3": _l("No complaint is open any more"),
    "H-O3": _NEED,
    "H-O4": _NEED,
    "H-O5": _NEED,
    "H-O6": _NEED,
}
_USE = frozenset({"H-R1", "H-R2", "H-R3", "H-O1", "H-O2"})
_USUAL = _l("Agreed on with the customer, done and looked at together in the next review")


def goals(items: Sequence[Item], review: Review, limits: Limits, *, health: int | None) -> tuple[Goal, ...]:
    """What is recommended and may stand in the customer's document, each once.

    health  as the document tells it: that in force, else the computed one; None where it tells none
    """
    shown = {one.one.key: one for one in reversed(items) if one.one.key not in INTERNAL_RECOMMENDATIONS}
    chosen = [one for one in items if shown.get(one.one.key) is one][:MOST_PLANNED]
    return tuple(
        Goal(
            what=one.words.title,
            measure=measure(one.triggers, review, limits, health=health),
            who=one.calling.owner or member().name,
            due=one.due_on.isoformat(),
        )
        for one in chosen
    )


def measure(triggers: Sequence[str], review: Review, limits: Limits, *, health: int | None) -> str:
    """How one sees that a goal is reached: from the use where it fell, from health where that is low, else in words."""
    use = [value for value in review.use.values if value is not None]
    if _USE & set(triggers) and len(use) > 1 and round(max(use)) > round(use[-1]):
        return _(
            "Active users a day back to %(aim)s (now %(now)s)",
            aim=formats.number(round(max(use))),
            now=formats.number(round(use[-1])),
        )
    if "score.health" in triggers and health is not None and health < limits.health_below:
        return _(
            "Customer health at %(aim)s or more (now %(now)s)",
            aim=formats.number(limits.health_below),
            now=formats.number(health),
        )
    return str(next((MEASURES[name] for name in triggers if name in MEASURES), _USUAL))


def told(goal: Goal) -> str:
    """The day of a goal as a reader writes it; what is no day stays as it was typed."""
    try:
        return formats.day(date.fromisoformat(goal.due))
    except ValueError:
        return goal.due
