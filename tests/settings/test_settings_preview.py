"""The effect of rules before they are saved is what saving them does: every record, every bit."""

import random
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline_builder import (
    HEALTH,
    NUMBER,
    TEAMS,
    Deal,
    contacts,
    copied,
    deals,
    forget_everything,
    guid,
    house_of,
    in_force,
    key,
    later,
    note,
    put_in_force,
    rows,
    sections,
    settle,
    touch,
)

from relationship.clock import day_of
from relationship.desk.change_rules import change_rules
from relationship.desk.rate import rate_all
from relationship.desk.rerating import rated_under
from relationship.health.rating import Rating
from relationship.house import House
from relationship.store.ratings import pipeline, ratings
from settings.preview import Effect, effect_of, preview, warm
from settings.rules import BandsForm, HealthSection, Overrides, WeightsForm

WEEKLY = tuple(("email", ago, 1, 1) for ago in range(0, 196, 7))
QUIET = tuple(("email", ago, 1, 1) for ago in range(30, 196, 7))


def save(house: House, section: HealthSection) -> int:
    version, rules = in_force(house)
    changed = rules.model_copy(update={"health": section})
    return change_rules(house, changed, expected_version=version, by="anne", by_name="Anne", note="").changed


def promised(house: House, section: HealthSection) -> dict[str, tuple[Any, ...]]:
    """What the kept pipeline says of every record under some rules: what they decide of its rating."""
    with house.store.reading() as conn:
        found = pipeline.current(house.store, conn)
        assert found is not None
        planned = np.isin(found.record_ids, ratings.with_only_plans(conn))
    rated = rated_under(found, section, has_planned=planned).rows()
    return {
        f"{one.kind}:{one.guid}": _ruled(row) if section.enabled else (None,) * 7
        for one, row in zip(found.listed, rated, strict=True)
    }


def _ruled(row: Rating) -> tuple[Any, ...]:
    falls_on = None if row.falls_on is None else day_of(row.falls_on)
    return row.score, row.exact, row.band, row.trend, row.trend_points, falls_on, row.falls_to


def shown(house: House) -> dict[str, tuple[Any, ...]]:
    """The same as it stands in the database."""
    names = [column.name for column in HEALTH.c if column.name not in ("record_id", "stamp", "rules_version")]
    wanted = [names.index(name) for name in ratings.RULED]
    return {record: tuple(row[place] for place in wanted) for record, row in rows(house.store).items()}


def counted(house: House) -> dict[str, tuple[int, float]]:
    """Open opportunities and their value per band, straight from the tables."""
    query = sa.text(
        "SELECT COALESCE(h.rating, 'none'), COUNT(*), SUM(COALESCE(r.value, 0)) FROM record r "
        "JOIN health h ON h.record_id = r.id WHERE r.kind = 'opportunity' AND r.status = 'open' GROUP BY 1"
    )
    with house.store.reading() as conn:
        return {band: (count, float(value)) for band, count, value in conn.execute(query)}


def summed(effect: Effect, side: str) -> dict[str, tuple[int, float]]:
    found = {one.band: getattr(one, side) for one in effect.bands}
    return {
        band: (share.count, sum(value for _, value in share.values)) for band, share in found.items() if share.count
    }


def assert_the_preview_is_kept(house: House, section: HealthSection) -> None:
    """Preview, save, compare; then rate everything from nothing and compare again."""
    said, effect = promised(house, section), preview(house, section)
    before = shown(house)
    assert summed(effect, "before") == counted(house)
    save(house, section)
    after = shown(house)
    assert after == said
    assert summed(effect, "after") == counted(house)
    for row in effect.rows:
        record = f"opportunity:{row.guid}"
        assert (row.before.score, row.after.score) == (before[record][0], after[record][0])
        assert (row.before.band, row.after.band) == (before[record][2] or "none", after[record][2] or "none")
    assert effect.total == len(effect.rows)  # fewer than fifty opportunities here
    everything = rows(house.store)
    if section.enabled:
        forget_everything(house.store)
        rate_all(house)
        assert rows(house.store) == everything


