"""Looking for somebody, and the answer: whom to ask, how, and why."""

import re
from html import unescape
from uuid import uuid4

import knows_builder as world
import pytest
from knows_builder import AURELIE, BASTIEN, CAMILLE, CHLOE, DAMIEN, FABRICE, HUGO, MATHIS
from web_builder import NOW
from web_site import Site, without_form_token
from werkzeug.test import TestResponse

from relationship.activities import RecordKind, RecordRef
from relationship.desk.change_rules import change_rules
from relationship.graph.ties import TieWord
from relationship.house import House
from relationship.introductions import Via
from relationship.store import rules
from relationship.store.knows import introductions
from relationship.store.privacy import audit


def text_of(answer: TestResponse) -> str:
    """What a page says, without its markup."""
    body = re.sub(r"<(script|head)\b.*?</\1>", "", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def names_found(answer: TestResponse) -> list[str]:
    return re.findall(r'class="row-link"[^>]*>([^<]+)<', answer.text)


def asked_first(answer: TestResponse) -> list[str]:
    return re.findall(r'<p class="way-name"><strong>([^<]+)<', answer.text)


def test_a_search_finds_names_and_accounts_that_the_seller_may_read(knows_site: Site) -> None:
    seller = knows_site.as_("seller")
    assert names_found(seller.get("/who-knows-whom?q=aurélie")) == ["Aurélie Fontaine"]
    assert names_found(seller.get("/who-knows-whom?q=brévent"))[:2] == ["Ateliers Brévent", "Aurélie Fontaine"]
    assert names_found(seller.get("/who-knows-whom?q=fontaine+aurélie")) == ["Aurélie Fontaine"]


def test_a_search_keeps_to_what_the_seller_may_read(knows_site: Site) -> None:
    assert names_found(knows_site.as_("seller").get("/who-knows-whom?q=fabrice")) == []
    assert names_found(knows_site.as_("seller", HUGO).get("/who-knows-whom?q=fabrice")) == ["Fabrice Tessier"]
    assert names_found(knows_site.as_("sales_manager").get("/who-knows-whom?q=fabrice")) == ["Fabrice Tessier"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "' OR 1=1 --", "zzz"])
def test_signs_of_sql_find_nothing(knows_site: Site, text: str) -> None:
    answer = knows_site.as_("seller").get("/who-knows-whom", query_string={"q": text})
    assert answer.status_code == 200
    assert names_found(answer) == []


def test_whoever_was_looked_at_last_stands_on_the_empty_search(quick_site: Site) -> None:
    seller = quick_site.as_("seller")
    assert names_found(seller.get("/who-knows-whom")) == []
    for person in (AURELIE, DAMIEN, AURELIE):
        seller.get(world.page_of(person))
    assert names_found(seller.get("/who-knows-whom")) == ["Aurélie Fontaine", "Damien Aubry"]


def test_five_colleagues_are_listed_the_best_first_and_then_whom_else_to_try(knows_site: Site) -> None:
    answer = knows_site.as_("seller").get(world.page_of(AURELIE))
    # Hugo: closest to both; Inès is close to Aurélie and known to Camille; the others have less contact each.
    assert asked_first(answer) == ["Hugo Lefèvre", "Inès Benali", "Nadia Costes", "Mathis Garnier", "Sarah Nguyen"]
    told = text_of(answer)
    assert told.index("Whom else to try") < told.index("Olivier Brun") < told.index("Thomas Delmas")
    assert "Closest to Aurélie Fontaine of those listed here." in told
    assert "20 days of contact or more in 90 days · last contact in June 2026" in told


def test_the_list_is_ranked_for_whoever_asks(knows_site: Site) -> None:
    camille = asked_first(knows_site.as_("sales_manager", CAMILLE).get(world.page_of(AURELIE)))
    mathis = asked_first(knows_site.as_("sales_manager", MATHIS).get(world.page_of(AURELIE)))
    assert "Mathis Garnier" in camille
    assert "Mathis Garnier" not in mathis


def test_who_knows_the_contact_already_reads_so_first_and_exactly(knows_site: Site) -> None:
    told = text_of(knows_site.as_("seller").get(world.page_of(BASTIEN)))
    assert "You already know Bastien Morel Strong 12 days of contact in 90 days · last contact on 15 Jun 2026" in told
    assert told.index("You already know") < told.index("Ask one of these colleagues")


def test_a_path_over_two_says_whom_the_first_can_ask(knows_site: Site) -> None:
    told = text_of(knows_site.as_("seller").get(world.page_of(BASTIEN)))
    assert "Hugo Lefèvre does not know Bastien Morel, but can ask Inès Benali." in told


