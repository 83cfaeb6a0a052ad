"""The pages of verbatims: who sees which, words marked, hostile texts harmless, files brought in."""

import io
import re
from datetime import date

import pytest
from web_builder import ACCOUNTS, Deal, guid, oid
from web_site import Site

from relationship.activities import RecordKind, RecordRef
from relationship.clock import number_of
from relationship.desk.hear import Said, hear
from relationship.store.verbatims.verbatims import Source

DAY = number_of(date(2026, 6, 16))
OURS = {"Sec-Fetch-Site": "same-origin"}
THREAT = "Si rien ne change, nous résilierons le contrat."
GLAD = "Une équipe formidable, très efficace, merci beaucoup pour tout !"
MARKUP = "<script>alert(1)</script> =1+1 \u202eC'est inadmissible"


@pytest.fixture
def office(small_site: Site) -> Site:
    small_site.fill([Deal("o1")])
    return small_site


def say(office: Site, *texts: str, account: str = ACCOUNTS[0]) -> list[int]:
    said = [Said(Source.SURVEY, DAY, text, account=account) for text in texts]
    return list(hear(office.app.extensions["house"], said, by="inga").ids)


def test_the_list_shows_texts_with_emotion_account_and_threat(office: Site) -> None:
    say(office, THREAT, GLAD)
    shown = office.as_().get("/verbatims").text
    assert "2 verbatims" in shown
    assert ACCOUNTS[0] in shown
    assert "Leaves unless something changes" in shown
    assert GLAD in shown


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ("emotion=joy", 1),
        ("threat=any", 1),
        ("threat=decided", 0),
        ("feeling=positive", 1),
        ("about=risk", 1),
        ("q=formidable", 1),
        ("q=nowhere", 0),
        ("days=30", 2),
        ("source=chat", 0),
        ("emotion=odd&about=odd&theme=dark&days=x&page=9.x", 2),
        (f"account={guid('account', 0)}", 2),
        (f"account={guid('account', 1)}", 0),
    ],
)
def test_the_list_is_narrowed(office: Site, arguments: str, count: int) -> None:
    say(office, THREAT, GLAD)
    shown = office.as_().get(f"/verbatims?{arguments}").text
    assert len(re.findall(r'href="/verbatims/\d+"', shown)) == count


def test_only_texts_of_accounts_that_the_crm_opens_are_shown(office: Site) -> None:
    mine, other = say(office, GLAD), say(office, THREAT, account=ACCOUNTS[1])
    assert office.crm is not None
    office.crm.grant(oid(0), [RecordRef(RecordKind.ACCOUNT, guid("account", 0))])
    seller = office.as_("seller")
    shown = seller.get("/verbatims").text
    assert (GLAD in shown, THREAT in shown) == (True, False)
    assert [seller.get(f"/verbatims/{number}").status_code for number in (*mine, *other, 999)] == [200, 404, 404]


def test_texts_of_nobody_known_are_for_those_who_import(office: Site) -> None:
    (number,) = say(office, GLAD, account="")
    assert office.as_("customer_success").get(f"/verbatims/{number}").status_code == 200
    assert office.as_("seller").get(f"/verbatims/{number}").status_code == 404
    assert GLAD not in office.as_("sales_manager").get("/verbatims").text


def test_the_words_that_say_something_are_marked(office: Site) -> None:
    (number,) = say(office, THREAT)
    shown = office.as_().get(f"/verbatims/{number}").text
    assert re.search(r'<mark class="said said-threat said-threat-conditional"[^>]*>nous ', shown)
    assert "Read the text, then call the customer." in shown


def test_markup_and_signs_of_direction_are_harmless(office: Site) -> None:
    (number,) = say(office, MARKUP)
    for page in (f"/verbatims/{number}", "/verbatims"):
        shown = office.as_().get(page).text
        assert "<script>alert" not in shown
        assert "\u202e" not in shown
        assert "&lt;script&gt;" in shown


def test_the_best_ones_are_those_that_delight(office: Site) -> None:
    say(office, THREAT, GLAD)
    shown = office.as_().get("/verbatims/best").text
    assert (GLAD in shown, THREAT in shown) == (True, False)


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


FILE = (
    "Date;Client;Commentaire;NPS;Agence;Secret\n"
    "2026-06-10;{0};{1};2;Lyon;x\n2026-06-11;{0};;9;Lyon;x\n2026-13-40;{0};Bien;9;;\n"
)


def test_a_survey_is_brought_in_by_the_roles_of_its_columns(office: Site) -> None:
    client = office.as_("customer_success")
    body = FILE.format(ACCOUNTS[0], THREAT).encode()
    sent = {"csrf_token": _token(client.get("/verbatims/import").text), "file": (io.BytesIO(body), "survey.csv")}
    asked = client.post("/verbatims/import", data=sent, headers=OURS).text
    key = re.search(r'action="/verbatims/import/([0-9a-f-]{36})"', asked)
    assert key is not None
    roles = re.findall(r'<option value="([a-z_]+)" selected>', asked)
    assert roles[:6] == ["date", "customer_id", "text", "recommendation", "blank", "blank"]
    chosen = {f"role-{place}": role for place, role in enumerate(roles[:6])} | {"role-4": "filter"}
    refused = client.post(
        f"/verbatims/import/{key[1]}", data={**chosen, "role-0": "blank", "csrf_token": _token(asked)}, headers=OURS
    )
    assert (refused.status_code, "No column is the date." in refused.text) == (422, True)
    taken = client.post(f"/verbatims/import/{key[1]}", data={**chosen, "csrf_token": _token(asked)}, headers=OURS).text
    assert "This is not a date." in taken
    with office.store.reading() as conn:
        rows = conn.exec_driver_sql("SELECT text, recommendation, filters, information FROM verbatim").all()
        scores = conn.exec_driver_sql("SELECT kind, score FROM satisfaction").all()
        waiting = conn.exec_driver_sql("SELECT COUNT(*) FROM verbatim_file").scalar_one()
    assert [tuple(row) for row in rows] == [(THREAT, 2.0, '{"Agence":"Lyon"}', "{}")]
    assert ([tuple(row) for row in scores], waiting) == ([("nps", 2.0)], 0)
    sent = {"csrf_token": _token(client.get("/verbatims/import").text), "file": (io.BytesIO(body), "next.csv")}
    again = client.post("/verbatims/import", data=sent, headers=OURS).text
    assert re.findall(r'<option value="([a-z_]+)" selected>', again)[4] == "filter"


def test_who_may_not_import_brings_nothing_in(office: Site) -> None:
    assert office.as_("seller").get("/verbatims/import").status_code == 403
