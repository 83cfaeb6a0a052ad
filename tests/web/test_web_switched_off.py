"""While relationship health is switched off, neither the list nor a page shows a rating."""

from web_builder import Deal, weekly
from web_site import Site

from relationship.store.ratings import ratings


def test_a_switched_off_opportunity_shows_no_score_no_curve_and_says_why(small_site: Site) -> None:
    deal = Deal("Bien suivie", contacts=weekly(weeks=60), created_ago=500)
    small_site.fill((deal,))
    address = f"/opportunities/{deal.guid}?lang=en"
    before = small_site.as_().get(address).text
    assert "verdict-score" in before
    with small_site.store.transaction() as conn:
        assert ratings.switch_off(conn, stamp=1, version=1) == 1
    page, listed = small_site.as_().get(address).text, small_site.as_().get("/opportunities?lang=en").text
    assert "Relationship health is switched off." in page
    assert "verdict-score" not in page
    assert before.count("/weeks/") > page.count("/weeks/") == 0
    assert "Switched off" in listed