@settings(max_examples=60)
@given(
    first=st.lists(deals(), min_size=1, max_size=8),
    more=st.lists(deals(), max_size=2),
    arrived=st.dictionaries(st.integers(1, 8), contacts, max_size=3),
    gone=st.none() | st.integers(1, 8),
    present=sections,
    proposed=sections,
    passed=st.sampled_from([0, 0, 1, 9]),
)
def test_saving_leaves_what_the_preview_said_for_every_record(
    sqlite_template, tmp_path_factory, first, more, arrived, gone, present, proposed, passed
):
    """Also after activities arrived, records came and went and days passed since the first look."""
    with copied(sqlite_template, tmp_path_factory.mktemp("preview")) as store:
        house = house_of(store)
        settle(store, first)
        put_in_force(store, present)
        rate_all(house)
        preview(house, proposed)
        with store.transaction() as conn:
            touch(conn, {number: days for number, days in arrived.items() if number <= len(first)})
            if gone is not None:
                conn.exec_driver_sql(f"DELETE FROM record WHERE id = {gone}")
        settle(store, more, first=len(first) + 1)
        house = later(house, passed)
        rate_all(house)
        if present.enabled or proposed.enabled:
            warm(house)
        if present.enabled:
            assert_the_preview_is_kept(house, proposed)
        else:
            save(house, proposed)
            everything = rows(store)
            if proposed.enabled:
                forget_everything(store)
                rate_all(house)
                assert rows(store) == everything


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_preview_is_kept_on_both_databases(store, seed):
    chance = random.Random(seed)
    kinds = ("email", "meeting", "call", "task")

    def days() -> tuple[tuple[str, int, int, int], ...]:
        return tuple(
            (chance.choice(kinds), chance.randrange(330), *chance.choice([(1, 0), (0, 1), (1, 1)]))
            for _ in range(chance.randrange(25))
        )

    found = [
        Deal(
            kind=chance.choice(["opportunity", "opportunity", "contact", "lead", "account"]),
            days=days(),
            age=chance.randrange(500),
            segment=chance.choice(["", "Key accounts", "Public"]),
            team=chance.choice(TEAMS),
            value=chance.choice([None, 10.0, 250.5]),
            currency=chance.choice(["EUR", "CHF"]),
            planned=chance.random() < 0.2,
            degraded=chance.random() < 0.1,
        )
        for _ in range(60)
    ]
    house = house_of(store)
    settle(store, found)
    rate_all(house)
    warm(house)
    with store.transaction() as conn:
        touch(conn, {number: days() for number in range(1, 61, 7)})
    rate_all(house)
    overrides = Overrides(
        teams={TEAMS[1]: 1}, segments={"Public": 5}, records={key(3): 2, key(4, "contact"): 2, key(4): 4}
    )
    moved = HealthSection(
        weights=WeightsForm(email=9, call=3), frequency=4, bands=BandsForm(good=47, fair=23), overrides=overrides
    )
    assert_the_preview_is_kept(house, moved)
    assert_the_preview_is_kept(house, HealthSection(bands=BandsForm(good=90, fair=10)))
    assert_the_preview_is_kept(house, HealthSection(enabled=False))


@pytest.fixture
def sold(store) -> House:
    """Three open opportunities: a kept rhythm, one that went quiet, one without contact; one that is won."""
    house = house_of(store)
    found = [
        Deal(days=WEEKLY, value=500.0),
        Deal(days=QUIET, value=2000.0, currency="CHF"),
        Deal(value=None),
        Deal(days=WEEKLY, status="won", closed_ago=3, value=9999.0),
    ]
    settle(store, found)
    rate_all(house)
    return house


