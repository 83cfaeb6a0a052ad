"""Every detector at its threshold, one below and one above it, without data, and with its source broken."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from signal_builders import (
    DEAL,
    NAN,
    TODAY,
    bools,
    cancelled,
    changed,
    contact,
    deal,
    facts,
    happened,
    held,
    ints,
    mails,
    moved,
    of,
    said,
    touched,
    use,
)

from relationship.signals.catalogue import DETECTORS
from relationship.signals.detect import signals
from relationship.signals.facts import Facts
from relationship.signals.signal import WHAT, Source
from relationship.signals.thresholds import Thresholds

SIX = [100.0] * 6
MONTH_ENDS = {
    "H-R1": lambda last: facts(use=use(logins=[*SIX, 70.0, last])),
    "H-R2": lambda last: facts(use=use(features_used=[*SIX, 70.0, last])),
    "H-R3": lambda last: facts(use=use(active_users=[*SIX, 70.0, last])),
}
WEEKLY = [7 * number for number in range(2, 14)]


def _rhythm(quiet: int) -> Facts:
    """Contact every 20 days, then none for so many days."""
    return facts(touches=touched(*(quiet + 20 * number for number in range(10))))


def _champion(days: int) -> Facts:
    """Somebody who answered on so many days until three months ago; others still answer."""
    return facts(
        contacts=contact(), contact_touches=touched(*(90 + 5 * number for number in range(days))), touches=touched(3)
    )


def _replies(recent: int) -> Facts:
    """We wrote on ten days lately and on ten before; every earlier mail was answered, of the later ones so many."""
    ours = [5 * number for number in range(1, 11)]
    earlier = [70 + 5 * number for number in range(10)]
    return facts(touches=mails([*ours, *earlier], [*(ago - 1 for ago in ours[:recent]), *(ago - 1 for ago in earlier)]))


def _waits(days: int) -> Facts:
    """Earlier answers came after two days, later ones after so many."""
    ours = [8 + 8 * number for number in range(6)]
    earlier = [80 + 10 * number for number in range(8)]
    return facts(touches=mails([*ours, *earlier], [*(ago - days for ago in ours), *(ago - 2 for ago in earlier)]))


def _pace(days: int) -> Facts:
    """They came on six days in the three months before (about one in a fortnight), and on so many lately."""
    recent = list(range(1, 1 + days))
    return facts(deals=deal(closes_in=20), deal_touches=touched(*recent, *range(20, 80, 10)))


def _two_deals_back(count: int) -> Facts:
    one = deal()
    two = replace(
        one,
        id=ints(DEAL, DEAL + 1),
        account=ints(0, 0),
        **{
            name: np.repeat(getattr(one, name), 2)
            for name in (
                "created", "probability", "value", "close_on", "stage_since", "poor", "competitor", "broken", "stage"
            )
        },
    )  # fmt: skip
    step = {"days_ago": 10.0, "close_before": 30.0, "close": 90.0}
    both = moved(step, step)
    return facts(deals=two, moves=replace(both, deal=ints(0, count - 1)))


def _quiet_champion(days: int) -> Facts:
    """Somebody who answered on ten days and then not for so many; others still answer."""
    return facts(
        contacts=contact(), contact_touches=touched(*(days + 5 * number for number in range(10))), touches=touched(3)
    )


def _contact_every_two_days(quiet: int) -> Facts:
    """Their own rhythm alone would call three days a silence."""
    return facts(touches=touched(*(quiet + 2 * number for number in range(30))))


def _yearly(quiet: int) -> Facts:
    """Contact every hundred days, then none for so many."""
    return facts(touches=touched(*(quiet + 60 * number for number in range(7))))


def _in_stage(stage: int, chance: float, *, contact_days: int, oldest: int | None = None) -> Facts:
    """One of the deal's contacts answered on so many days lately, and on one so long ago."""
    answered = [*range(contact_days), *([] if oldest is None else [oldest])]
    return facts(
        deals=deal(stage=stage, probability=chance),
        contacts=contact(),
        contact_touches=touched(*answered),
        deal_contacts=(ints(0), ints(0)),
    )


