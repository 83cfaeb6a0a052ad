"""Words of alerts and their rules, for pages and the API."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from relationship.letters import alert_letters
from relationship.store.alerts import alerts
from relationship.verbatims.alerts import conditions
from relationship.verbatims.alerts.conditions import CHOICES, NUMBERS, TEXTS, Because
from web.languages import language
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
# The same in the order and under the headings in which people choose.
WHAT_GROUPS: Mapping[object, tuple[str, ...]] = {
    _l("What the customer says"): (
        "emotion", "intensity", "opinion", "threat", "theme", "keyword", "sensitivity", "moment",
    ),
    _l("Scores and source"): ("satisfaction", "recommendation", "source"),
    _l("Perimeter"): ("site", "business_unit", "responsibility_centre", "segment"),
    _l("The account"): ("vip", "health", "health_status", "churn", "like_lost", "likeness"),
}  # fmt: skip
DEGREED = conditions.DEGREES
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
    "new": _lp("one alert", "New"),
    "confirmed": _lp("one alert", "Confirmed"),
    "handled": _lp("one alert", "Handled"),
    "false_alarm": _lp("one alert", "False alarm"),
}
# Of several at once: other languages have a plural here.
MANY: Mapping[str, object] = {
    "open": _lp("several alerts", "Open"),
    "new": _lp("several alerts", "New"),
    "confirmed": _lp("several alerts", "Confirmed"),
    "handled": _lp("several alerts", "Handled"),
    "false_alarm": _lp("several alerts", "False alarms"),
    "all": _lp("several alerts", "All"),
}
TONES = {"new": "fair", "confirmed": "fair", "handled": "good", "false_alarm": "none"}
JOINS: Mapping[str, object] = {
    "all": _lp("conditions", "All of these conditions hold"),
    "any": _lp("conditions", "At least one of these conditions holds"),
}
GROUP_JOINS: Mapping[str, object] = {
    "all": _lp("groups", "All groups hold"),
    "any": _lp("groups", "At least one group holds"),
}
TRIGGERS: Mapping[str, object] = {
    "verbatim": _l("a customer says something"),
    "owner_change": _l("the team of an account changes, and the customer said this within a year"),
}
# What a condition asks, where its name does not say it.
HELP: Mapping[str, object] = {
    "intensity": _l("0 is a calm text; from 60 on the words are strong."),
    "opinion": _l("Whether the text as a whole speaks for you or against you."),
    "threat": _l("None ticked: any threat."),
    "theme": _l("A theme counts with everything below it."),
    "keyword": _l(
        "Whole words, exactly as typed; case and accents do not count. Several: separate them by semicolons."
    ),
    "sensitivity": _l("None ticked: any sensitivity."),
    "moment": _l("None ticked: any life moment."),
    "satisfaction": _l("A text without a score never meets this condition."),
    "recommendation": _l("A text without a score never meets this condition."),
    "site": _l("As in the filter columns of your files."),
    "business_unit": _l("As in your files; without one there, the business unit of the account in the CRM."),
    "responsibility_centre": _l("As in the filter columns of your files."),
    "segment": _l("The segment of the account in the CRM."),
    "vip": _l("The accounts that together make half of the revenue of a year."),
    "health": _l("The figure in force for the account."),
    "churn": _l("The figure in force for the account."),
    "likeness": _l("How much the customer's last texts are like those of customers who left."),
    "like_lost": _l("The customer's last texts, together, as the profile of lost customers judges them."),
}
DEGREES: Mapping[int, object] = {1: _l("any degree"), 2: _l("at least clear"), 3: _l("strong only")}
RISK_LEVELS: Mapping[str, object] = {
    "": _l("do not change it"), "watch": _l("set to “to watch”"), "high": _l("set to “high”"),
}  # fmt: skip
TASK_WHEN: Mapping[str, object] = {
    "confirmed": _l("when somebody confirms the alert"), "raised": _l("at once, before anybody reads the alert"),
}  # fmt: skip
LANGUAGES: Mapping[str, object] = {"fr": _l("French"), "en": _l("English")}

# What an alert leads to beside mails and calls.
DONE: Mapping[str, object] = {
    "folder": _l("File in the folder"),
    "task": _l("Task in the CRM for the owner of the account"),
    "note": _l("Note on the account in the CRM"),
    "list": _l("Entry in the list"),
    "letter": _l("Mail to the customer"),
    "endpoint": _l("Webhook"),
}
RISKS: Mapping[str, object] = {
    "watch": _l("Risk of the account in the CRM: to watch"),
    "high": _l("Risk of the account in the CRM: high"),
}
TOLD: Mapping[str, object] = {
    "waiting": _l("waits for the next digest"),
    "unconfirmed": _l("waits until an administrator confirms the address"),
    "for_confirmation": _l("as soon as somebody confirms the alert"),
    "draft": _l("waits for somebody to release it"),
    "queued": _l("leaves with the next round"),
    "failed": _l("has not left yet, is tried again by itself"),
    "left": _lp("mail", "sent"),
    "given_up": _l("not sent, given up"),
    "off": _l("not sent: this person has switched such mails off"),
    "not_wanted": _l("not sent: the CRM says that no such mail is wanted"),
    "dropped": _l("not sent: the alert was settled before"),
    "withheld": _l("withheld: the account may not be read"),
    "no_folder": _l("no folder is configured"),
    "no_address": _l("no address of the customer is known"),
}
LEFT: Mapping[str, object] = {
    "person": _lp("mail", "sent"),
    "address": _lp("mail", "sent"),
    "endpoint": _l("called"),
    "folder": _lp("file", "written"),
    "task": _l("created"),
    "note": _lp("note", "written"),
    "risk": _l("set"),
    "list": _l("put on it"),
    "letter": _lp("mail", "sent"),
}
INSTEAD: Mapping[str, object] = {
    "no_owner": _l("The account has no owner."),
    "owner_gone": _l("The owner of the account is no colleague any more."),
}
# Notes that the service writes itself.
NOTES: Mapping[str, object] = {
    alerts.CORRECTED: _l("The analysis of the text was corrected: what this alert rested on is not there."),
}
# Why a letter was not released.
NOT_RELEASED: Mapping[str, object] = {
    "gone": _l("Somebody has released or discarded this mail meanwhile. Nothing more was sent."),
    "no_address": _l("No address of this customer is known. Add one to the contact in the CRM, then release the mail."),
    "not_wanted": _l(
        "This customer wants no mails: “Do not allow emails” is set on the contact or the account in the CRM. "
        "Nothing is sent; call them instead."
    ),
    "no_reply_address": _l("Nobody's address is known for the answers. Ask a colleague with a mailbox to release it."),
}
PERIMETERS = ("site", "business_unit", "responsibility_centre", "segment")
# The parts of a rule as its history names them.
PARTS: Mapping[object, frozenset[str]] = {
    _l("Name"): frozenset({"name"}),
    _l("Conditions"): frozenset({"when", "trigger", "said_within"}),
    _l("Recipients"): frozenset({"recipients", "most_a_day", "digest", "urgent"}),
    _l("What else happens"): frozenset({"task", "task_when", "task_days", "task_subject", "note", "risk", "list_into",
                                        "folder", "endpoints"}),
    _l("Mail to the customer"): frozenset({"letter", "letter_language", "letter_other"}),
}  # fmt: skip
NO_PART = _l("switched on or off")

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
    "list_is_told": _l("A rule sends alerts to this list. Take it out of the rule first."),
    "list_not_mailing": _l("Alerts may not go to one of these lists: it holds customers."),
    "degree_unwanted": _l("A condition takes no degree. Remove it."),
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
    "fallback_outside": _l("Only colleagues can be told instead of an owner. Choose an address of a colleague."),
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


def reason(because: Because) -> str:
    """A condition that held, in the reader's words."""
    return alert_letters.reason(because, language(), themes=verbatim_words.catalogue())
