"""How a rating came along: whom an account rests on, what happened on the curve, and the changes that were told."""

import json
import re
from html import unescape
from typing import Any

import pytest
import records_builder as made
import sqlalchemy as sa
from flask.testing import FlaskClient
from web_builder import NOW, TODAY, guid
from web_site import Site, site_over

from relationship.clock import number_of
from relationship.store import rules, tables
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store
from relationship.store.ratings import rating_changes
from relationship.store.ratings.rating_change_tables import RECORD_CHANGE
from settings.rules import BandsForm, HealthSection, Rules

ACCOUNT = made.account(made.BREVENT)
PAGES = {
    "opportunities": made.OWN.guid,
    "contacts": made.contact(made.AURELIE),
    "leads": made.lead(0),
    "accounts": ACCOUNT,
}
DAY = number_of(TODAY)


def told_site(store: Store) -> Site:
    """With three changes of the account, one of a deal that only Hugo's team reads, other rules and another owner."""
    found = site_over(store)
    made.fill(found)
    with store.transaction() as conn:
        numbers = dict(conn.execute(sa.select(tables.table(Record).c.guid, tables.table(Record).c.id)).all())
        said = [
            (ACCOUNT, 30, "rating", "good", "fair", 71, 58, "silence", ""),
            (ACCOUNT, 10, "rating", "fair", "good", 58, 64, "activity", "email meeting"),
            (ACCOUNT, 10, "trend", "declining", "steady", 58, 64, "silence", ""),
            (made.FOREIGN.guid, 9, "rating", "good", "poor", 70, 20, "owner", ""),
        ]
        names = ("what", "before", "after", "score_before", "score_after", "cause", "kinds")
        columns: dict[str, list[Any]] = {
            "record_id": [numbers[row[0]] for row in said],
            "day": [DAY - row[1] for row in said],
            "noted_at": [NOW] * len(said),
            "rules_version": [0] * len(said),
            **{name: [row[place] for row in said] for place, name in enumerate(names, start=2)},
        }
        rating_changes.add(conn, columns)
        owners = {"before": guid("systemuser", 1), "after": guid("systemuser", 0)}
        conn.execute(sa.insert(RECORD_CHANGE).values(record_id=numbers[ACCOUNT], what="owner", day=DAY - 20, **owners))
        rules.save(conn, Rules(health=HealthSection(bands=BandsForm(good=61))), at=NOW, by="x")
    return found


@pytest.fixture(scope="module")
def site(shared_store: Store) -> Site:
    return told_site(shared_store)


@pytest.fixture(scope="module")
def client(site: Site) -> FlaskClient:
    return site.as_()


def page(client: FlaskClient, address: str, lang: str = "en") -> str:
    answer = client.get(f"{address}?lang={lang}")
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", unescape(answer.text))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace("\xa0", " ")


def test_an_account_shows_whom_it_rests_on_with_share_points_and_reason(client: FlaskClient) -> None:
    """Weekly mail for 58 weeks is worth (1 - r^58) / (1 - r) = 12.75 with r = 0.5^(7/60), all of it Aurélie's. The
    meeting ten days ago is worth 0.5^(10/60) = 0.89, half of it Bastien's: 0.445 of 13.65 is 3 %."""
    text = page(client, f"/accounts/{ACCOUNT}")
    score = int(re.search(r'verdict-score">(\d+)<', text)[1])
    told = plain(text)
    theirs = round(score * 0.445 / 13.645)
    assert f"Aurélie Fontaine Directrice des achats 97% {score - theirs} in touch Carries the relationship" in told
    assert (
        f"Bastien Morel Directeur financier 3% {theirs} in touch We write, last on 7 June 2026; no answer" not in told
    )
    assert f"Bastien Morel Directeur financier 3% {theirs} in touch Last contact on 7 June 2026." in told
    assert f"All together 100% {score}" in told
    assert (
        "Aurélie Fontaine carries this relationship: 97% of the volume. We are in touch with 2 of its 2 contacts."
        in told
    )