def _solid(oldest: int) -> Facts:
    """One of the deal's contacts answered on seven days lately and on one so long ago."""
    return facts(
        deals=deal(),
        contacts=contact(),
        contact_touches=touched(*range(7), oldest),
        deal_contacts=(ints(0), ints(0)),
    )


def _soon(closes_in: int) -> Facts:
    return facts(deals=deal(closes_in=closes_in), deal_touches=touched(1, 2, 3, 4, *range(20, 80, 10)))


def _pushed_and_sure(probability: int) -> Facts:
    pushes = moved(*({"days_ago": 9 + step, "close_before": 9, "close": 10} for step in range(2)))
    return facts(deals=deal(probability=probability), moves=pushes)


def _poor_and_pushed(probability: int) -> Facts:
    """The lower of two ceilings counts."""
    found = _pushed_and_sure(probability)
    return replace(found, deals=deal(probability=probability, poor=True))


def _put_off(days: int) -> Facts:
    """Two deals whose closing dates lie so many days later than before."""
    found = _two_deals_back(2)
    return replace(found, moves=replace(found.moves, close=found.moves.close_before + days))


def _less_likely(points: int) -> Facts:
    """Two deals that became less likely by so many points, ten days ago."""
    found = _two_deals_back(2)
    moves = replace(found.moves, close=found.moves.close_before)
    before = np.full(2, 80.0)
    return replace(found, moves=replace(moves, probability_before=before, probability=before - points))


def _cut(days_ago: int) -> Facts:
    move = {"days_ago": days_ago, "value_before": 100, "value": 50}
    return facts(deals=deal(value=50), moves=moved(move))


def _people(now: int) -> Facts:
    """Ten of theirs on each of five earlier meetings, so many on each of five lately."""
    return facts(meetings=held(*((70 + 7 * n, 10) for n in range(5)), *((3 + 7 * n, now) for n in range(5))))


def _few_meetings(count: int) -> Facts:
    return facts(meetings=held(*((70 + 7 * n, 10) for n in range(5)), *((3 + 7 * n, 1) for n in range(count))))


def _series(kept: int) -> Facts:
    """Five meetings took place before; lately three were cancelled and so many took place."""
    return facts(cancelled=cancelled(2, 9, 16), meetings=held(*((70 + 7 * n, 3) for n in range(5)), *((4, 3),) * kept))


def _regular(before: int) -> Facts:
    return facts(cancelled=cancelled(2, 9, 16), meetings=held(*((70 + 7 * n, 3) for n in range(before))))


