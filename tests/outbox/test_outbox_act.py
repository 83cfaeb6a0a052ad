"""Rules for changes: each action once per change, whoever dies, and only what the rules say."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from outbox_bench import ENDPOINT, Bench

from relationship import failpoints
from relationship.activities import RecordKind, RecordRef
from relationship.desk.act_on_changes import Acted, act
from relationship.store import rules as stored
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.outbox import acting, mail_choices, outbox
from relationship.store.outbox.mail_choices import Choice, How
from relationship.store.outbox.outbox import Kind, OneDelivery
from relationship.store.ratings import rating_changes
from relationship.store.ratings.rating_change_tables import RatingChange
from relationship.store.upsert import insert_new
from settings.rules.actions import BANDS, NOT_THE_RELATIONSHIP, TRENDS, ActionRule

DEAL = RecordRef(RecordKind.OPPORTUNITY, "o1")
RULE = {"key": "falls", "name": "Falls", "notify_owner": True, "task": True, "endpoints": ["erp"]}
_record = tables.table(Record)


def change(bench: Bench, before: str = "good", after: str = "poor", **columns: object) -> None:
    """What the rating writes into the ledger."""
    with bench.house.store.transaction() as conn:
        number = conn.scalar(sa.select(_record.c.id).where(_record.c.kind == "opportunity", _record.c.guid == "o1"))
        usual = {
            "record_id": number, "day": 20_621, "noted_at": bench.now(), "what": "rating", "before": before,
            "after": after, "score_before": 63, "score_after": 31, "cause": "silence", "kinds": "", "rules_version": 1,
        }  # fmt: skip
        latest = rating_changes.latest_id(conn)
        insert_new(conn, RatingChange, [{"id": latest + 1, **usual, **columns}], key=["id"])


def rules(bench: Bench, *wanted: dict[str, object]) -> None:
    bench.save(endpoints=[ENDPOINT], rules=list(wanted))
    act(bench.house, clock=bench.now)


def deliveries(bench: Bench) -> list[OneDelivery]:
    with bench.house.store.reading() as conn:
        return outbox.about(conn, DEAL)


def kinds(bench: Bench) -> list[Kind]:
    return sorted(one.kind for one in deliveries(bench))


def test_a_change_leads_to_a_mail_a_task_and_a_call_once_however_often_it_is_looked_at(bench: Bench) -> None:
    rules(bench, RULE)
    change(bench)
    assert act(bench.house, clock=bench.now) == Acted(changes=1, actions=3)
    assert act(bench.house, clock=bench.now) == Acted(changes=0, actions=0)
    assert kinds(bench) == [Kind.CRM_TASK, Kind.MAIL, Kind.WEBHOOK]
    bench.drain()
    (mail,) = bench.post.mails
    assert mail.to == "anne@fjord.example"
    assert "relation Bonne → Médiocre" in mail.subject
    assert "Score\u00a0: 63 → 31." in mail.text
    assert "https://liens.fjord.example/opportunities/o1" in mail.text
    (hook,) = bench.post.hooks
    assert b'"type":"rating.changed"' in hook.body
    task = next(one for one in deliveries(bench) if one.kind is Kind.CRM_TASK).payload["task"]
    assert (task["owner_guid"], task["regarding"], task["due_on"]) == ("su-anne", "opportunity:o1", "2026-06-20")


def test_a_rule_acts_on_what_happens_after_the_first_look_and_not_on_the_past(bench: Bench) -> None:
    change(bench)
    rules(bench, RULE)
    assert act(bench.house, clock=bench.now).actions == 0


def test_two_rules_that_want_the_same_of_one_change_have_it_once(bench: Bench) -> None:
    rules(bench, RULE, {**RULE, "key": "again", "task_subject": "Appeler"})
    change(bench)
    assert act(bench.house, clock=bench.now).actions == 3


def test_an_endpoint_that_is_told_of_every_change_needs_no_rule_and_is_called_once_beside_one(bench: Bench) -> None:
    endpoint = {**ENDPOINT, "events": ["rating.changed"]}
    bench.save(endpoints=[endpoint])
    act(bench.house, clock=bench.now)
    change(bench, cause="rules")
    change(bench, what="trend", before="steady", after="declining")
    assert act(bench.house, clock=bench.now) == Acted(changes=2, actions=1)
    bench.save(endpoints=[endpoint], rules=[{**RULE, "task": False, "notify_owner": False}])
    change(bench)
    assert act(bench.house, clock=bench.now).actions == 1
    bodies = [one.payload["body"] for one in deliveries(bench)]
    assert ['"rule":null' in body for body in bodies] == [False, True]


def test_an_owner_who_wants_no_mail_gets_none_and_the_rest_happens(bench: Bench) -> None:
    rules(bench, RULE)
    with bench.house.store.transaction() as conn:
        mail_choices.save(conn, "anne", Choice(How.OFF, "fr"))
    change(bench)
    act(bench.house, clock=bench.now)
    bench.drain()
    assert bench.post.mails == []
    assert len(bench.post.hooks) == 1


def test_an_english_reader_is_told_in_english(bench: Bench) -> None:
    rules(bench, RULE)
    with bench.house.store.transaction() as conn:
        mail_choices.save(conn, "anne", Choice(How.INSTANT, "en"))
    change(bench)
    act(bench.house, clock=bench.now)
    bench.drain()
    assert "relationship Good → Poor" in bench.post.mails[0].subject


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        ({"enabled": False}, {}),
        ({"records": ["account"]}, {}),
        ({"watch": "trend"}, {}),
        ({"moves": "up"}, {}),
        ({"reaches": ["fair"]}, {}),
        ({"least_value": 1_000_000}, {}),
        ({}, {"cause": "rules"}),
        ({}, {"cause": "correction"}),
    ],
)
def test_a_change_that_the_rule_does_not_mean_leads_to_nothing(
    bench: Bench, rule: dict[str, object], columns: dict[str, object]
) -> None:
    rules(bench, {**RULE, **rule})
    change(bench, **columns)
    assert act(bench.house, clock=bench.now) == Acted(changes=1, actions=0)


def test_a_process_that_dies_while_acting_does_it_all_the_next_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules(bench, RULE)
    change(bench)

    def dies(name: str) -> None:
        if name == "act_on_changes.enqueued":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(failpoints, "passage", dies)
        with pytest.raises(KeyboardInterrupt):
            act(bench.house, clock=bench.now)
    assert deliveries(bench) == []
    assert act(bench.house, clock=bench.now).actions == 3


words = st.sampled_from(("rating", "trend"))
ledger = st.lists(
    st.tuples(words, st.integers(0, 2), st.integers(1, 2), st.sampled_from(("silence", "activity", "rules"))),
    max_size=8,
)
a_rule = st.builds(
    ActionRule,
    key=st.just("a"),
    name=st.just("A"),
    notify_owner=st.just(True),
    watch=words,
    moves=st.sampled_from(("down", "up", "any")),
    every_cause=st.booleans(),
    records=st.sampled_from((("opportunity",), ("account", "opportunity"), ("lead",))),
)


@hypothesis_settings(max_examples=25)
@given(ledger, a_rule)
def test_the_count_of_the_preview_is_the_number_of_changes_at_which_the_rule_acts(
    sqlite_bench: Bench, changes: list[tuple[str, int, int, str]], rule: ActionRule
) -> None:
    bench = sqlite_bench
    bench.wait(days=60)
    expected = 0
    for what, first, step, cause in changes:
        levels = BANDS if what == "rating" else TRENDS
        before, after = levels[first], levels[(first + step) % 3]
        change(bench, before, after, what=what, cause=cause)
        falls = (first + step) % 3 > first
        expected += (
            "opportunity" in rule.records
            and what == rule.watch
            and (rule.every_cause or cause not in NOT_THE_RELATIONSHIP)
            and (rule.moves == "any" or falls == (rule.moves == "down"))
        )
    with bench.house.store.reading() as conn:
        count, latest = acting.fired(conn, rule, bench.now() - timedelta(days=30))
    assert count == expected
    assert len(latest) == min(expected, acting.MOST_EXAMPLES)


def test_rules_in_the_document_survive_being_stored(bench: Bench) -> None:
    rules(bench, RULE)
    with bench.house.store.reading() as conn:
        (kept,) = stored.current(conn)[1].actions.rules
    assert (kept.key, kept.endpoints, kept.task_days) == ("falls", ("erp",), 3)