@pytest.mark.parametrize("several", sorted(PAGES))
def test_every_point_of_every_kind_is_explained_from_the_table_beside_the_curve(client, several: str) -> None:
    base = f"/{several}/{PAGES[several]}"
    weeks = re.findall(rf'href="({base}/weeks/[\d-]+)" hx-get', page(client, base))
    points = json.loads(re.search(r'id="curve-data">(.*?)</script>', client.get(base).text)[1])["points"]
    assert set(weeks) == {point["href"] for point in points}
    assert points
    for point in (points[0], points[-1]):
        fragment = client.get(point["href"], headers={"HX-Request": "true"}).text
        assert fragment.lstrip().startswith("<section")
        assert f'<span class="score">{point["y"]}</span>' in fragment


def test_what_happened_on_the_way_stands_on_the_curve_and_in_its_table(client: FlaskClient) -> None:
    text = page(client, f"/accounts/{ACCOUNT}")
    drawn = json.loads(re.search(r'id="curve-data">(.*?)</script>', text)[1])["events"]
    assert [(one["kind"], one["x"]) for one in drawn] == [
        ("owner", "2026-05-28"),
        ("meeting", "2026-06-07"),
        ("rules", "2026-06-17"),
    ]
    told = plain(re.search(r"<table class=\"rows compact\"> <thead><tr><th scope=\"col\">Week.*?</table>", text)[0])
    assert re.search(r"3 Jun 2026 \S+ \d+ Another owner Hugo Lefèvre, then Camille Roussel", told)
    assert re.search(r"10 Jun 2026 \S+ \d+ First meeting", told)
    assert re.search(r"17 Jun 2026 \S+ \d+ Other rules Version 1", told)


def test_the_changes_of_a_record_are_listed_newest_first_with_their_cause(client: FlaskClient) -> None:
    told = plain(page(client, f"/accounts/{ACCOUNT}"))
    rose = told.index("Rating: Fair, now Good 58 → 64 New activities: E-mails, Meetings.")
    fell = told.index("Rating: Good, now Fair 71 → 58 Nothing happened that would have held the rating.")
    assert rose < fell
    assert "Trend: Declining, now Steady 58 → 64 The decline has run out." in told


def test_a_record_without_a_change_says_so(client: FlaskClient) -> None:
    told = plain(page(client, f"/leads/{made.lead(0)}", "fr"))
    assert "Ni l’évaluation ni la tendance n’ont changé" in told


def test_the_api_tells_the_shares_that_the_page_shows(client: FlaskClient) -> None:
    found = client.get(f"/api/v1/accounts/{ACCOUNT}/shares").get_json()
    assert [(one["name"], one["percent"], one["standing"]) for one in found["people"]] == [
        ("Aurélie Fontaine", 97, "carries"),
        ("Bastien Morel", 3, "alive"),
    ]
    rest = found["others"]["points"] + found["nobody"]["points"]
    assert sum(one["points"] for one in found["people"]) + rest == found["score"]


def test_the_api_tells_curve_and_events(client: FlaskClient) -> None:
    found = client.get(f"/api/v1/accounts/{ACCOUNT}/curve").get_json()
    assert found["points"][-1]["day"] == "2026-06-17"
    assert [one["kind"] for one in found["events"]] == ["owner", "meeting", "rules"]


def test_the_api_tells_changes_page_by_page_of_what_the_caller_may_read(site: Site, client: FlaskClient) -> None:
    first = client.get("/api/v1/changes?limit=2&kind=account").get_json()
    second = client.get(f"/api/v1/changes?limit=2&kind=account&cursor={first['next']}").get_json()
    ids = [one["id"] for one in (*first["items"], *second["items"])]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 3
    assert second["next"] is None
    everything = {one["guid"] for one in client.get("/api/v1/changes").get_json()["items"]}
    assert everything == {ACCOUNT, made.FOREIGN.guid}
    assert {one["guid"] for one in site.as_("seller").get("/api/v1/changes").get_json()["items"]} == {ACCOUNT}
    assert client.get("/api/v1/changes?cursor=none-of-ours").status_code == 400
    own = client.get(f"/api/v1/accounts/{ACCOUNT}/changes").get_json()["items"]
    assert [(one["what"], one["cause"], one["activities"]) for one in own] == [
        ("trend", "silence", []),
        ("rating", "activity", ["email", "meeting"]),
        ("rating", "silence", []),
    ]


@pytest.mark.parametrize("path", ["accounts/{}/shares", "leads/{}/curve", "contacts/{}/changes", "fax/{}/curve"])
def test_what_is_no_such_record_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/api/v1/{path.format(guid('contact', 'none'))}").status_code == 404
