"""All detectors: what each looks for, in which data. `docs/signals.md` says the same in words."""

from dataclasses import dataclass

from relationship.signals.signal import Family, Group, Source


@dataclass(frozen=True, slots=True)
class Detector:
    """id: stable; sources: the data it reads; good: its signal is good news; limits: thresholds that decide it."""

    id: str
    family: Family
    group: Group
    sources: tuple[Source, ...]
    limits: tuple[str, ...]
    good: bool = False


_USE, _ACT, _EVENT, _CRM = Source.USAGE, Source.ACTIVITIES, Source.EVENTS, Source.CRM
_VOICE = Source.VERBATIMS
_RISK, _CHANCE, _DEAL = Family.RISK, Family.OPPORTUNITY, Family.PIPELINE
_FALL = ("usage_fall_percent", "usage_months")
_SINCE = ("event_days",)
# Events that fields of the CRM tell, too.
_FIELD = ("event_days", "field_change_percent")

DETECTORS: dict[str, Detector] = {
    one.id: one
    for one in (
        Detector("H-R1", _RISK, Group.USAGE, (_USE,), _FALL),
        Detector("H-R2", _RISK, Group.USAGE, (_USE,), _FALL),
        Detector("H-R3", _RISK, Group.USAGE, (_USE,), (*_FALL, "login_silence_days", "login_weeks")),
        Detector(
            "H-R4",
            _RISK,
            Group.RELATIONSHIP,
            (_ACT,),
            ("silence_factor", "silence_least_days", "silence_longest_days", "rhythm_contacts"),
        ),
        Detector("H-R5", _RISK, Group.RELATIONSHIP, (_CRM,), ("contact_change_days",)),
        Detector("H-R6", _RISK, Group.RELATIONSHIP, (_ACT,), ("cancelled_meetings", "cancelled_days")),
        Detector("H-R7", _RISK, Group.CONTEXT, (_EVENT, _USE), (*_FIELD, "seats_change_percent")),
        Detector("H-R8", _RISK, Group.CONTEXT, (_EVENT, _CRM), (*_FIELD, "value_cut_percent", "move_days")),
        Detector(
            "H-R9", _RISK, Group.CONTEXT, (_EVENT, _CRM), (*_SINCE, "deals_set_back", "set_back_days", "move_days")
        ),
        Detector("H-O1", _CHANCE, Group.USAGE, (_USE,), ("usage_growth_percent", "usage_months"), good=True),
        Detector("H-O2", _CHANCE, Group.USAGE, (_USE, _EVENT), ("premium_features", *_SINCE), good=True),
        Detector("H-O3", _CHANCE, Group.USAGE, (_USE, _EVENT), ("seats_full_percent", *_SINCE), good=True),
        Detector("H-O4", _CHANCE, Group.CONTEXT, (_EVENT, _USE), (*_FIELD, "seats_change_percent"), good=True),
        Detector("H-O5", _CHANCE, Group.CONTEXT, (_EVENT, _CRM), (*_SINCE, "move_days"), good=True),
        Detector(
            "H-O6", _CHANCE, Group.CONTEXT, (_EVENT, _CRM), (*_FIELD, "value_raise_percent", "move_days"), good=True
        ),
        Detector(
            "H-P1",
            _DEAL,
            Group.DEAL,
            (_CRM,),
            ("deal_stage_days", "deal_age_days", "deal_pushes", "deal_overdue_days"),
        ),
        Detector(
            "H-P2",
            _DEAL,
            Group.DEAL,
            (_CRM, _ACT),
            (
                "probability_margin",
                "ceiling_qualify",
                "ceiling_develop",
                "ceiling_weak",
                "ceiling_propose",
                "ceiling_close",
                "ceiling_poor",
                "ceiling_competitor",
                "ceiling_pushed",
                "champion_weak_days",
                "solid_window_days",
                "deal_pushes",
            ),
        ),
        Detector("H-P3", _DEAL, Group.DEAL, (_ACT,), ("deal_idle_days",)),
        Detector("H-P4", _DEAL, Group.ACCELERATION, (_ACT,), ("solid_days", "solid_window_days"), good=True),
        Detector("H-P5", _DEAL, Group.ACCELERATION, (_EVENT, _CRM), (*_SINCE, "forward_days", "move_days"), good=True),
        Detector(
            "H-P6",
            _DEAL,
            Group.ACCELERATION,
            (_EVENT, _ACT),
            (*_SINCE, "urgent_close_days", "urgent_factor"),
            good=True,
        ),
        Detector("H-X1", _RISK, Group.CONTEXT, (_CRM,), ("renewal_days",)),
        Detector("H-X2.champion", _RISK, Group.RELATIONSHIP, (_ACT, _CRM), ("champion_days", "champion_quiet_days")),
        Detector("H-X2.decider", _RISK, Group.RELATIONSHIP, (_CRM, _ACT), ("decider_days",)),
        Detector("H-X2.rarer", _RISK, Group.RELATIONSHIP, (_ACT,), ("replies_fall_percent", "replies_least")),
        Detector("H-X2.slower", _RISK, Group.RELATIONSHIP, (_ACT,), ("replies_factor", "replies_least")),
        Detector("H-X2.fewer", _RISK, Group.RELATIONSHIP, (_ACT,), ("participants_fall_percent", "participants_least")),
        Detector(
            "H-X2.cancelled",
            _RISK,
            Group.RELATIONSHIP,
            (_ACT,),
            ("cancelled_meetings", "cancelled_share_percent", "participants_least"),
        ),
        Detector(
            "H-X3",
            _RISK,
            Group.CONTEXT,
            (_EVENT, _VOICE),
            (*_SINCE, "voice_days", "angry_texts", "problem_texts"),
        ),
        Detector("H-X4", _RISK, Group.CONTEXT, (_EVENT, _VOICE), (*_SINCE, "voice_days")),
        Detector("H-X5", _RISK, Group.CONTEXT, (_EVENT, _CRM, _VOICE), (*_SINCE, "voice_days")),
    )
}
