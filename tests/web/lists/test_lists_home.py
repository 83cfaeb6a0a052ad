"""A seller's first page, on both databases, without JavaScript."""

import re
from html import unescape

import pytest
import sqlalchemy as sa
from statements import statements
from web_builder import NOW, TODAY, Deal, oid, weekly
from web_site import Site

from relationship.activities import RecordKind, RecordRef
from relationship.clock import number_of
from relationship.health.rules import Bands
from relationship.health.urgency import Standing, urgency
from relationship.store import tables
from relationship.store.activities.activity_tables import Activity, RecordActivity
from relationship.store.crm.record_tables import Record
from relationship.store.ratings.rating_change_tables import RATING_CHANGE

# Eight weeks silent: 8.14, Poor; every week: 62.97, Good (docs/health.md).
SILENT = weekly(until=56, weeks=100)
LARGE = Deal("Grande en péril", value=500_000.0, close_in=20, contacts=SILENT, created_ago=730)
SMALL = Deal("Petite en péril", value=5_000.0, close_in=20, contacts=SILENT, created_ago=730)
HEALTHY = Deal("En bonne voie", value=900_000.0, close_in=200, contacts=weekly(weeks=100), created_ago=730)
TEAM = Deal("D'une autre", owner=1, team=(0,), value=50_000.0, close_in=10, contacts=SILENT, created_ago=730)
FOREIGN = Deal("Étrangère", owner=2, value=700_000.0, close_in=5, contacts=SILENT, created_ago=730)
TODAYS = Deal("Rendez-vous", value=1_000.0, contacts=weekly(weeks=100), created_ago=730)


def fill(site: Site) -> None:
    site.fill([LARGE, SMALL, HEALTHY, TEAM, FOREIGN, TODAYS])


def section(text: str, title: str) -> str:
    found = re.search(rf'<section [^>]*aria-labelledby="{title}".*?</section>', text, re.DOTALL)
    assert found
    return unescape(found[0])


def deals(part: str) -> list[str]:
    return re.findall(r'class="row-link"[^>]*>([^<]*)</a>', part)


def test_first_comes_what_is_worth_most_and_most_urgent_and_is_ones_own(site: Site) -> None:
    fill(site)
    first = section(site.as_("seller").get("/home").text, "first-title")
    named = deals(first)
    assert named[0] == LARGE.name
    assert named.index(TEAM.name) < named.index(SMALL.name)
    assert FOREIGN.name not in named
    assert f"/opportunities/{LARGE.guid}" in first
    assert "Ask for an introduction" in first


def test_a_mail_of_the_customer_is_news_and_a_fall_of_the_rating_comes_with_its_cause(site: Site) -> None:
    fill(site)
    record = tables.table(Record).c
    with site.store.transaction() as conn:
        for deal in (LARGE, FOREIGN):
            number = conn.scalar(sa.select(record.id).where(record.guid == deal.guid))
            change = {
                "record_id": number, "day": number_of(TODAY), "noted_at": NOW, "what": "rating", "before": "fair",
                "after": "poor", "score_before": 41, "score_after": 37, "cause": "silence", "kinds": "",
                "rules_version": 0,
            }  # fmt: skip
            conn.execute(sa.insert(RATING_CHANGE).values(**change))
    changed = section(site.as_("seller").get("/home").text, "changed-title")
    assert deals(changed)[0] == LARGE.name
    assert FOREIGN.name not in changed
    assert "Nothing happened that would have held the rating." in changed
    assert HEALTHY.name in changed  # a mail each way today
    assert re.search(r"1 e-mail from the customer|1 meeting held", changed)


def test_what_the_crm_withholds_is_not_named(site: Site) -> None:
    fill(site)
    assert site.crm is not None
    site.crm.grant(oid(0), [RecordRef(RecordKind.OPPORTUNITY, SMALL.guid)])
    text = site.as_("seller").get("/home").text
    assert SMALL.name in text
    assert LARGE.name not in unescape(text)


def test_what_is_planned_today_is_told_with_its_hour(site: Site) -> None:
    fill(site)
    activity, link = tables.table(Activity), tables.table(RecordActivity)
    record = tables.table(Record).c
    with site.store.transaction() as conn:
        number = conn.scalar(sa.select(record.id).where(record.guid == TODAYS.guid))
        at = NOW.replace(hour=13, minute=0)
        made = conn.execute(
            sa.insert(activity)
            .values(
                id=90_001, key="rendez-vous", kind="meeting", at=at, day=number_of(TODAY), status="planned", minutes=45
            )
            .returning(activity.c.id)
        ).scalar_one()
        values = {"kind": "meeting", "day": number_of(TODAY), "status": "planned", "ours": 1, "theirs": 1}
        conn.execute(sa.insert(link).values(record_id=number, activity_id=made, **values))
    planned = section(site.as_("seller").get("/home").text, "planned-title")
    assert deals(planned) == [TODAYS.name]
    assert "15:00" in planned  # Paris in summer


def test_whoever_is_new_is_told_what_this_page_will_hold(site: Site) -> None:
    site.fill([FOREIGN])
    text = site.as_("seller").get("/home").text
    assert "Nothing is waiting for you yet" in text


@pytest.mark.parametrize(
    ("role", "there"),
    [
        ("seller", "/home"),
        ("sales_manager", "/pipeline"),
        ("customer_success", "/customers"),
        ("privacy_officer", "/status"),
        ("", "/opportunities"),
    ],
)
def test_everybody_begins_where_their_work_is(site: Site, role: str, there: str) -> None:
    fill(site)
    answer = site.as_(role).get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, there)


def test_whoever_signs_in_at_the_front_door_comes_back_to_it(site: Site) -> None:
    answer = site.anonymous().get("/?lang=en")
    assert answer.headers["Location"] == "/sign-in?lang=en"


def test_the_menu_leads_nobody_to_a_closed_door(site: Site) -> None:
    fill(site)
    client = site.as_("privacy_officer")
    menu = re.search(r'<nav aria-label="Main".*?</nav>', client.get("/status?lang=en").text, re.DOTALL)
    assert menu
    addresses = re.findall(r'href="([^"]+)"', menu[0])
    assert addresses == ["/status"]


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing(score=0, days_to_close=0), 1.0),
        (Standing(score=30, days_to_close=30), 0.5),
        (Standing(score=30, days_to_close=None), 0.15),  # 0.5 times 0.3
        (Standing(score=70, days_to_fall=6, days_to_close=-3), 0.8),  # 1 less 6 of 30 days
        (Standing(score=70, trend_points=-10.0, days_to_close=1), 0.5),  # half as steep as counts
        (Standing(score=70, trend_points=9.0, days_to_fall=90, days_to_close=1), 0.0),
        (Standing(score=0, days_to_close=105), 0.65),  # half-way from 30 to 180 days: half-way from 1 to 0.3
    ],
)
def test_urgency_is_the_most_pressing_reason_times_how_soon_it_closes(standing: Standing, expected: float) -> None:
    assert urgency(standing, Bands()) == pytest.approx(expected)


def test_the_page_costs_the_same_statements_however_many_deals_there_are(site: Site) -> None:
    site.fill([Deal(f"N {number}", contacts=SILENT, created_ago=730) for number in range(40)])
    client = site.as_("seller")
    client.get("/home")
    with statements(site.store, beginning=()) as asked:
        client.get("/home")
    assert len(asked) < 40
