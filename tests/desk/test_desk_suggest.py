"""Suggested settings from the store: what is read, what is said, and that nothing is written."""

import importlib.util
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from store_builders import NOW

from relationship.activities import KINDS, Kind
from relationship.clock import day_of, frozen_clock
from relationship.config import Config
from relationship.desk.suggest import document, outcomes, suggest
from relationship.health.suggestion import Reason, Status, suggestion
from relationship.house import House, prepare
from relationship.store import deployment, rules, tables
from relationship.store.activities.activity_tables import ContactDay
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store
from relationship.store.dump import dump
from relationship.store.reading.reading_outcomes import ClosedOpportunity, closed_opportunities
from relationship.terminal import suggesting
from settings.rules import HealthSection, Overrides, Rules

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "suggestion.py"
RECORD, DAY = tables.table(Record), tables.table(ContactDay)


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("suggestion_worlds_in_a_store", BENCHMARK)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


WORLDS = loaded()


@pytest.fixture
def house(store: Store) -> House:
    house = House(Config(mode="test", tenant_id="fjord"), store, frozen_clock(NOW))
    prepare(house)
    with store.transaction() as conn:
        deployment.ensure(conn, tenant_id="fjord", time_zone="Europe/Paris", read_from=day_of(WORLDS.WINDOW_BEGAN))
    return house


def fill(house: House, made) -> None:
    """The opportunities and contact days of a generated history as the product keeps them."""
    rows = zip(made.outcomes.won, made.outcomes.created.tolist(), made.outcomes.closed.tolist(), strict=True)
    records = [
        {
            "id": number,
            "kind": "opportunity",
            "guid": f"00000000-0000-0000-0000-{number:012d}",
            "status": "won" if won else "lost",
            "created_on": day_of(created),
            "closed_on": day_of(closed),
        }
        for number, (won, created, closed) in enumerate(rows, start=1)
    ]
    columns = (made.days.record + 1, made.days.kind, made.days.day, made.days.ours, made.days.theirs)
    days = [
        {"record_id": record, "kind": KINDS[kind].value, "day": day, "ours": ours, "theirs": theirs}
        for record, kind, day, ours, theirs in zip(*(column.tolist() for column in columns), strict=True)
    ]
    with house.store.transaction() as conn:
        conn.execute(RECORD.insert(), records)
        conn.execute(DAY.insert(), days)


def closed(status: str, *, guid: str, kind: str = "opportunity", closed_on: date | None = date(2026, 5, 4)):
    return {"kind": kind, "guid": guid, "status": status, "created_on": date(2026, 1, 1), "closed_on": closed_on}


def test_the_store_gives_the_same_suggestion_as_the_arrays(house):
    made = WORLDS.world("calls", 300, 2)
    fill(house, made)
    expected = suggestion(made.days, made.outcomes, window_began=WORLDS.WINDOW_BEGAN, rules=made.rules)
    assert expected.status is not Status.TOO_SMALL
    assert suggest(house) == expected


def test_a_new_organisation_is_told_that_its_history_is_too_small(house):
    found = suggest(house)
    assert found.status is Status.TOO_SMALL
    assert {Reason.FEW_WON, Reason.FEW_LOST} <= set(found.reasons)


def test_suggesting_writes_nothing(house):
    fill(house, WORLDS.world("chance", 150, 1))
    with house.store.reading() as conn:
        before = dump(conn)
    suggest(house)
    with house.store.reading() as conn:
        assert dump(conn) == before
        assert rules.current(conn)[0] == 0


def test_only_won_and_lost_opportunities_with_a_day_of_closing_are_learnt_from(house):
    rows = [
        closed("won", guid="a"),
        closed("lost", guid="b"),
        closed("open", guid="c", closed_on=None),
        closed("won", guid="d", closed_on=None),
        closed("disqualified", guid="e", kind="lead"),
    ]
    with house.store.transaction() as conn:
        for row in rows:
            conn.execute(RECORD.insert(), row)
    with house.store.reading() as conn:
        assert [(one.guid, one.won) for one in closed_opportunities(conn)] == [("a", True), ("b", False)]


def test_an_override_of_the_frequency_stays_whatever_is_suggested():
    one = {"record_id": 1, "guid": "a", "won": True, "created_on": date(2026, 1, 1), "closed_on": date(2026, 5, 4)}
    section = HealthSection(frequency=3, overrides=Overrides(segments={"Key accounts": 3, "Small": 5}))
    rows = [
        ClosedOpportunity(**one, account_guid=account, segment=segment, team_guid=None)
        for account, segment in (("x", "Key accounts"), ("y", "Small"), ("x", ""), (None, ""))
    ]
    found = outcomes(rows, section)
    assert found.frequency.tolist() == [3, 5, 0, 0]
    assert found.account.tolist() == [0, 1, 0, -1]


def test_the_present_rules_are_those_in_force(house):
    with house.store.transaction() as conn:
        rules.save(conn, Rules(health=HealthSection(frequency=5)), at=NOW, by="admin")
    assert int(suggest(house).present.frequency) == 5


def test_the_document_holds_codes_numbers_and_dates(house):
    fill(house, WORLDS.world("chance", 300, 1))
    found = document(suggest(house))
    assert json.loads(json.dumps(found)) == found
    assert found["status"] == "no_gain"
    assert found["suggested"] is None
    assert found["present"] == {"weights": {"email": 6, "meeting": 6, "call": 6, "task": 6}, "frequency": 3}
    assert found["gain"]["low"] <= found["gain"]["value"] <= found["gain"]["high"]
    assert [look["age_days"] for look in found["looked_at"]["days"]] == [21, 45, 90, 180]
    assert found["looked_at"]["contact_days"][Kind.EMAIL.value] > 0
    first, second = found["folds"][:2]
    assert date.fromisoformat(first["to"]) + timedelta(days=1) <= date.fromisoformat(second["from"])


def test_the_command_prints_a_document_or_sentences(tmp_path, sqlite_template, capsys):
    database = tmp_path / "relationship.db"
    database.write_bytes(sqlite_template.read_bytes())
    config = Config(mode="test", tenant_id="fjord", database_url=f"sqlite:///{database}")
    suggesting.suggest_round(config, as_json=True)
    assert json.loads(capsys.readouterr().out)["status"] == "too_small"
    suggesting.suggest_round(config, as_json=False)
    told = capsys.readouterr()
    assert told.out == ""
    assert "too small" in told.err
    assert "30 won" in told.err


def test_a_gain_is_told_with_both_settings_and_what_to_do(capsys):
    found = WORLDS.suggested(WORLDS.world("meetings", 2500, 1))
    suggesting.tell(found)
    told = capsys.readouterr().err
    assert "Weight of meeting" in told
    assert "Nothing was changed." in told
    assert f"{found.gain:+.3f}" in told


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_sentence(reason):
    assert suggesting.SENTENCES[reason].endswith(".")


def test_closed_opportunities_are_read_in_the_order_of_their_contact_days(house):
    with house.store.transaction() as conn:
        for guid in ("b", "a"):
            conn.execute(RECORD.insert(), closed("won", guid=guid))
    with house.store.reading() as conn:
        found = closed_opportunities(conn)
        ids = list(conn.scalars(sa.select(RECORD.c.id).order_by(RECORD.c.id)))
    assert [one.record_id for one in found] == ids
