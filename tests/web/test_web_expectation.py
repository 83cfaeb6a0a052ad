"""The expected frequency on the page of an opportunity: which rule decides, in what order, and that all follows it."""

import json
import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from web_builder import NOW, Deal, weekly
from web_site import Site

from relationship.desk.change_rules import change_rules
from relationship.desk.rate import rate_all
from relationship.house import House
from relationship.store import rules as stored
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from settings.rules import HealthSection, Rules

DEAL = Deal("Suivie", contacts=weekly(weeks=20), created_ago=200)
OTHER = Deal("Une autre", contacts=weekly(weeks=20), created_ago=200)
TEAM = "1c0f2d3e-0000-4000-8000-00000000000a"
LEVELS = {
    "records": {f"opportunity:{DEAL.guid}": 2},
    "segments": {"PME": 4},
    "teams": {TEAM: 5},
}


@pytest.fixture
def site(site: Site) -> Site:
    site.fill((DEAL, OTHER))
    place(site, segment="PME", team_guid=TEAM, team_name="Ventes <Sud>")
    return site


def place(site: Site, **columns: Any) -> None:
    record = tables.table(Record)
    with site.store.transaction() as conn:
        conn.execute(sa.update(record).where(record.c.guid == DEAL.guid).values(**columns))


def house(site: Site) -> House:
    found: House = site.app.extensions["house"]
    return found


def rule(site: Site, *levels: str, frequency: int = 3) -> None:
    section = HealthSection.model_validate(
        {"frequency": frequency, "overrides": {level: LEVELS[level] for level in levels}}
    )
    with site.store.reading() as conn:
        version, _present = stored.current(conn)
    rate_all(house(site))
    change_rules(house(site), Rules(health=section), expected_version=version, by="x", by_name="Inès", note="")
    rate_all(house(site))


def page(site: Site, deal: Deal = DEAL, *, lang: str = "en", role: str = "sales_manager") -> str:
    answer = site.as_(role).get(f"/opportunities/{deal.guid}?lang={lang}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text))).strip()


def order(text: str) -> list[tuple[str, bool]]:
    """Every level with whether it applies."""
    block = re.search(r'class="twin precedence">(.*?)</details>', text)
    assert block
    return [(plain(line), "decides" in mark) for mark, line in re.findall(r"<li([^>]*)>(.*?)</li>", block[1])]


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        (("records", "segments", "teams"), "Every few days – rule of this opportunity"),
        (("segments", "teams"), "Once every two weeks – rule of the segment “PME”"),
        (("teams",), "Once a month – rule of the team “Ventes <Sud>”"),
        ((), "Once a day – rule for everybody"),
    ],
)
def test_the_frequency_is_told_with_the_rule_that_decides(site: Site, levels: tuple[str, ...], told: str):
    rule(site, *levels, frequency=1)
    assert f"Expected frequency of communication {told}" in plain(page(site))


def test_the_order_shows_every_level_with_what_it_says(site: Site):
    rule(site, "segments", "teams")
    assert order(page(site)) == [
        ("This opportunity not set", False),
        ("Segment “PME” Once every two weeks applies", True),
        ("Team “Ventes <Sud>” Once a month", False),
        ("Everybody Once a week", False),
    ]


def test_an_opportunity_without_segment_and_team_says_so(site: Site):
    place(site, segment="", team_guid=None, team_name="")
    rule(site, "segments", "teams")
    assert [line for line, _ in order(page(site))] == [
        "This opportunity not set",
        "Account without a segment not set",
        "Without a team not set",
        "Everybody Once a week applies",
    ]


def test_a_team_without_a_name_is_no_empty_quotation(site: Site):
    place(site, team_name="")
    rule(site, "teams")
    assert ("Team “without a name” Once a month applies", True) in order(page(site))


def test_in_french_the_rule_reads_as_a_french_salesperson_says_it(site: Site):
    rule(site, "segments")
    text = plain(page(site, lang="fr"))
    assert "Fréquence de communication attendue Une fois toutes les deux semaines – règle du segment « PME »" in text


def test_sentences_and_numbers_of_the_score_follow_the_rule_of_this_opportunity(site: Site):
    rule(site, "segments")
    own, others = plain(page(site)), plain(page(site, OTHER))
    assert "the expected rhythm of once every two weeks" in own
    assert "Expected days between two contacts (E) 14 " in own
    assert "the expected rhythm of once a week" in others
    assert "Expected days between two contacts (E) 7 " in others


@pytest.mark.parametrize("levels", [(), ("teams",), ("segments", "teams"), ("records", "segments", "teams")])
def test_the_page_explains_exactly_the_score_that_is_kept(site: Site, levels: tuple[str, ...]):
    """Curve, terms and total are computed by the page; the rating in bulk."""
    rule(site, *levels)
    text = page(site)
    kept = re.search(r'verdict-score">(\d+)<', text)
    total = re.search(r'class="sum total">.*?<strong>(\d+)</strong>', text)
    curve = re.search(r'id="curve-data"[^>]*>(.*?)</script>', text)
    assert kept
    assert total
    assert curve
    assert kept[1] == total[1] == str(json.loads(unescape(curve[1]))["points"][-1]["y"])


def test_the_same_contacts_stand_higher_where_less_is_expected(site: Site):
    rule(site, "teams")
    scores = [int(re.search(r'verdict-score">(\d+)<', page(site, deal))[1]) for deal in (DEAL, OTHER)]
    assert scores[0] > scores[1]


def test_the_rules_in_force_are_told_in_words_to_a_seller(site: Site):
    rule(site, "segments")
    text = plain(page(site, role="seller"))
    told = re.search(r"The rules that this score follows (.*?) How the score comes about", text)
    assert told
    assert told[1].startswith("Version 1, in force since ")
    assert str(NOW.year) in told[1]
    assert "Weight of e-mails, from 3 to 9 6" in told[1]
    assert "Contact is expected once every two weeks" in told[1]
    assert "Good 60 to 100 Fair 40 to 59 Poor 0 to 39" in told[1]


def test_rules_that_nobody_changed_are_those_of_the_beginning(site: Site):
    rate_all(house(site))
    assert "The rules of the beginning: nobody has changed them yet." in plain(page(site))


def test_the_rules_lead_to_the_page_of_all_rules(site: Site):
    assert site.as_("seller").get("/settings/rules?lang=en").status_code == 200
    rate_all(house(site))
    assert 'href="/settings/rules"' in page(site)