def test_nobody_is_said_with_the_account_as_next_step(knows_site: Site) -> None:
    answer = knows_site.as_("seller").get(world.page_of(DAMIEN))
    assert "No way to Damien Aubry is known" in text_of(answer)
    assert f"/who-knows-whom/account/{world.guid('account', 0)}" in answer.text


def test_an_account_tells_who_knows_somebody_there_person_by_person(knows_site: Site) -> None:
    told = text_of(knows_site.as_("seller").get(f"/who-knows-whom/account/{world.guid('account', 0)}"))
    there = told[told.index("Who here knows somebody there") :]
    people = ["Aurélie Fontaine", "Bastien Morel", "Chloé Perrin", "Élodie Marchal"]
    assert all(f"{name} through" in there for name in people)
    assert "Damien Aubry" not in there


@pytest.mark.parametrize("kind", ["contact", "lead", "account", "opportunity", "appointment", "colleague"])
def test_what_is_not_there_and_what_is_not_yours_answer_alike(quick_site: Site, kind: str) -> None:
    seller = quick_site.as_("seller")
    absent = seller.get(f"/who-knows-whom/{kind}/{world.guid(kind, 'nobody')}")
    foreign = seller.get(world.page_of(FABRICE))
    assert absent.status_code == foreign.status_code == 404
    assert without_form_token(absent.text) == without_form_token(foreign.text)


def test_every_look_is_written_down_with_the_record_and_no_name(quick_site: Site) -> None:
    seller = quick_site.as_("seller")
    seller.get(world.page_of(AURELIE))
    seller.get("/api/v1/who-knows-whom/contact/" + world.contact(BASTIEN))
    seller.get(world.page_of(FABRICE))
    quick_site.app.extensions["audit"].flush()
    with quick_site.store.reading() as conn:
        looks = [act for _, act in audit.entries(conn, limit=20) if act.action == "look"]
    assert [act.object for act in looks] == [f"contact:{world.contact(BASTIEN)}", f"contact:{world.contact(AURELIE)}"]
    assert {act.actor for act in looks} == {world.oid(CAMILLE)}


def test_while_switched_off_nothing_is_looked_up(quick_site: Site) -> None:
    house: House = quick_site.app.extensions["house"]
    with quick_site.store.reading() as conn:
        version, present = rules.current(conn)
    off = present.model_copy(update={"introductions": present.introductions.model_copy(update={"enabled": False})})
    change_rules(house, off, expected_version=version, by="admin", by_name="Admin", note="")
    seller = quick_site.as_("seller")
    assert "Who knows whom is switched off" in text_of(seller.get("/who-knows-whom?q=aur"))
    told = text_of(seller.get(world.page_of(AURELIE)))
    assert "Who knows whom is switched off" in told
    assert "Hugo" not in told
    for path in (f"/contact/{world.contact(AURELIE)}", "?query=a"):
        refused = seller.get(f"/api/v1/who-knows-whom{path}")
        assert (refused.status_code, refused.json["code"]) == (403, "introductions_off")


def test_a_colleague_with_three_open_requests_comes_last_and_says_so(quick_site: Site) -> None:
    with quick_site.store.transaction() as conn:
        for number in range(3):
            introductions.add(conn, request_to(HUGO, number))
    answer = quick_site.as_("seller").get(world.page_of(AURELIE))
    assert asked_first(answer)[0] == "Inès Benali"
    assert "Hugo Lefèvre" not in asked_first(answer)
    account = quick_site.as_("seller").get(world.page_of(CHLOE))
    assert "so this colleague is listed last" in text_of(account)


def request_to(colleague: int, number: int) -> introductions.NewIntroduction:
    """Somebody else's open request."""
    return introductions.NewIntroduction(
        key=str(uuid4()),
        request_key=str(uuid4()),
        seller_key=world.oid(MATHIS),
        colleague_key=world.oid(colleague),
        target=RecordRef(RecordKind.CONTACT, world.contact(number)),
        notify=False,
        via=Via.GRAPH,
        language="en",
        template_key="short",
        subject="s",
        body="b",
        word=TieWord.WEAK,
        hops=1,
        asked_at=NOW,
        remind_at=None,
        due_at=NOW,
    )


def test_a_drawing_has_a_table_that_says_the_same(knows_site: Site) -> None:
    answer = knows_site.as_("seller").get(world.page_of(AURELIE))
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td>([^<]+)</td><td>([^<]+)</td></tr>', answer.text)
    assert ("You", "Hugo Lefèvre", "Strong") in rows
    assert ("You", "Nadia Costes", "may ask") in rows
    assert ("Hugo Lefèvre", "Aurélie Fontaine", "Strong") in rows
    assert len(rows) == 10
