"""The words of events at customers: kinds and directions."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from relationship.importing.words import DIRECTED

EVENTS: Mapping[str, object] = {
    "headcount": _l("Staff"),
    "budget": _l("Budget"),
    "strategy": _l("Change of strategy"),
    "reorganisation": _l("Reorganisation"),
    "funding": _l("Funding"),
    "growth": _l("Growth"),
    "new_need": _l("New need"),
    "expansion": _l("Need to expand"),
    "premium": _l("Premium features"),
    "urgent_need": _l("Urgent need"),
    "timing": _l("Favourable timing"),
    "competitor": _l("Competitor"),
    "price_pressure": _l("Pressure on price"),
    "late_payment": _l("Late payment"),
    "escalation": _l("Complaint or escalation"),
    "other": _l("Something else"),
}
DIRECTIONS: Mapping[str, object] = {"up": _l("rising"), "down": _l("falling")}
# As the form offers them.
DIRECTION_CHOICES: Mapping[str, object] = {"": _l("As usual for this kind"), **DIRECTIONS}


def named(kind: str, direction: str) -> str:
    """What an event is called; with its direction only where the kind alone says nothing, or it is an unusual one."""
    word = str(EVENTS.get(kind, kind))
    tells = kind in set(DIRECTED) or (kind == "growth" and direction == "down")
    return f"{word} ({DIRECTIONS[direction]})" if tells and direction in DIRECTIONS else word
