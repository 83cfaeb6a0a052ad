"""The words of signals: what each is called, and its rule with the thresholds in force."""

from collections.abc import Mapping
from dataclasses import asdict

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from relationship.signals.thresholds import Thresholds
from web import formats
from web.signals.signal_rules import RULES

FAMILIES: Mapping[str, object] = {
    "risk": _l("Risks"),
    "opportunity": _l("Opportunities to grow"),
    "pipeline": _l("Pipeline"),
}
FAMILY: Mapping[str, object] = {
    "risk": _l("Risk"),
    "opportunity": _l("Opportunity to grow"),
    "pipeline": _l("Pipeline"),
}
FAMILY_ICONS: Mapping[str, str] = {"risk": "warning", "opportunity": "sparkle", "pipeline": "flow"}
GROUPS: Mapping[str, object] = {
    "usage": _l("Use of the product"),
    "relationship": _l("Relationship"),
    "context": _l("Business context"),
    "deal": _l("Deal at risk"),
    "acceleration": _l("Deal to accelerate"),
}
SOURCES: Mapping[str, object] = {
    "usage": _l("Use of the product"),
    "activities": _l("E-mails, meetings and calls"),
    "events": _l("Events at customers"),
    "crm": _l("Dynamics 365"),
    "verbatims": _l("Verbatims"),
}
STATES: Mapping[str, object] = {
    "no_data": _l("No data: these signals cannot be seen for this account."),
    "broken": _l("The source is broken or out of date: these signals wait instead of firing."),
}

LIFE: Mapping[str, object] = {"open": _lp("signals", "Open"), "ended": _lp("signals", "Over")}

TITLES: Mapping[str, object] = {
    "H-R1": _l("Log-ins less frequent"),
    "H-R2": _l("Features not used any more"),
    "H-R3": _l("Inactive users"),
    "H-R4": _l("Prolonged silence"),
    "H-R5": _l("Contacts change"),
    "H-R6": _l("Meetings cancelled"),
    "H-R7": _l("The customer cuts staff"),
    "H-R8": _l("Budget falls"),
    "H-R9": _l("Strategy changes"),
    "H-O1": _l("Growing use of the product"),
    "H-O2": _l("Premium features switched on"),
    "H-O3": _l("Need to expand"),
    "H-O4": _l("The customer grows"),
    "H-O5": _l("New needs identified"),
    "H-O6": _l("Budget available"),
    "H-P1": _l("Opportunity that drags on"),
    "H-P2": _l("Over-estimated probability"),
    "H-P3": _l("Silence on the deal"),
    "H-P4": _l("Deal with a solid champion"),
    "H-P5": _l("Favourable timing"),
    "H-P6": _l("Urgent need"),
    "H-X1": _l("Renewal is near"),
    "H-X2.champion": _l("Champion gone"),
    "H-X2.decider": _l("New decision-maker without an introduction"),
    "H-X2.rarer": _l("Replies get rarer"),
    "H-X2.slower": _l("Replies get slower"),
    "H-X2.fewer": _l("Fewer people in meetings and calls"),
    "H-X2.cancelled": _l("Regular meetings fall through"),
    "H-X3": _l("Complaint or escalation"),
    "H-X4": _l("Pressure on price or late payment"),
    "H-X5": _l("A competitor is around"),
}


def title(detector: str) -> str:
    return str(TITLES.get(detector, detector))


def rule(detector: str, limits: Thresholds) -> str:
    """The rule of a detector with the thresholds in force."""
    figures = {name: _figure(value) for name, value in asdict(limits).items() if name != "off"}
    return str(RULES[detector]) % figures if detector in RULES else ""


def _figure(value: float) -> str:
    return formats.number(value, 0 if float(value).is_integer() else 1)