# Of each detector: facts from a figure; the threshold itself, one below it, one above it.
CASES: list[tuple[str, Callable[[int], Facts], int, int, int]] = [
    ("H-R1", MONTH_ENDS["H-R1"], 70, 71, 69),
    ("H-R2", MONTH_ENDS["H-R2"], 70, 71, 69),
    ("H-R3", MONTH_ENDS["H-R3"], 70, 71, 69),
    ("H-R3", lambda days: facts(use=use(last_login_days=days)), 21, 20, 22),
    ("H-R3", lambda weeks: facts(use=use(last_login_days=30, login_weeks=weeks)), 8, 7, 9),
    ("H-R4", _rhythm, 30, 29, 31),
    ("H-R4", _contact_every_two_days, 14, 13, 15),
    ("H-R4", _yearly, 365, 366, 364),
    ("H-R5", lambda days: facts(contacts=contact(active=False), contact_changes=changed("left", days)), 89, 90, 88),
    ("H-R6", lambda count: facts(cancelled=cancelled(*range(count))), 2, 1, 3),
    ("H-R6", lambda days: facts(cancelled=cancelled(1, days)), 59, 60, 58),
    ("H-R7", lambda days: facts(events=happened(("headcount", "down", days))), 179, 180, 178),
    ("H-R7", lambda seats: facts(use=use(seats=[*SIX, 100.0, float(seats)])), 80, 81, 79),
    ("H-R8", lambda days: facts(events=happened(("budget", "down", days))), 179, 180, 178),
    (
        "H-R8",
        lambda value: facts(
            deals=deal(value=value), moves=moved({"days_ago": 9, "value_before": 100, "value": float(value)})
        ),
        70,
        71,
        69,
    ),
    ("H-R8", lambda days: facts(events=happened(("growth", "down", days))), 179, 180, 178),
    ("H-R8", _cut, 89, 90, 88),
    ("H-R9", lambda days: facts(events=happened(("strategy", "", days))), 179, 180, 178),
    ("H-R9", _put_off, 60, 59, 61),
    ("H-R9", _less_likely, 20, 19, 21),
    ("H-R9", _two_deals_back, 2, 1, 2),
    ("H-O1", lambda last: facts(use=use(logins=[*SIX, 130.0, float(last)])), 130, 129, 131),
    ("H-O2", lambda last: facts(use=use(premium_features=[2.0] * 7 + [float(last)])), 3, 2, 4),
    ("H-O2", lambda days: facts(events=happened(("premium", "up", days))), 179, 180, 178),
    ("H-O3", lambda users: facts(use=use(active_users=[*SIX, 50.0, float(users)], seats=[100.0] * 8)), 90, 89, 91),
    ("H-O3", lambda days: facts(events=happened(("expansion", "up", days))), 179, 180, 178),
    ("H-O4", lambda seats: facts(use=use(seats=[*SIX, 100.0, float(seats)])), 120, 119, 121),
    ("H-O4", lambda days: facts(events=happened(("growth", "up", days))), 179, 180, 178),
    ("H-O5", lambda days: facts(events=happened(("new_need", "up", days))), 179, 180, 178),
    ("H-O5", lambda days: facts(customer=True, deals=deal(created_days=days)), 89, 90, 88),
    ("H-O6", lambda days: facts(events=happened(("funding", "up", days))), 179, 180, 178),
    (
        "H-O6",
        lambda value: facts(
            deals=deal(value=value), moves=moved({"days_ago": 9, "value_before": 100, "value": float(value)})
        ),
        120,
        119,
        121,
    ),
    ("H-P1", lambda days: facts(deals=deal(stage_days=days, created_days=99)), 60, 59, 61),
    ("H-P1", lambda days: facts(deals=deal(created_days=days)), 365, 364, 366),
    ("H-P1", lambda days: facts(deals=deal(closes_in=-days)), 14, 13, 15),
    (
        "H-P1",
        lambda count: facts(
            deals=deal(),
            moves=moved(*({"days_ago": 9 + step, "close_before": 9, "close": 10} for step in range(count))),
        ),
        2,
        1,
        3,
    ),
    ("H-P2", lambda chance: facts(deals=deal(poor=True, probability=chance)), 50, 49, 51),
    ("H-P2", lambda chance: facts(deals=deal(competitor=True, probability=chance)), 50, 49, 51),
    ("H-P2", _pushed_and_sure, 70, 69, 71),
    ("H-P2", lambda chance: facts(deals=deal(stage=0, probability=chance)), 25, 24, 26),
    ("H-P2", lambda chance: facts(deals=deal(stage=1, probability=chance)), 30, 29, 31),
    ("H-P2", lambda chance: _in_stage(1, chance, contact_days=2), 50, 49, 51),
    ("H-P2", lambda chance: _in_stage(2, chance, contact_days=0), 80, 79, 81),
    ("H-P2", lambda days: _in_stage(1, 45, contact_days=days), 1, 2, 0),
    ("H-P2", lambda days: _in_stage(1, 45, contact_days=1, oldest=days), 60, 59, 61),
    ("H-P2", _poor_and_pushed, 50, 49, 51),
    ("H-P3", lambda days: facts(deals=deal(created_days=99), deal_touches=touched(days)), 30, 29, 31),
    ("H-P3", lambda days: facts(deals=deal(created_days=days)), 30, 29, 31),
    (
        "H-P4",
        lambda days: facts(
            deals=deal(), contacts=contact(), contact_touches=touched(*range(days)), deal_contacts=(ints(0), ints(0))
        ),
        8,
        7,
        9,
    ),
    ("H-P4", _solid, 59, 60, 58),
    (
        "H-P5",
        lambda days: facts(
            deals=deal(closes_in=40), moves=moved({"days_ago": 5, "close_before": 40.0 + days, "close": 40.0})
        ),
        15,
        14,
        16,
    ),
    ("H-P5", lambda days: facts(deals=deal(), events=happened(("timing", "up", days))), 179, 180, 178),
    ("H-P6", _pace, 3, 2, 4),
    ("H-P6", _soon, 30, 31, 29),
    ("H-P6", _soon, 0, -1, 1),
    ("H-P6", lambda days: facts(events=happened(("urgent_need", "up", days))), 179, 180, 178),
    ("H-X1", lambda days: facts(renewal=TODAY + days), 90, 91, 89),
    ("H-X1", lambda days: facts(renewal=TODAY + days), 0, -1, 1),
    ("H-X2.champion", _champion, 6, 5, 7),
    ("H-X2.champion", _quiet_champion, 60, 59, 61),
    ("H-X2.decider", lambda days: facts(contacts=contact(created_days=days, decider=True)), 90, 91, 89),
    ("H-X2.rarer", _replies, 6, 7, 5),
    ("H-X2.slower", _waits, 4, 3, 5),
    ("H-X2.fewer", _people, 6, 7, 5),
    ("H-X2.fewer", _few_meetings, 4, 3, 5),
    ("H-X2.cancelled", _series, 3, 4, 2),
    ("H-X2.cancelled", _regular, 4, 3, 5),
    ("H-X3", lambda days: facts(events=happened(("escalation", "down", days))), 179, 180, 178),
    ("H-X3", lambda days: facts(voices=said({"days_ago": days, "threat": 0.5})), 89, 90, 88),
    ("H-X3", lambda count: facts(voices=said(*({"days_ago": n, "angry": True} for n in range(count)))), 2, 1, 3),
    ("H-X3", lambda count: facts(voices=said(*({"days_ago": n, "problem": 4} for n in range(count)))), 2, 1, 3),
    ("H-X4", lambda days: facts(events=happened(("late_payment", "down", days))), 179, 180, 178),
    ("H-X4", lambda days: facts(voices=said({"days_ago": days, "price": True})), 89, 90, 88),
    ("H-X5", lambda days: facts(events=happened(("competitor", "", days))), 179, 180, 178),
    ("H-X5", lambda days: facts(voices=said({"days_ago": days, "rival": True})), 89, 90, 88),
    ("H-X5", lambda named: facts(deals=deal(competitor=named > 0)), 1, 0, 1),
]
IDS = [f"{number}-{case[0]}" for number, case in enumerate(CASES)]


