"""Moods on record pages and in the list, segments by sensitivity, best verbatims that are published, lost customers."""

import re
from datetime import date

import pytest
from test_web_verbatims import OURS, _token
from web_builder import ACCOUNTS, Deal, guid, oid
from web_site import Site

from relationship.activities import RecordKind, RecordRef
from relationship.clock import number_of
from relationship.desk.erase import erase
from relationship.desk.hear import Said, hear
from relationship.desk.keep_moods import keep_moods
from relationship.store.verbatims.verbatims import Source

DAY = number_of(date(2026, 6, 16))
GLAD = "Une équipe formidable, très efficace, merci beaucoup pour tout !"
FURIOUS = "C’est inadmissible, nous sommes furieux."
DEAR = "Les prix sont hors de prix, c’est inacceptable ! Vos tarifs sont scandaleux, nous partirons chez un concurrent."
MILD = "Les tarifs sont un peu élevés, une remise serait la bienvenue."


@pytest.fixture
def office(small_site: Site) -> Site:
    small_site.fill([Deal("o1")])
    return small_site


def say(office: Site, text: str, *, ago: int = 0, account: str = ACCOUNTS[0], **more: object) -> int:
    one = Said(Source.SURVEY, DAY - ago, text, account=account, **more)
    return hear(office.app.extensions["house"], [one], by="inga").ids[0]


def test_the_mood_stands_on_the_pages_of_an_account_and_in_the_list(office: Site) -> None:
    for ago, text in ((40, GLAD), *((ago, FURIOUS) for ago in range(10))):
        say(office, f"{text} {ago}", ago=ago)
    say(office, GLAD, account=ACCOUNTS[1])
    manager = office.as_()
    card = manager.get(f"/accounts/{guid('account', 0)}").text.partition('class="card mood"')[2]
    for words in ("Bad mood", "Anger", "Colder than before (", "From the last 10 verbatims", "16 Jun 2026"):
        assert words in card
    assert "Nothing earlier to compare with" in manager.get(f"/accounts/{guid('account', 1)}").text
    assert "The customer said nothing within a year." in manager.get(f"/accounts/{guid('account', 2)}").text
    told = manager.get(f"/api/v1/accounts/{guid('account', 0)}/mood").json
    assert told is not None
    assert (told["level"], told["emotion"], told["verbatims"], told["trend"]) == ("cold", "anger", 10, "colder")
    house = office.app.extensions["house"]
    assert (keep_moods(house), keep_moods(house)) == (True, False)
    names = {
        mood: set(ACCOUNTS[:3]) & set(re.findall(r'class="row-link"[^>]*>([^<]+)<', _list(office, mood)))
        for mood in ("warm", "cold", "calm", "none")
    }
    assert names == {"warm": {ACCOUNTS[1]}, "cold": {ACCOUNTS[0]}, "calm": set(), "none": {ACCOUNTS[2]}}
    rows = manager.get("/accounts?sort=-mood&columns=mood").text
    assert rows.index(ACCOUNTS[1]) < rows.index(ACCOUNTS[0]) < rows.index(ACCOUNTS[2])


def _list(office: Site, mood: str) -> str:
    return str(office.as_().get(f"/accounts?mood={mood}&columns=mood").text)


def test_a_mood_of_an_account_that_may_not_be_read_is_not_shown_with_its_opportunity(office: Site) -> None:
    say(office, FURIOUS, account=ACCOUNTS[0])
    assert office.crm is not None
    deal = RecordRef(RecordKind.OPPORTUNITY, Deal("o1").guid)
    office.crm.grant(oid(0), [deal, RecordRef(RecordKind.ACCOUNT, guid("account", 0))])
    office.crm.grant(oid(1), [deal])
    shown = [office.as_("seller", seller=one).get(f"/opportunities/{deal.guid}").text for one in (0, 1)]
    assert ["Bad mood" in page for page in shown] == [True, False]


