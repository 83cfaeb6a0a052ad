"""Words of alerts and their rules, for pages and the API."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from relationship.verbatims.alerts.conditions import CHOICES, NUMBERS, TEXTS
from web.verbatims import verbatim_words

WHAT: Mapping[str, object] = {
    "emotion": _l("Emotion"),
    "intensity": _l("Intensity of the emotion, percent"),
    "opinion": _l("Opinion"),
    "threat": _l("Threat to leave"),
    "theme": _l("Theme"),
    "keyword": _l("Exact keyword"),
    "sensitivity": _l("Sensitivity"),
    "moment": _l("Life moment"),
    "satisfaction": _l("Satisfaction (0 to 100)"),
    "recommendation": _l("Recommendation (0 to 10)"),
    "source": _l("Where it comes from"),
    "site": _l("Site"),
    "business_unit": _l("Business unit"),
    "responsibility_centre": _l("Responsibility centre"),
    "segment": _l("Segment"),
    "vip": _l("VIP customer (top of revenue)"),
    "health": _l("Account health (0 to 100)"),
    "health_status": _l("Health status"),
    "churn": _l("Churn risk (0 to 100)"),
    "likeness": _l("Like lost customers, percent"),
    "like_lost": _l("Speaks like lost customers (as the profile learnt it)"),
}
VALUES: Mapping[str, object] = {
    **verbatim_words.EMOTIONS,
    **verbatim_words.THREATS,
    **verbatim_words.SOURCES,
    **verbatim_words.SENSITIVITIES,
    **verbatim_words.MOMENTS,
    "healthy": _l("Healthy"),
    "escalated": _l("Escalated"),
    "at_risk": _l("At risk"),
    "favourable": _l("Favourable"),
    "unfavourable": _l("Unfavourable"),
}
STATES: Mapping[str, object] = {
    "new": _l("New"),
    "confirmed": _l("Confirmed"),
    "handled": _l("Handled"),
    "false_alarm": _l("False alarm"),
}
TONES = {"new": "poor", "confirmed": "fair", "handled": "good", "false_alarm": "none"}
JOINS: Mapping[str, object] = {"all": _l("all of them"), "any": _l("at least one of them")}
TRIGGERS: Mapping[str, object] = {
    "verbatim": _l("A customer says something"),
    "owner_change": _l("The account comes to another owner, and the customer said this within a year"),
}
PERIMETERS = ("site", "business_unit", "responsibility_centre", "segment")

# What cannot be saved, by its stable code.
REFUSALS: Mapping[str, object] = {
    "number_missing": _l("A condition needs a number. Type one."),
    "number_out_of_range": _l("A number is out of range: percents go from 0 to 100, recommendation from 0 to 10."),
    "value_missing": _l("A condition has no value yet. Choose or type one."),
    "value_blank": _l("A value is blank. Type a word."),
    "value_unknown": _l("A value is not one of those there are. Choose again."),
    "values_unwanted": _l("A condition takes no value. Remove it."),
    "number_unwanted": _l("A condition takes no number. Remove it."),
    "name_blank": _l("Give it a name."),
    "address_malformed": _l("An address is not one like name@company.example. Correct it: one a line."),
    "action_missing": _l(
        "The rule tells nobody yet. Name somebody, a list, a webhook or a task before switching it on."
    ),
    "too_many_rules": _l("There are too many rules. Remove one first."),
    "list_gone": _l("A list is not there any more. Choose another."),
    "list_name": _l("A list has a name of 1 to 120 signs."),
    "list_name_twice": _l("There is a list of this name already. Choose another."),
    "list_in_use": _l("A rule uses this list. Take it out of the rule first."),
    "list_full": _l("A list holds 10,000 addresses at most."),
    "too_many_lists": _l("There are too many lists. Remove one first."),
    "endpoint_unknown": _l("A rule calls a webhook that is not in the list. Choose another."),
    "own_rule_tells_others": _l(
        "A rule of your own tells you alone, by mail. For others, a task or a webhook ask a sales administrator."
    ),
    "overtaken": _l("Somebody else saved this rule meanwhile. Open it again, then repeat your change."),
    "rule_gone": _l("This rule is not there any more, or not yours to change."),
    "not_yours": _l("Only sales administrators may do this."),
    "letter_incomplete": _l("A mail to the customer has a subject and a text. Type both, or leave both empty."),
    "malformed": _l("Something in the rule cannot be read. Check the marked fields."),
}


def kind(what: str) -> str:
    """How a condition is filled in: number, choice, text or flag."""
    if what in NUMBERS:
        return "number"
    if what in CHOICES:
        return "choice"
    return "text" if what in TEXTS else "flag"


def value(word: str) -> object:
    """An emotion, threat, source, sensitivity or life moment as people say it."""
    return VALUES.get(word, word)


def refusal(code: str) -> object:
    return REFUSALS.get(code, REFUSALS["malformed"])