def test_every_detector_has_a_case() -> None:
    assert {case[0] for case in CASES} == set(DETECTORS)


@pytest.mark.parametrize(("detector", "given", "at", "below", "above"), CASES, ids=IDS)
def test_a_signal_is_raised_from_its_threshold_on(
    detector: str, given: Callable[[int], Facts], at: int, below: int, above: int
) -> None:
    found = of(detector, signals(given(at), Thresholds()))
    assert len(found) == 1
    assert len(of(detector, signals(given(above), Thresholds()))) == 1
    assert of(detector, signals(given(below), Thresholds())) == []
    signal = found[0]
    assert 0.4 <= signal.strength <= 1
    assert signal.evidence
    assert all(fact.what in WHAT for fact in signal.evidence)


@pytest.mark.parametrize("detector", DETECTORS, ids=list(DETECTORS))
def test_without_data_nothing_is_raised(detector: str) -> None:
    assert of(detector, signals(facts(), Thresholds())) == []
    assert of(detector, signals(facts(use=use(logins=[NAN] * 8)), Thresholds())) == []


# These need more than the data in their facts: nobody met, nobody answers.
READS_BOTH = {"H-X2.decider": {Source.ACTIVITIES, Source.CRM}, "H-X2.champion": {Source.ACTIVITIES, Source.CRM}}


