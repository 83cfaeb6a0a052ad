"""The states of a request: every step from every state, and the days of reminder and end."""

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.introductions import (
    ANSWERS,
    HANDS,
    OPEN,
    TRANSITIONS,
    Hand,
    NotPossible,
    State,
    Step,
    after,
    due,
    write_by,
)

PARIS = ZoneInfo("Europe/Paris")
# By hand from the product's description; whatever is not here cannot happen.
ALLOWED = {
    "sending": "left refused withdraw accept decline not_well pass_on lapse introduce",
    "asked": "accept decline not_well pass_on withdraw remind lapse introduce",
    "accepted": "withdraw lapse introduce",
    "unsent": "", "introduced": "", "declined": "", "passed_on": "", "lapsed": "introduce", "withdrawn": "",
}  # fmt: skip


@pytest.mark.parametrize(("state", "step"), list(product(State, Step)))
def test_every_step_from_every_state_is_allowed_or_refused_as_described(state: State, step: Step) -> None:
    if step.value in ALLOWED[state.value].split():
        assert after(state, step) in State
    else:
        with pytest.raises(NotPossible):
            after(state, step)


def test_a_request_ends_once_but_for_a_mail_that_comes_late() -> None:
    ended = {(state, step) for state, step in TRANSITIONS if state not in OPEN}
    assert ended == {(State.LAPSED, Step.INTRODUCE)}


@pytest.mark.parametrize(
    ("step", "end"),
    [
        (Step.ACCEPT, State.ACCEPTED),
        (Step.DECLINE, State.DECLINED),
        (Step.NOT_WELL, State.DECLINED),
        (Step.PASS_ON, State.PASSED_ON),
        (Step.INTRODUCE, State.INTRODUCED),
        (Step.LAPSE, State.LAPSED),
        (Step.WITHDRAW, State.WITHDRAWN),
    ],
)
def test_an_asked_request_becomes_what_was_answered(step: Step, end: State) -> None:
    assert after(State.ASKED, step) is end


def test_only_the_colleague_answers_and_only_the_seller_takes_back() -> None:
    assert {step for step, hand in HANDS.items() if hand is Hand.COLLEAGUE} == ANSWERS
    assert {step for step, hand in HANDS.items() if hand is Hand.SELLER} == {Step.WITHDRAW}


def test_the_reminder_comes_on_the_fourth_day_and_the_end_on_the_seventh_at_nine_in_paris() -> None:
    dates = due(datetime(2026, 6, 17, 14, 0, tzinfo=UTC), PARIS)
    assert dates.remind_at == datetime(2026, 6, 21, 7, 0, tzinfo=UTC)
    assert dates.lapse_at == datetime(2026, 6, 24, 7, 0, tzinfo=UTC)


def test_over_the_change_to_winter_time_it_is_still_nine_in_paris() -> None:
    dates = due(datetime(2026, 10, 23, 14, 0, tzinfo=UTC), PARIS)
    assert dates.lapse_at == datetime(2026, 10, 30, 8, 0, tzinfo=UTC)


def test_whoever_agreed_has_a_month_to_write() -> None:
    assert write_by(datetime(2026, 6, 17, 14, 0, tzinfo=UTC), PARIS) == datetime(2026, 7, 17, 7, 0, tzinfo=UTC)


@given(
    st.integers(0, 15 * 365 * 24 * 60),
    st.sampled_from(["Europe/Paris", "Pacific/Auckland", "America/New_York", "Pacific/Apia", "UTC"]),
)
def test_a_colleague_always_has_more_than_six_days_and_the_reminder_comes_before_the_end(
    minutes: int, zone: str
) -> None:
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    dates = due(at, ZoneInfo(zone))
    assert at + timedelta(days=3) < dates.remind_at < dates.lapse_at
    assert timedelta(days=6) < dates.lapse_at - at < timedelta(days=8)
