"""The words of the thresholds of signals, by what they are about."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

PERCENT, DAYS = _l("%"), _l("days")

# Title of each group, then its thresholds: what each means, and its unit.
GROUPS: Mapping[str, tuple[object, Mapping[str, tuple[object, object]]]] = {
    "usage": (
        _l("Use of the product"),
        {
            "usage_fall_percent": (_l("Fall of use that is a signal"), PERCENT),
            "usage_growth_percent": (_l("Growth of use that is a signal"), PERCENT),
            "usage_months": (_l("Whole months in a row in which it must show"), _l("months")),
            "login_silence_days": (_l("Without a log-in for"), DAYS),
            "login_weeks": (_l("Normally active: weeks of 12 with a log-in"), _l("weeks")),
            "seats_full_percent": (_l("Licences in use that call for more"), PERCENT),
            "seats_change_percent": (_l("Change of the number of licences"), PERCENT),
            "premium_features": (_l("Premium features switched on"), ""),
            "usage_stale_days": (_l("Figures older than this are a broken source"), DAYS),
        },
    ),
    "relationship": (
        _l("Relationship"),
        {
            "silence_factor": (_l("Silence: times the account's own long gap"), _l("times")),
            "silence_least_days": (_l("Never a silence before"), DAYS),
            "silence_longest_days": (_l("Dormant, no longer a signal, after"), DAYS),
            "rhythm_contacts": (_l("Contact days that make a rhythm"), ""),
            "replies_fall_percent": (_l("Fall of the share of replies"), PERCENT),
            "replies_factor": (_l("Wait for a reply longer by"), _l("times")),
            "replies_least": (_l("Mails or replies that are enough to tell"), ""),
            "cancelled_meetings": (_l("Meetings cancelled"), ""),
            "cancelled_days": (_l("… within"), DAYS),
            "cancelled_share_percent": (_l("Of meetings that used to be regular, cancelled"), PERCENT),
            "participants_fall_percent": (_l("Fewer of their people in meetings and calls by"), PERCENT),
            "participants_least": (_l("Meetings and calls that are enough to tell"), ""),
            "champion_days": (_l("Champion: answers in half a year, on"), DAYS),
            "champion_quiet_days": (_l("Champion missed after"), DAYS),
            "decider_days": (_l("A decision-maker is new for"), DAYS),
            "contact_change_days": (_l("A change of contacts counts for"), DAYS),
        },
    ),
    "context": (
        _l("Business context"),
        {
            "event_days": (_l("An event counts for"), DAYS),
            "field_change_percent": (_l("Change of staff, revenue or budget in the CRM that is an event"), PERCENT),
            "voice_days": (_l("A text of a customer counts for"), DAYS),
            "angry_texts": (_l("Angry texts that are a signal"), ""),
            "problem_texts": (_l("Texts about the same problem that are a signal"), ""),
            "move_days": (_l("Changes in the CRM count for"), DAYS),
            "value_cut_percent": (_l("Amount cut by"), PERCENT),
            "value_raise_percent": (_l("Amount raised by"), PERCENT),
            "deals_set_back": (_l("Deals of one account set back"), ""),
            "set_back_days": (_l("Set back: closing date later by"), DAYS),
            "renewal_days": (_l("Renewal is near within"), DAYS),
        },
    ),
    "deals": (
        _l("Pipeline"),
        {
            "deal_idle_days": (_l("Deal without activity for"), DAYS),
            "deal_stage_days": (_l("In one stage for"), DAYS),
            "deal_age_days": (_l("Open for"), DAYS),
            "deal_pushes": (_l("Closing date put off in half a year"), _l("times")),
            "deal_overdue_days": (_l("Overdue by"), DAYS),
            "probability_margin": (_l("Probability over what holds by"), _l("points")),
            "ceiling_poor": (_l("What holds with a poor relationship"), PERCENT),
            "ceiling_competitor": (_l("What holds with a competitor"), PERCENT),
            "ceiling_pushed": (_l("What holds after the closing date was put off"), PERCENT),
            "ceiling_qualify": (_l("What holds in the stage Qualify (100: no limit)"), PERCENT),
            "ceiling_develop": (_l("What holds in the stage Develop"), PERCENT),
            "ceiling_weak": (_l("… with a weak champion"), PERCENT),
            "champion_weak_days": (_l("Weak champion: contact on fewer days than"), DAYS),
            "ceiling_propose": (_l("What holds in the stage Propose"), PERCENT),
            "ceiling_close": (_l("What holds in the stage Close"), PERCENT),
            "solid_days": (_l("Solid champion: contact on"), DAYS),
            "solid_window_days": (_l("… of the last"), DAYS),
            "forward_days": (_l("Closing date brought forward by"), DAYS),
            "urgent_close_days": (_l("Urgent: closing within"), DAYS),
            "urgent_factor": (_l("Urgent: the customer comes back"), _l("times")),
        },
    ),
    "calm": (
        _l("So that nothing flickers"),
        {"calm_percent": (_l("An open signal stays until its figure has come back by"), PERCENT)},
    ),
}
FAULTS: Mapping[str, object] = {
    "number": _l("This is not a number of the kind that is asked for."),
    "range": _l("It lies outside of what is possible."),
}


def title(name: str) -> object:
    """What a threshold is called."""
    return next((words[name][0] for _title, words in GROUPS.values() if name in words), name)
