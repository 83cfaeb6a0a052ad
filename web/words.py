"""The words for what the engine names by codes: one word per thing, as in the glossary."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

RATINGS = {"good": _l("Good"), "fair": _l("Fair"), "poor": _l("Poor"), "none": _l("No rating")}
TRENDS = {"improving": _l("Improving"), "steady": _l("Steady"), "declining": _l("Declining")}
TREND_ICONS = {"improving": "arrow_up_right", "steady": "arrow_right", "declining": "arrow_down_right"}
STATUSES = {
    "open": _l("Open"),
    "won": _l("Won"),
    "lost": _l("Lost"),
    "active": _l("Active"),
    "inactive": _l("Inactive"),
    "qualified": _l("Qualified"),
    "disqualified": _l("Disqualified"),
}
# Several records at once: other languages have a plural here.
STATUS_FILTERS = {
    "open": _lp("several", "Open"),
    "won": _lp("several", "Won"),
    "lost": _lp("several", "Lost"),
    "active": _lp("several", "Active"),
    "inactive": _lp("several", "Inactive"),
    "qualified": _lp("several", "Qualified"),
    "disqualified": _lp("several", "Disqualified"),
    "all": _l("All"),
}
# Contacts, leads and accounts have another gender than opportunities in other languages.
LEAD_STATUSES = {**STATUSES, "open": _lp("lead", "Open")}
OTHER_STATUS_FILTERS = {**STATUS_FILTERS, "open": _lp("several leads", "Open"), "all": _lp("several records", "All")}
OWNER_FILTERS = {"all": _l("All"), "me": _l("Mine"), "sold": _l("In my sales teams")}
OTHER_OWNER_FILTERS = {"all": _lp("several records", "All"), "me": _lp("several records", "Mine")}
CLOSINGS = {
    "": _l("Any time"),
    "late": _l("Overdue"),
    "7": _l("Within 7 days"),
    "30": _l("Within 30 days"),
    "90": _l("Within 90 days"),
}
ACTIVE = {
    "": _l("Any time"),
    "7": _l("In the last 7 days"),
    "30": _l("In the last 30 days"),
    "quiet14": _l("None for 14 days"),
    "quiet30": _l("None for 30 days"),
    "quiet60": _l("None for 60 days"),
    "quiet90": _l("None for 90 days"),
}
FALLING = {"": _l("All"), "7": _l("Within 7 days"), "30": _l("Within 30 days")}
NEXT = {"": _l("All"), "planned": _l("Planned"), "none": _l("Not planned")}
# The stages of the sales process that comes with Dynamics 365; other names are shown as the CRM has them.
STAGES = {
    "qualify": _l("Qualify"),
    "develop": _l("Develop"),
    "propose": _l("Propose"),
    "close": _lp("stage", "Close"),
}
STATES = {
    "rated": _l("Rated"),
    "not_enough_information": _l("Not enough information"),
    "no_closed_activity": _l("No closed activity"),
    "source_degraded": _l("Source degraded"),
    "nothing_in_window": _l("Nothing in the period read"),
    "being_computed": _l("Being computed"),
    "switched_off": _l("Switched off"),
    "left_out": _l("Left out"),
}
STATE_FILTERS = {
    "": _l("All"),
    **{
        name: STATES[name]
        for name in ("rated", "not_enough_information", "no_closed_activity", "source_degraded", "nothing_in_window")
    },
}
STATE_ADVICE = {
    "rated": "",
    "not_enough_information": _l("There has been no contact yet. The first e-mail, call or meeting starts the score."),
    "no_closed_activity": _l("Something is planned, but nothing has taken place yet. The score starts when it has."),
    "source_degraded": _l("The contacts may lie in a mailbox that cannot be read at the moment."),
    "nothing_in_window": _l("There was no contact in the period that is read; older mail is not known here."),
    "switched_off": _l(
        "Relationship health is switched off. Contacts are still counted, so that the scores are back at once."
    ),
}
SOURCE_KINDS = {
    "directory": _l("Directory"),
    "crm": _l("Dynamics 365 tables"),
    "mail": _l("Mailboxes"),
    "feedback": _l("Feedback mailboxes"),
    "calendar": _l("Calendars"),
    "tasks": _l("To Do lists"),
    "plans": _l("Planner tasks"),
    "calls": _l("Call records"),
    "other": _l("Others"),
}
# What the sources of nobody are called; others are shown by the name that Microsoft gives them.
SOURCE_NAMES = {
    "unknown": _l("Addresses that the directory does not have"),
    "users": _l("Colleagues"),
    "systemusers": _l("CRM users"),
    "accounts": _l("Accounts"),
    "contacts": _l("Contacts"),
    "leads": _l("Leads"),
    "opportunities": _l("Opportunities"),
    "connections": _l("Sales teams and stakeholders"),
    "emails": _l("E-mails"),
    "phonecalls": _l("Calls"),
    "appointments": _l("Meetings"),
    "tasks": _l("Tasks"),
    "records": _l("Teams calls"),
    "pstn": _l("Calls by telephone"),
    "direct-routing": _l("Calls by direct routing"),
}
SOURCE_STATES = {
    "healthy": _l("Up to date"),
    "degraded": _l("Cannot be read"),
    "reading": _l("Being read"),
    "new": _l("Waiting"),
    "unavailable": _l("Not available"),
}
SOURCE_FILTERS = {
    "degraded": _l("Cannot be read"),
    "new": _l("Being read or waiting"),
    "unavailable": _l("Not available"),
    "healthy": _l("Up to date"),
    "set_aside": _l("With items set aside"),
}
SOURCE_TONES = {"healthy": "good", "degraded": "poor", "reading": "fair", "new": "none", "unavailable": "none"}
KINDS = {"email": _l("E-mail"), "meeting": _l("Meeting"), "call": _l("Call"), "task": _l("Task")}
KIND_PLURALS = {"email": _l("E-mails"), "meeting": _l("Meetings"), "call": _l("Calls"), "task": _l("Tasks")}
KIND_ICONS = {"email": "mail", "meeting": "calendar", "call": "call", "task": "clipboard_task"}
PERSON_ROLES = {
    "team": _l("Sales team"),
    "contact": _l("Contact"),
    "stakeholder": _l("Stakeholder"),
    "account_contact": _l("Primary contact of the account"),
}
ROLES = {
    "seller": _l("Seller"),
    "sales_manager": _l("Sales manager"),
    "sales_admin": _l("Sales administrator"),
    "customer_success": _l("Customer success"),
    "privacy_officer": _l("Privacy officer"),
}
