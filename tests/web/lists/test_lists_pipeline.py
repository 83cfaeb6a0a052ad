"""The pipeline: figures by rating, month and group; nobody's work is rated. On both databases."""

import csv
import io
import re
from html import unescape

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from web_builder import TODAY, Deal, weekly
from web_site import Site, site_over

from relationship.clock import number_of
from relationship.store import tables
from relationship.store.activities import contact_days
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store
from relationship.store.ratings import bases
from relationship.store.ratings.rating_tables import RatingBasis
from relationship.store.upsert import insert_new
from web.knows.small_groups import FEWEST_PEOPLE, told

GOOD, POOR = weekly(weeks=100), weekly(until=56, weeks=100)
# Five people sell in the north, one in the south.
DEALS = (
    *(Deal(f"Nord {n}", owner=n, value=10_000.0, close_in=5, contacts=GOOD, created_ago=730) for n in range(5)),
    Deal("Sud", owner=5, value=70_000.0, close_in=40, contacts=POOR, created_ago=730),
    Deal("Suisse", owner=0, value=3_000.0, currency="CHF", close_in=-4, contacts=POOR, created_ago=730),
    Deal("Perdue", owner=0, status="lost", closed_ago=10, contacts=GOOD, created_ago=730),
)


@pytest.fixture(scope="module")
def pipeline(shared_store: Store) -> Site:
    site = site_over(shared_store)
    site.fill(DEALS)
    record = tables.table(Record)
    with site.store.transaction() as conn:
        conn.execute(sa.update(record).where(record.c.kind == "opportunity").values(team_name="Nord", segment="PME"))
        conn.execute(sa.update(record).where(record.c.name == "Sud").values(team_name="Sud"))
        keep_bases(conn)
    return site


def keep_bases(conn: sa.Connection) -> None:
    """What a rating round keeps beside the ratings."""
    record = tables.table(Record).c
    known = conn.execute(sa.select(record.id, record.created_on).order_by(record.id)).all()
    ids = [number for number, _ in known]
    packed = bases.pack(contact_days.load(conn, ids), records=len(ids))
    rows = [
        {"record_id": number, "stamp": 1, "created": number_of(created), "days": days}
        for (number, created), days in zip(known, packed, strict=True)
    ]
    insert_new(conn, RatingBasis, rows, key=["record_id"])
    today = number_of(TODAY)
    bases.save_round(conn, bases.Round(stamp=1, as_of=today, window_began=today - 400, rules_version=0))


def test_each_rating_is_counted_and_summed_by_currency(pipeline: Site) -> None:
    text = unescape(pipeline.as_().get("/pipeline").text)
    tiles = re.findall(r'class="tile rating rating-(\w+)".*?<strong>(\d+)</strong>.*?</a>', text, re.DOTALL)
    assert dict(tiles) == {"good": "5", "fair": "0", "poor": "2", "none": "0"}
    assert "€50,000" in text
    assert re.search(r"€70,000 \+ CHF\s?3,000", text)


def test_the_months_are_a_table_and_a_file(pipeline: Site) -> None:
    client = pipeline.as_()
    rows = list(csv.DictReader(io.StringIO(client.get("/pipeline.csv").text.removeprefix("\ufeff"))))
    assert [tuple(row.values()) for row in rows] == [
        ("Overdue", "Poor", "1", "3000.00", "CHF"),
        ("2026-06", "Good", "5", "50000.00", "EUR"),
        ("2026-07", "Poor", "1", "70000.00", "EUR"),
    ]
    assert "Jul 2026" in client.get("/pipeline").text


def test_a_team_of_one_is_neither_shown_nor_told_by_what_is_missing(pipeline: Site) -> None:
    client = pipeline.as_()
    text = client.get("/pipeline").text
    assert 'id="team-title"' not in text  # two teams put together are one: there is nothing to compare
    assert "Sud" not in text
    assert client.get("/pipeline?team=Sud").status_code == 422
    assert client.get("/pipeline?team=Nord").status_code == 422
    assert client.get("/pipeline/weeks?team=Sud").status_code == 422
    assert client.get("/pipeline.csv?team=Sud").status_code == 422


def test_the_weeks_show_closed_ones_while_they_were_open(pipeline: Site) -> None:
    text = pipeline.as_().get("/pipeline/weeks").text
    weeks = re.findall(r"<tr><th scope=\"row\">.*?</tr>", text)
    assert len(weeks) == 12
    totals = [sum(int(count) for count in re.findall(r'col-number">(\d+)<', week)) for week in weeks]
    assert totals[-1] == 7
    assert totals[-2] == 7  # a week ago, three days after "Perdue" was lost
    assert totals[-3] == 8


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from("ABCDEFG"), st.frozensets(st.integers(0, 12), max_size=8), max_size=7))
def test_no_figure_shown_or_missing_is_that_of_fewer_than_five_people(groups: dict[str, frozenset[int]]) -> None:
    people = {name: frozenset(map(str, members)) for name, members in groups.items()}
    found = told(people)
    assert not set(found.shown) & set(found.together)
    for name in found.shown:
        assert len(people[name]) >= FEWEST_PEOPLE
    if found.together:
        assert len(frozenset[str]().union(*(people[name] for name in found.together))) >= FEWEST_PEOPLE
    if found.shown:
        assert {*found.shown, *found.together} == set(people)
