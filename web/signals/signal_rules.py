"""The rule of each detector as a sentence; the names in it are thresholds (`signals.thresholds`)."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

RULES: Mapping[str, object] = {
    "H-R1": _l(
        "In each of the last %(usage_months)s whole months at least %(usage_fall_percent)s %% fewer log-ins a day "
        "than on average in the months before."
    ),
    "H-R2": _l(
        "In each of the last %(usage_months)s whole months at least %(usage_fall_percent)s %% fewer features in use "
        "than on average in the months before."
    ),
    "H-R3": _l(
        "In each of the last %(usage_months)s whole months at least %(usage_fall_percent)s %% fewer active users "
        "than before, or no log-in for %(login_silence_days)s days after log-ins in at least %(login_weeks)s of 12 "
        "weeks."
    ),
    "H-R4": _l(
        "No contact for longer than %(silence_factor)s times the gap that nine of ten of this account's own gaps do "
        "not exceed; never before %(silence_least_days)s days."
    ),
    "H-R5": _l(
        "In the last %(contact_change_days)s days a contact left, moved to another account or is no longer the "
        "primary contact."
    ),
    "H-R6": _l("At least %(cancelled_meetings)s meetings cancelled in %(cancelled_days)s days."),
    "H-R7": _l(
        "A reduction of staff was reported in the last %(event_days)s days, or the CRM's number of employees fell by "
        "at least %(field_change_percent)s %%, or licences by %(seats_change_percent)s %%."
    ),
    "H-R8": _l(
        "A falling budget or revenue was reported in the last %(event_days)s days, by whoever knows or by the CRM's "
        "fields (from %(field_change_percent)s %% on), or the amount of an open deal was cut by at least "
        "%(value_cut_percent)s %% in %(move_days)s days."
    ),
    "H-R9": _l(
        "A change of strategy or organisation was reported in the last %(event_days)s days, or at least "
        "%(deals_set_back)s open deals were put off by %(set_back_days)s days or became 20 points less likely in "
        "%(move_days)s days."
    ),
    "H-O1": _l(
        "In each of the last %(usage_months)s whole months at least %(usage_growth_percent)s %% more log-ins a day "
        "than on average in the months before."
    ),
    "H-O2": _l(
        "At least %(premium_features)s more premium features in use than ever in the months before, or reported in "
        "the last %(event_days)s days."
    ),
    "H-O3": _l(
        "At least %(seats_full_percent)s %% of the licences in use on an average day, or an expansion was reported "
        "in the last %(event_days)s days."
    ),
    "H-O4": _l(
        "Growth or hiring was reported in the last %(event_days)s days, or the CRM's number of employees or revenue "
        "rose by at least %(field_change_percent)s %%, or licences by %(seats_change_percent)s %%."
    ),
    "H-O5": _l(
        "A new need was reported in the last %(event_days)s days, by whoever knows or by the CRM's fields, or a "
        "customer has a new opportunity younger than %(move_days)s days."
    ),
    "H-O6": _l(
        "Budget or funding was reported in the last %(event_days)s days, by whoever knows or by the CRM's fields "
        "(from %(field_change_percent)s %% on), or the amount of an open deal was raised by at least "
        "%(value_raise_percent)s %% in %(move_days)s days."
    ),
    "H-P1": _l(
        "In the same stage for %(deal_stage_days)s days, open for %(deal_age_days)s days, closing date put off at "
        "least %(deal_pushes)s times in half a year, or overdue by %(deal_overdue_days)s days."
    ),
    "H-P2": _l(
        "At least %(probability_margin)s points over what holds: %(ceiling_qualify)s %% in the stage Qualify, "
        "%(ceiling_develop)s %% in Develop (%(ceiling_weak)s %% with a weak champion: contact on fewer than "
        "%(champion_weak_days)s days of the last %(solid_window_days)s), %(ceiling_propose)s %% in Propose, "
        "%(ceiling_close)s %% in Close; %(ceiling_poor)s %% with a poor relationship, %(ceiling_competitor)s %% with "
        "a competitor, %(ceiling_pushed)s %% after %(deal_pushes)s delays of the closing date."
    ),
    "H-P3": _l("No activity for %(deal_idle_days)s days."),
    "H-P4": _l(
        "One of the deal's contacts answered or met on at least %(solid_days)s days of the last %(solid_window_days)s."
    ),
    "H-P5": _l(
        "The closing date was brought forward by at least %(forward_days)s days in the last %(move_days)s, or "
        "favourable timing was reported in the last %(event_days)s days."
    ),
    "H-P6": _l(
        "Closing within %(urgent_close_days)s days while the customer comes back at least %(urgent_factor)s times as "
        "often as before, or an urgent need was reported in the last %(event_days)s days."
    ),
    "H-X1": _l("The contract ends or is renewed within %(renewal_days)s days."),
    "H-X2.champion": _l(
        "Whoever answered most (at least %(champion_days)s days in half a year) left, or has been silent for "
        "%(champion_quiet_days)s days while others go on."
    ),
    "H-X2.decider": _l(
        "A decision-maker new to the CRM for at most %(decider_days)s days, with whom nobody of ours has been in "
        "contact."
    ),
    "H-X2.rarer": _l(
        "The share of our mail days that are matched by theirs fell by at least %(replies_fall_percent)s %% against "
        "the half year before, with at least %(replies_least)s mail days of ours in each."
    ),
    "H-X2.slower": _l(
        "The median wait for a reply is at least %(replies_factor)s times that of the half year before, with at "
        "least %(replies_least)s replies in each."
    ),
    "H-X2.fewer": _l(
        "On average at least %(participants_fall_percent)s %% fewer of their people in meetings and calls of the "
        "last 60 days than in the half year before, with at least %(participants_least)s of them in each."
    ),
    "H-X2.cancelled": _l(
        "At least %(cancelled_meetings)s meetings and %(cancelled_share_percent)s %% of those of the last 60 days "
        "cancelled, where at least %(participants_least)s took place in the half year before."
    ),
    "H-X3": _l(
        "A complaint or escalation was reported in the last %(event_days)s days, or a text of the last "
        "%(voice_days)s days threatens to leave, or %(angry_texts)s are angry, or %(problem_texts)s unfavourable "
        "ones are about the same problem."
    ),
    "H-X4": _l(
        "Pressure on price or a late payment was reported in the last %(event_days)s days, or a text of the last "
        "%(voice_days)s days asks for a discount or complains about the price."
    ),
    "H-X5": _l(
        "A competitor was reported in the last %(event_days)s days, is named in an open deal, or comes up in a text "
        "of the last %(voice_days)s days that is not favourable."
    ),
}