def test_shares_and_values_are_told_for_every_band_before_and_after(sold):
    found = preview(sold, HealthSection(frequency=5))
    assert (found.opportunities, found.as_of) == (3, day_of(NUMBER))
    bands = {one.band: one for one in found.bands}
    assert list(bands) == ["good", "fair", "poor", "none"]
    assert (bands["good"].before.count, bands["good"].before.values) == (1, (("EUR", 500.0),))
    assert bands["good"].before.share == pytest.approx(1 / 3)
    assert (bands["poor"].before.values, bands["poor"].after.values) == ((("CHF", 2000.0),), ())
    assert (bands["good"].after.count, bands["good"].after.values) == (2, (("CHF", 2000.0), ("EUR", 500.0)))
    assert bands["none"].after.values == (("EUR", 0.0),)


def test_an_opportunity_that_changes_its_band_is_named_with_the_reason(sold):
    found = preview(sold, HealthSection(frequency=5)).body()["changes"]
    assert (found["total"], found["by_move"]) == (1, [{"from": "poor", "to": "good", "count": 1}])
    (row,) = found["rows"]
    assert (row["guid"], row["value"], row["currency"]) == (guid(2), 2000.0, "CHF")
    assert row["why"] == {"term": "frequency", "kind": None, "points": row["after"]["score"] - row["before"]["score"]}


@pytest.mark.parametrize(
    ("section", "term", "kind"),
    [
        (HealthSection(bands=BandsForm(good=64, fair=40)), "limits", None),
        (HealthSection(weights=WeightsForm(email=3)), "volume", "email"),
        (HealthSection(overrides=Overrides(records={key(1): 1})), "frequency", None),
        (HealthSection(enabled=False), "switch", None),
    ],
)
def test_the_reason_is_what_makes_the_largest_difference(sold, section, term, kind):
    why = next(row.why for row in preview(sold, section).rows if row.guid == guid(1))
    assert (why.term, why.kind) == (term, kind)


def test_the_largest_fifty_are_listed_and_all_are_counted(store):
    house = house_of(store)
    settle(store, [Deal(days=WEEKLY, value=float(number)) for number in range(70)])
    rate_all(house)
    found = preview(house, HealthSection(bands=BandsForm(good=100, fair=99)))
    assert (found.total, [move.count for move in found.moves]) == (70, [70])
    assert [row.value for row in found.rows] == [float(number) for number in range(69, 19, -1)]


def test_before_the_first_rating_there_is_no_effect_and_saving_works(store):
    house = house_of(store)
    assert preview(house, HealthSection(frequency=1)).body()["as_of"] is None
    assert save(house, HealthSection(frequency=1)) == 0


def test_a_click_shows_the_terms_under_both_rules(sold):
    proposed = HealthSection(weights=WeightsForm(email=3), overrides=Overrides(records={key(1): 4}))
    with sold.store.reading() as conn:
        found = pipeline.current(sold.store, conn)
        terms = effect_of(conn, found, guid(1), HealthSection(), proposed)
        nobody = effect_of(conn, found, guid(99), HealthSection(), proposed)
        off = effect_of(conn, found, guid(1), HealthSection(), HealthSection(enabled=False))
    assert nobody is None
    assert off.after is None
    assert terms.rules_after.frequency == 4
    assert sum(term.points for term in terms.before.terms) == terms.before.score - 60
    save(sold, proposed)
    assert terms.after.score == shown(sold)[key(1)][0]


def test_a_changed_value_is_seen_after_the_round_that_follows_the_sync(sold):
    warm(sold)
    with sold.store.transaction() as conn:
        conn.exec_driver_sql("UPDATE record SET value = 750, name = 'Renamed' WHERE id = 1")
        note(conn, [1])
    rate_all(sold)
    found = preview(sold, HealthSection(bands=BandsForm(good=100, fair=99)))
    row = next(row for row in found.rows if row.guid == guid(1))
    assert (row.value, row.name) == (750.0, "Renamed")