def test_accounts_that_share_a_sensitivity_are_a_live_list_and_go_onto_a_list_of_addresses(office: Site) -> None:
    strong = say(office, DEAR, address="erased@ateliers.example")
    say(office, DEAR, ago=1, address="lea@ateliers.example")
    say(office, MILD, account=ACCOUNTS[1], address="max@orvane.example")
    erase(office.app.extensions["house"], "erased@ateliers.example", by="inga")
    admin = office.as_("sales_admin")
    assert re.search(r"Price</a>.*?1 strongly</a>.*?2 accounts", admin.get("/verbatims/sensitivities").text)
    page = admin.get("/verbatims/sensitivities/sensitivity/price").text
    assert page.index(ACCOUNTS[0]) < page.index(ACCOUNTS[1])
    assert f"/verbatims/{strong}" not in page
    only = admin.get("/verbatims/sensitivities/sensitivity/price?degree=3").text
    assert (ACCOUNTS[0] in only, ACCOUNTS[1] in only) == (True, False)
    lines = admin.get("/verbatims/sensitivities/sensitivity/price.csv?degree=3").text.splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [[ACCOUNTS[0], "Strong", "1"]]
    form = {"csrf_token": _token(page), "degree": "1", "days": "365", "name": "Price campaign"}
    done = admin.post("/verbatims/sensitivities/sensitivity/price/list", data=form, headers=OURS)
    on_it = admin.get(done.location).text
    assert "lea@ateliers.example" in on_it
    assert "max@orvane.example" in on_it
    assert "erased@ateliers.example" not in on_it
    again = admin.post("/verbatims/sensitivities/sensitivity/price/list", data=form, headers=OURS)
    assert "There is a list of this name already." in admin.get(again.location).text


def test_best_verbatims_are_published_by_a_person_and_read_by_everybody(office: Site) -> None:
    number = say(office, GLAD)
    for place in range(40):
        say(office, "Merci, un service vraiment formidable et efficace.", line_id=f"same{place}", ago=place)
    say(office, "Bravo, encore une panne, quel professionnalisme formidable !", recommendation=0.0)
    writer = office.as_("customer_success")
    best = writer.get("/verbatims/best").text
    quotes = re.findall(r"<blockquote[^>]*>([^<]+)<", best)
    assert len(quotes) == 2
    assert "panne" not in best
    words = re.search(rf'/verbatims/{number}/publish.*?name="words" value="(\w+)"', best, re.DOTALL)
    assert words is not None
    form = {"csrf_token": _token(best), "words": words[1], "customer": "hidden"}
    assert office.as_("seller").post(f"/verbatims/{number}/publish", data=form, headers=OURS).status_code in (400, 403)
    writer.post(f"/verbatims/{number}/publish", data={**form, "words": "other"}, headers=OURS)
    assert "Not published." in writer.get("/verbatims/best").text
    writer.post(f"/verbatims/{number}/publish", data=form, headers=OURS)
    assert "Published." in writer.get("/verbatims/best").text
    seller = office.as_("seller", seller=3)
    shown = seller.get("/verbatims/published").text
    assert (GLAD in shown, ACCOUNTS[0] in shown) == (True, False)
    writer.post(f"/verbatims/{number}/publish", data={**form, "customer": "shown"}, headers=OURS)
    assert ACCOUNTS[0] in seller.get("/verbatims/published").text
    assert ACCOUNTS[0] in seller.get("/verbatims/published.csv").text
    with office.store.reading() as conn:
        noted = conn.exec_driver_sql("SELECT result FROM audit_entry WHERE action = 'publication' ORDER BY number")
        assert [row[0] for row in noted] == ["without_customer", "with_customer"]
    writer.post(f"/verbatims/{number}/withdraw", data=form, headers=OURS)
    assert GLAD not in seller.get("/verbatims/published").text
    writer.post(f"/verbatims/{number}/publish", data=form, headers=OURS)
    with office.store.transaction() as conn:
        conn.exec_driver_sql(f"DELETE FROM verbatim WHERE id = {number}")
    assert "Nothing is published yet" in seller.get("/verbatims/published").text


def test_the_profile_of_lost_customers_says_when_there_are_too_few(office: Site) -> None:
    say(office, FURIOUS)
    assert office.as_("seller").get("/verbatims/lost-customers").status_code == 403
    admin = office.as_("sales_admin")
    page = admin.get("/verbatims/lost-customers").text
    assert "Nothing learnt yet" in page
    admin.post("/verbatims/lost-customers", data={"csrf_token": _token(page)}, headers=OURS)
    assert "Verbatims of 0 lost and 1 kept customers are too few" in admin.get("/verbatims/lost-customers").text