def _reads(detector: str, given: Facts) -> set[Source]:
    """The sources that the facts of a case come from."""
    if detector in READS_BOTH or len(DETECTORS[detector].sources) == 1:
        return READS_BOTH.get(detector) or set(DETECTORS[detector].sources)
    told = {
        Source.EVENTS: len(given.events.id) > 0,
        Source.VERBATIMS: len(given.voices.id) > 0,
        Source.ACTIVITIES: len(given.deal_touches.day) > 0,
        Source.USAGE: not all(
            np.isnan(figures).all() for figures in (given.use.seats, given.use.active_users, given.use.premium_features)
        ),
    }
    found = {source for source, is_told in told.items() if is_told}
    if detector == "H-P2" and _is_weak(given):
        return {Source.CRM, Source.ACTIVITIES}
    return found or {Source.CRM}


def _is_weak(given: Facts) -> bool:
    """Whether a deal in Develop is held against what holds with a weak champion."""
    return (
        1 in given.deals.stage and int((given.contact_touches.day > TODAY - 60).sum()) < Thresholds().champion_weak_days
    )


@pytest.mark.parametrize(("detector", "given", "at", "_below", "_above"), CASES, ids=IDS)
def test_a_broken_or_missing_source_silences_what_is_read_from_it_and_nothing_else(
    detector: str, given: Callable[[int], Facts], at: int, _below: int, _above: int
) -> None:
    whole = given(at)
    reads = _reads(detector, whole)
    for source in DETECTORS[detector].sources:
        for wrong in ({"broken": {source: bools(True)}}, {"missing": {source: bools(True)}}):
            found = of(detector, signals(replace(whole, **wrong), Thresholds()))
            assert len(found) == (0 if source in reads else 1), (source, wrong)


@pytest.mark.parametrize(("detector", "given", "at", "_below", "_above"), CASES, ids=IDS)
def test_a_detector_that_is_switched_off_is_silent(
    detector: str, given: Callable[[int], Facts], at: int, _below: int, _above: int
) -> None:
    assert of(detector, signals(given(at), Thresholds(off=(detector,)))) == []


def test_the_probability_of_the_last_stage_is_held_against_its_own_ceiling() -> None:
    closing = facts(deals=deal(stage=3, probability=95))
    assert of("H-P2", signals(closing, Thresholds())) == []
    assert len(of("H-P2", signals(closing, Thresholds(probability_margin=5)))) == 1


def test_only_what_allows_less_than_the_crm_says_is_a_reason() -> None:
    (found,) = of("H-P2", signals(facts(deals=deal(stage=2, competitor=True, probability=60)), Thresholds()))
    assert [(fact.what, fact.value, fact.before) for fact in found.evidence] == [
        ("probability", 60, 40),
        ("competitor", None, 40),
    ]


def test_a_champion_is_not_called_weak_where_activities_are_not_read() -> None:
    developing = facts(deals=deal(stage=1, probability=45))
    flags = {Source.ACTIVITIES: bools(True)}
    assert len(of("H-P2", signals(developing, Thresholds()))) == 1
    assert of("H-P2", signals(replace(developing, missing=flags), Thresholds())) == []
    assert of("H-P2", signals(replace(developing, broken=flags), Thresholds())) == []
    assert of("H-P2", signals(facts(deals=deal(stage=1, probability=45, broken=True)), Thresholds())) == []
