"""From where on a detector fires: all thresholds with their defaults.

Published ones are named with their source; all others are our own decision (`docs/signals.md`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Percents are of the base, days are calendar days. A threshold that is just reached fires.

    calm_percent   a signal that is open stays until its figure has come back by this part of the threshold,
                   so that it does not come and go with every small movement
    off            ids of detectors that are switched off
    """

    # Use: mean of the whole months before the last `usage_months` is the base; each of the last must reach it.
    # 30 % two months running, three weeks without a log-in: haark.fr, anticiper-churn and detecter-signaux-faibles.
    usage_fall_percent: int = 30
    usage_growth_percent: int = 30
    usage_months: int = 2
    usage_stale_days: int = 10
    login_silence_days: int = 21
    login_weeks: int = 8
    seats_full_percent: int = 90
    seats_change_percent: int = 20
    premium_features: int = 1
    # Relationship: the account's own rhythm.
    silence_factor: float = 1.5
    silence_least_days: int = 14
    silence_longest_days: int = 365
    rhythm_contacts: int = 6
    replies_fall_percent: int = 40
    replies_factor: float = 2.0
    replies_least: int = 6
    cancelled_meetings: int = 2
    cancelled_days: int = 60
    cancelled_share_percent: int = 50
    participants_fall_percent: int = 40
    participants_least: int = 4
    champion_days: int = 6
    champion_quiet_days: int = 60
    decider_days: int = 90
    contact_change_days: int = 90
    # Context.
    event_days: int = 180
    field_change_percent: int = 10
    voice_days: int = 90
    angry_texts: int = 2
    problem_texts: int = 2
    move_days: int = 90
    value_cut_percent: int = 30
    value_raise_percent: int = 20
    deals_set_back: int = 2
    set_back_days: int = 60
    renewal_days: int = 90
    # Deals. 30 days without activity: haark.fr, fiabiliser-pipeline-commercial; what holds in each stage, 20 % with a
    # weak champion and 40 % with alternatives: haark.fr, pipeline-commercial-previsions-fiables.
    deal_idle_days: int = 30
    deal_stage_days: int = 60
    deal_age_days: int = 365
    deal_pushes: int = 2
    deal_overdue_days: int = 14
    probability_margin: int = 10
    ceiling_poor: int = 40
    ceiling_competitor: int = 40
    ceiling_pushed: int = 60
    ceiling_qualify: int = 15
    ceiling_develop: int = 40
    ceiling_weak: int = 20
    ceiling_propose: int = 70
    ceiling_close: int = 90
    champion_weak_days: int = 2
    solid_days: int = 8
    solid_window_days: int = 60
    forward_days: int = 15
    urgent_close_days: int = 30
    urgent_factor: float = 2.0
    calm_percent: int = 33
    off: tuple[str, ...] = ()
