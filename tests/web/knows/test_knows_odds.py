"""How often requests succeed: learnt from fifty outcomes on, shown to admins and beside each way, never of a person."""

import re

import knows_builder as world
from knows_builder import CHLOE, ELODIE
from web_site import Site

from relationship.graph.ties import TieWord
from relationship.introductions import State


def table(site: Site) -> list[str]:
    """The shares of the admin's table, row by row: one colleague, two colleagues; [] while there is none."""
    page = site.as_("sales_admin").get("/introductions/results?lang=en").text
    odds = page.split('id="odds-title"')[1]
    return re.findall(r'<td class="col-number">(\d+\u00a0?%)', odds)


def said(site: Site, person: int, role: str = "seller") -> list[str]:
    page = site.as_(role).get(f"{world.page_of(person)}?lang=en").text
    return re.findall(r'<p class="small muted way-odds">[^<]*?, (\d+)\u00a0?% led to an introduction', page)


def odds_of(site: Site, person: int) -> list[object]:
    found = site.as_("seller").get(f"/api/v1/who-knows-whom/contact/{world.contact(person)}").json
    return [way["odds"] for way in found["ways"] if way["odds"] is not None]


def test_before_fifty_outcomes_there_are_no_odds_anywhere(quick_site: Site) -> None:
    world.add_outcomes(quick_site.store, State.INTRODUCED, 30, word=TieWord.STRONG)
    world.add_outcomes(quick_site.store, State.LAPSED, 19, word=TieWord.WEAK)
    assert (table(quick_site), said(quick_site, ELODIE), odds_of(quick_site, ELODIE)) == ([], [], [])


def test_the_odds_shown_and_used_follow_the_outcomes(quick_site: Site) -> None:
    """Élodie is known to Sarah alone, strongly: the first way asks Sarah, the others reach her over a colleague."""
    world.add_outcomes(quick_site.store, State.INTRODUCED, 40, word=TieWord.STRONG)
    world.add_outcomes(quick_site.store, State.DECLINED, 20, word=TieWord.STRONG)
    # (40 + 10 · 2/3) / 70 = 66.7 %; without outcomes of its own every other cell has the average, as well 2/3.
    assert table(quick_site) == ["67%"] * 6
    assert set(said(quick_site, ELODIE)) == {"67"}
    world.add_outcomes(quick_site.store, State.LAPSED, 60, word=TieWord.WEAK, hops=2)
    # average 1/3: strong (40 + 3.33) / 70 = 61.9 %; weak over two (0 + 3.33) / 70 = 4.8 %; the others 33 %.
    assert table(quick_site) == ["62%", "33%", "33%", "33%", "33%", "5%"]
    assert said(quick_site, ELODIE)[:2] == ["62", "33"]
    assert odds_of(quick_site, ELODIE)[0] == {"chance": 0.62, "low": 0.5, "high": 0.72}


def test_ways_over_one_and_over_two_colleagues_have_their_own_odds(quick_site: Site) -> None:
    world.add_outcomes(quick_site.store, State.INTRODUCED, 60, word=TieWord.STRONG)
    world.add_outcomes(quick_site.store, State.LAPSED, 60, word=TieWord.STRONG, hops=2)
    ways = quick_site.as_("seller").get(f"/api/v1/who-knows-whom/contact/{world.contact(CHLOE)}").json["ways"]
    by_length = {len(way["colleagues"]): way["odds"]["chance"] for way in ways}
    assert by_length == {1: 0.93, 2: 0.07}


def test_outcomes_of_few_people_change_nothing_that_anybody_sees(quick_site: Site) -> None:
    world.add_outcomes(quick_site.store, State.DECLINED, 80, word=TieWord.STRONG, people=4)
    assert (table(quick_site), said(quick_site, ELODIE), odds_of(quick_site, ELODIE)) == ([], [], [])
    assert b"colleague-" not in quick_site.as_("sales_admin").get("/introductions/results").data
