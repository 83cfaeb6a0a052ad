"""From one day to the next: no flicker, no signal twice for the same fact, broken sources end nothing."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from signal_builders import ACCOUNT, DEAL, TODAY, bools, cancelled, deal, facts, happened, moved, of, touched, use

from relationship.signals.catalogue import DETECTORS
from relationship.signals.detect import RULES, Standing, next_round, signals, states
from relationship.signals.events import READ_BY, READ_BY_DEALS
from relationship.signals.signal import Signal, Source, State
from relationship.signals.thresholds import Thresholds

SIX = [100.0] * 6


def open_now(found: tuple[Signal, ...]) -> list[Standing]:
    return [Standing(one.detector, one.account_id, one.record_id, one.key) for one in found]


def falls_to(percent: float) -> object:
    return facts(use=use(logins=[*SIX, 100 - percent, 100 - percent]))


def test_an_open_signal_stays_until_the_figure_has_come_back_by_a_third() -> None:
    opened = next_round(falls_to(30), Thresholds(), [])
    assert [one.detector for one in opened.found] == ["H-R1"]
    before = open_now(opened.found)
    assert [one.detector for one in next_round(falls_to(21), Thresholds(), before).found] == ["H-R1"]
    assert next_round(falls_to(20), Thresholds(), before).ended == tuple(before)
    assert next_round(falls_to(21), Thresholds(), []).found == ()


@given(st.lists(st.floats(21, 39), min_size=2, max_size=12))
def test_a_figure_that_wavers_about_the_threshold_opens_one_signal_at_most(falls: list[float]) -> None:
    standing: list[Standing] = []
    opened = 0
    for fall in falls:
        found = next_round(falls_to(fall), Thresholds(), standing)
        opened += len({(one.detector, one.key) for one in found.found} - {(one.detector, one.key) for one in standing})
        assert found.ended == ()
        standing = open_now(found.found)
    assert opened <= 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["headcount", "budget", "strategy", "growth", "competitor", "urgent_need", "timing"]),
            st.sampled_from(["up", "down", ""]),
            st.integers(0, 200),
        ),
        max_size=12,
    )
)
def test_no_signal_stands_twice_for_a_subject_and_no_fact_twice_in_one(
    events: list[tuple[str, str, int]],
) -> None:
    found = signals(facts(events=happened(*events), deals=deal()), Thresholds())
    places = [(one.detector, one.subject_id) for one in found]
    assert len(places) == len(set(places))
    assert all(len(one.evidence) == len(set(one.evidence)) for one in found)


def test_the_same_facts_give_the_same_signals_under_the_same_keys() -> None:
    given_facts = facts(events=happened(("budget", "down", 5)), deals=deal(stage_days=90), renewal=TODAY + 30)
    first = next_round(given_facts, Thresholds(), [])
    second = next_round(given_facts, Thresholds(), open_now(first.found))
    assert second.found == first.found
    assert second.ended == ()


def test_a_further_event_joins_the_signal_that_is_open() -> None:
    first = next_round(facts(events=happened(("budget", "down", 5))), Thresholds(), [])
    second = next_round(
        facts(events=happened(("budget", "down", 5), ("budget", "down", 0))), Thresholds(), open_now(first.found)
    )
    assert [one.key for one in second.found] == [first.found[0].key]
    assert len(second.found[0].evidence) == 2


def test_a_signal_whose_source_breaks_neither_fires_nor_ends() -> None:
    given_facts = falls_to(40)
    before = open_now(next_round(given_facts, Thresholds(), []).found)
    broken = replace(facts(), broken={Source.USAGE: bools(True)})
    after = next_round(broken, Thresholds(), before)
    assert (after.found, after.ended) == ((), ())
    assert states(broken) == {(ACCOUNT, Source.USAGE): State.BROKEN}


def test_a_signal_of_a_broken_mailbox_about_a_deal_waits_too() -> None:
    silent = facts(deals=deal(created_days=90), deal_touches=touched(40))
    before = open_now(next_round(silent, Thresholds(), []).found)
    assert of("H-P3", list(next_round(silent, Thresholds(), []).found))
    mended = next_round(facts(deals=deal(created_days=90, broken=True), deal_touches=touched(40)), Thresholds(), before)
    assert "H-P3" not in {one.detector for one in mended.ended}


def test_signals_about_a_deal_that_is_closed_end_whatever_is_broken() -> None:
    before = [Standing("H-P3", ACCOUNT, DEAL, "idle/1")]
    after = next_round(replace(facts(), broken={Source.ACTIVITIES: bools(True)}), Thresholds(), before)
    assert after.ended == tuple(before)


def test_a_switched_off_detector_ends_what_it_had_found() -> None:
    before = open_now(next_round(falls_to(40), Thresholds(), []).found)
    after = next_round(falls_to(40), Thresholds(off=("H-R1",)), before)
    assert (after.found, after.ended, after.off) == ((), (), tuple(before))


def test_silence_is_measured_by_the_accounts_own_rhythm() -> None:
    monthly = facts(touches=touched(*(40 + 30 * number for number in range(8))))
    weekly = facts(touches=touched(*(40 + 7 * number for number in range(20))))
    assert of("H-R4", signals(monthly, Thresholds())) == []
    assert len(of("H-R4", signals(weekly, Thresholds()))) == 1


def test_a_champion_gone_is_told_once_and_not_as_a_change_of_contacts_too() -> None:
    from signal_builders import changed, contact

    gone = facts(
        contacts=contact(active=False),
        contact_changes=changed("left", 5),
        contact_touches=touched(*range(70, 140, 10)),
        touches=touched(3),
    )
    assert {one.detector for one in signals(gone, Thresholds())} == {"H-X2.champion"}


def test_a_decision_maker_whom_somebody_met_needs_no_introduction() -> None:
    from signal_builders import contact

    new = {"contacts": contact(created_days=20, decider=True)}
    assert of("H-X2.decider", signals(facts(**new), Thresholds()))
    assert of("H-X2.decider", signals(facts(**new, contact_touches=touched(3)), Thresholds())) == []


def test_a_deal_that_drags_on_names_only_what_reached_its_threshold() -> None:
    pushed = moved({"days_ago": 9.0, "close_before": 9.0, "close": 10.0})
    found = of("H-P1", signals(facts(deals=deal(stage_days=61), moves=pushed), Thresholds()))[0]
    assert [(fact.what, fact.value) for fact in found.evidence] == [("stage", 61)]


def test_evidence_names_the_rows_behind_it() -> None:
    found = of("H-R6", signals(facts(cancelled=cancelled(4, 9)), Thresholds()))[0]
    assert [(fact.what, fact.day, fact.ref) for fact in found.evidence] == [
        ("cancelled_meeting", TODAY - 9, 101),
        ("cancelled_meeting", TODAY - 4, 100),
    ]


def test_every_event_that_can_be_entered_is_read_or_is_other() -> None:
    from relationship.importing.words import EventKind

    read = {kind for kinds in (*READ_BY.values(), *READ_BY_DEALS.values()) for kind in kinds}
    assert read == {kind.value for kind in EventKind} - {"other"}


def test_every_rule_reads_what_its_detector_says() -> None:
    named = {source for _, sources in RULES for source in sources}
    assert named == set(Source)
    assert all(one.sources for one in DETECTORS.values())


def test_ten_accounts_are_looked_at_as_one() -> None:
    one = facts(renewal=TODAY + 10)
    many = replace(
        one,
        accounts=replace(
            one.accounts,
            id=np.arange(10),
            created=np.full(10, TODAY - 900.0),
            renewal=np.where(np.arange(10) % 2 == 0, TODAY + 10.0, np.nan),
            customer=np.zeros(10, dtype=np.bool_),
        ),
        use=replace(
            one.use,
            **{
                name: np.full((10, 8), np.nan)
                for name in ("logins", "active_users", "features_used", "premium_features", "seats")
            },
            last_login=np.full(10, np.nan),
            login_weeks=np.zeros(10, dtype=np.int64),
        ),
    )
    assert [one.account_id for one in signals(many, Thresholds())] == [0, 2, 4, 6, 8]
