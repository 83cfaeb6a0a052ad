"""Key figures of random activities against a second implementation with pandas, and worked by hand at the edges."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.activities import KINDS, Kind
from relationship.clock import day_of
from relationship.health.kpis.daily import daily
from relationship.health.kpis.deals import Deal, compare
from relationship.health.kpis.effort import Exchange, Traffic, effort, ratio, traffic
from relationship.health.kpis.most import Contacted, most_contacted
from relationship.health.kpis.reach import KnownPerson, breadth, neglected
from relationship.health.kpis.replies import Answers, Mail, replies

TODAY = 20_621  # Wednesday 2026-06-17
NOW = datetime(2026, 6, 17, 9, tzinfo=UTC)
FORTNIGHT = timedelta(days=14)
OURS, THEIRS = (1, 2), (3, 4, 5)

exchanges = st.lists(
    st.builds(
        Exchange,
        kind=st.sampled_from(KINDS),
        ours=st.booleans(),
        together=st.booleans(),
        minutes=st.none() | st.integers(0, 240),
        colleagues=st.integers(0, 6),
        count=st.integers(1, 5),
    ),
    max_size=20,
)


@st.composite
def some_mails(draw: st.DrawFn) -> list[Mail]:
    def mail() -> Mail:
        ours = draw(st.booleans())
        writer = draw(st.sampled_from(OURS if ours else THEIRS))
        addressed = draw(st.frozensets(st.sampled_from(THEIRS if ours else OURS), min_size=1))
        return Mail(NOW - timedelta(hours=draw(st.integers(0, 40 * 24))), ours, writer, addressed)

    return [mail() for _ in range(draw(st.integers(0, 14)))]


def by_pandas(mails: list[Mail], *, by_us: bool) -> tuple[int, int, float | None]:
    """asked, answered, median hours by joins of tables."""
    rows = [(n, m.at, m.ours, m.writer, person) for n, m in enumerate(mails) for person in m.addressed]
    table = pd.DataFrame(rows, columns=["mail", "at", "ours", "writer", "person"])
    questions = table[table["ours"] != by_us]
    answers = table[table["ours"] == by_us]
    joined = questions.merge(answers, left_on=["writer", "person"], right_on=["person", "writer"], suffixes=("", "_2"))
    joined["wait"] = joined["at_2"] - joined["at"]
    fitting = joined[(joined["wait"] > timedelta(0)) & (joined["wait"] <= FORTNIGHT)]
    waits = fitting.groupby("mail")["wait"].min()
    old = set(questions.loc[NOW - questions["at"] > FORTNIGHT, "mail"])
    hours = waits / pd.Timedelta(hours=1)
    return len(old | set(waits.index)), len(waits), float(hours.median()) if len(waits) else None


def found(answers: Answers) -> tuple[int, int, float | None]:
    return answers.asked, answers.answered, answers.hours


@given(mails=some_mails())
def test_replies_are_those_that_a_join_finds(mails: list[Mail]):
    both = replies(mails, now=NOW)
    for answers, by_us in ((both.by_us, True), (both.by_them, False)):
        asked, answered, hours = by_pandas(mails, by_us=by_us)
        assert found(answers) == (asked, answered, None if hours is None else pytest.approx(hours))


@given(mails=some_mails(), order=st.randoms(use_true_random=False))
def test_the_order_of_mails_is_irrelevant(mails: list[Mail], order):
    shuffled = list(mails)
    order.shuffle(shuffled)
    assert replies(shuffled, now=NOW) == replies(mails, now=NOW)


def asked_on(hours_ago: float) -> Mail:
    return Mail(NOW - timedelta(hours=hours_ago), True, 1, frozenset({3}))


def answered_on(hours_ago: float, *, by: int = 3, to: int = 1) -> Mail:
    return Mail(NOW - timedelta(hours=hours_ago), False, by, frozenset({to}))


@pytest.mark.parametrize(
    ("mails", "asked", "answered", "hours"),
    [
        ([], 0, 0, None),
        ([asked_on(14 * 24)], 0, 0, None),  # its 14 days end this very moment: still waiting
        ([asked_on(14 * 24 + 1)], 1, 0, None),
        ([asked_on(400), answered_on(400 - 336)], 1, 1, 336.0),  # 14 days to the minute
        ([asked_on(400), answered_on(400 - 337)], 1, 0, None),  # an hour too late
        ([asked_on(50), answered_on(40, by=4)], 0, 0, None),  # somebody else wrote
        ([asked_on(50), answered_on(40, to=2)], 0, 0, None),  # to another colleague
        ([asked_on(50), answered_on(50)], 0, 0, None),  # at the same moment is not later
        ([asked_on(50), asked_on(45), answered_on(40)], 2, 2, 7.5),  # one answer to two: 10 h and 5 h
    ],
)
def test_what_is_an_answer_at_the_edges(mails: list[Mail], asked: int, answered: int, hours: float | None):
    assert found(replies(mails, now=NOW).by_them) == (asked, answered, hours)


def test_those_written_to_are_named_so_that_one_colleagues_figures_can_be_kept_back():
    mails = [answered_on(500, to=1), answered_on(450, to=2), answered_on(10, to=9)]
    # 500 and 450 hours are more than 14 days (336): both count. The last one is still waiting.
    assert replies(mails, now=NOW).by_us.people == {1, 2}


@given(rows=exchanges)
def test_time_and_traffic_are_those_of_a_table(rows: list[Exchange]):
    columns = ["kind", "ours", "together", "minutes", "colleagues", "count"]
    table = pd.DataFrame([[getattr(one, name) for name in columns] for one in rows], columns=columns)
    counts = table.groupby(["kind", "ours"])["count"].sum().to_dict()
    assert traffic(rows) == tuple(
        Traffic(kind, counts.get((kind, True), 0), counts.get((kind, False), 0)) for kind in KINDS[:3]
    )
    mails = table[table["kind"] == Kind.EMAIL]
    timed = table[table["kind"].isin([Kind.MEETING, Kind.CALL]) & table["together"].astype(bool)]
    known = timed.dropna(subset=["minutes"])
    heads = known["colleagues"].where(known["kind"] == Kind.MEETING, 1)
    written, read = (mails.loc[mails["ours"] == side, "count"].sum() for side in (True, False))
    spent = effort(rows)
    assert spent.ours == pytest.approx(5 * written + 2.5 * read + (known["minutes"] * known["count"] * heads).sum())
    assert spent.with_them == pytest.approx((known["minutes"] * known["count"]).sum())
    assert spent.without_length == timed["count"].sum() - known["count"].sum()


@given(rows=exchanges)
def test_alike_activities_may_be_told_together_or_one_by_one(rows: list[Exchange]):
    singly = [
        Exchange(one.kind, one.ours, one.together, one.minutes, one.colleagues)
        for one in rows
        for _ in range(one.count)
    ]
    assert effort(singly) == effort(rows)
    assert traffic(singly) == traffic(rows)


def test_a_call_that_nobody_answered_takes_no_time():
    # 3 mails written: 15 minutes; the ringing of 2 minutes is nobody's time.
    rows = [Exchange(Kind.EMAIL, ours=True, count=3), Exchange(Kind.CALL, ours=True, together=False, minutes=2)]
    assert (effort(rows).ours, effort(rows).with_them) == (15.0, 0.0)


def test_there_is_no_ratio_without_anything_received():
    assert ratio(Traffic(Kind.EMAIL, 5, 0)) is None
    assert ratio(Traffic(Kind.EMAIL, 0, 4)) == 0.0


@given(
    rows=st.lists(
        st.tuples(st.integers(TODAY - 120, TODAY + 3), st.sampled_from(KINDS), st.integers(1, 9)), max_size=30
    ),
    span=st.sampled_from([60, 90]),
)
def test_days_are_those_of_a_pivot_table(rows: list[tuple[int, Kind, int]], span: int):
    table = pd.DataFrame(rows, columns=["day", "kind", "count"])
    lately = table[(table["day"] > TODAY - span) & (table["day"] <= TODAY)]
    pivot = lately.groupby(["day", "kind"])["count"].sum().to_dict()
    shown = daily(rows, today=TODAY, span=span)
    assert [one.day for one in shown] == list(range(TODAY - span + 1, TODAY + 1))
    assert all(one.counts == tuple(pivot.get((one.day, kind), 0) for kind in KINDS) for one in shown)


people = st.lists(st.none() | st.integers(TODAY - 90, TODAY), max_size=8).map(
    lambda days: [KnownPerson(number, day) for number, day in enumerate(days)]
)


@given(known=people, expected=st.sampled_from([1.4, 3.0, 7.0, 14.0, 30.0]), created=st.integers(TODAY - 200, TODAY))
def test_silence_is_counted_in_working_days_as_numpy_counts_them(
    known: list[KnownPerson], expected: float, created: int
):
    def silent(day: int) -> float:
        return np.busday_count(day_of(day + 1), day_of(TODAY + 1)) * 1.4

    late = {one.key for one in known if silent(created if one.last_day is None else one.last_day) > expected}
    assert {one.key for one in neglected(known, today=TODAY, created=created, expected_days=expected)} == late
    alive = sum(one.last_day is not None and silent(one.last_day) <= 2 * expected for one in known)
    assert breadth(known, today=TODAY, expected_days=expected).alive == alive


def test_the_longest_silence_comes_first_and_those_never_met_last():
    known = [KnownPerson(1, None), KnownPerson(2, TODAY - 20), KnownPerson(3, TODAY - 50), KnownPerson(4, TODAY)]
    late = neglected(known, today=TODAY, created=TODAY - 300, expected_days=7)
    assert [(one.key, one.days) for one in late] == [(3, 50), (2, 20), (1, None)]


def test_whoever_was_never_met_is_not_neglected_on_a_record_made_yesterday():
    assert neglected([KnownPerson(1, None)], today=TODAY, created=TODAY - 1, expected_days=7) == ()


def test_nobody_without_an_activity_is_most_contacted_and_equals_come_by_the_last_contact():
    late, early = Contacted("b", "Béa", 1, 0, 0, TODAY), Contacted("a", "Ada", 0, 1, 0, TODAY - 9)
    idle, busy = Contacted("c", "Cleo", 0, 0, 0, TODAY), Contacted("d", "Dan", 0, 0, 4, TODAY - 80)
    assert most_contacted([early, idle, late, busy]) == (busy, late, early)


deals = st.lists(
    st.builds(
        Deal, days=st.integers(14, 90), emails=st.integers(0, 60), meetings=st.integers(0, 9), calls=st.integers(0, 9)
    ),
    min_size=28,
    max_size=40,
)


@given(won=deals, lost=deals)
def test_similar_deals_are_told_by_their_medians_and_only_from_thirty_of_each(won: list[Deal], lost: list[Deal]):
    own = Deal(days=45, emails=9, meetings=3, calls=0)
    shown = compare(own, won, lost)
    if len(won) < 30 or len(lost) < 30:
        assert (shown.enough, shown.own, shown.typical_won, shown.typical_lost) == (False, None, None, None)
        return
    # 9 mails in 45 days are 6 in 30.
    assert shown.own is not None
    assert shown.own.emails == pytest.approx(6.0)
    for group, typical in ((won, shown.typical_won), (lost, shown.typical_lost)):
        table = pd.DataFrame([(d.days, d.emails, d.meetings, d.calls) for d in group], columns=["days", "e", "m", "c"])
        medians = table[["e", "m", "c"]].div(table["days"], axis=0).mul(30).median()
        assert typical is not None
        assert (typical.emails, typical.meetings, typical.calls) == pytest.approx(tuple(medians))


def test_today_of_these_tests_is_the_wednesday_that_they_say():
    assert day_of(TODAY) == date(2026, 6, 17)
