"""The pages of verbatims: who sees which, words marked, hostile texts harmless, files brought in."""

import io
import re
import threading
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from web_builder import ACCOUNTS, Deal, guid, oid
from web_site import Site

from relationship.activities import RecordKind, RecordRef
from relationship.clock import number_of
from relationship.desk.hear import Said, hear
from relationship.desk.understand_anew import understand_anew, waiting
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


def test_a_speaker_is_linked_by_hand_and_an_analysis_corrected_and_both_taken_back(office: Site) -> None:
    house, client = office.app.extensions["house"], office.as_("customer_success")

    def said(line: str) -> Said:
        return Said(Source.SURVEY, DAY, THREAT, line_id=line, address="who@nowhere.example", recommendation=1.0)

    (number,) = hear(house, [said("1")], by="inga").ids
    page = f"/verbatims/{number}"
    assert THREAT in client.get("/verbatims?speaker=unknown").text
    found = client.get(f"{page}?find={ACCOUNTS[0][:5]}").text
    token = _token(found)
    record = re.search(r'name="record" value="([^"]+)"', found)
    assert record is not None

    def post(act: str, **form: Any) -> None:
        sent = client.post(f"{page}/{act}", data={"csrf_token": token, **form}, headers=OURS)
        assert sent.status_code == 303

    post("link", record=record[1])
    hear(house, [said("2")], by="inga")
    known = "SELECT COUNT(*) FROM verbatim WHERE account_id IS NOT NULL"
    scores = "SELECT COUNT(*) FROM satisfaction"
    assert (_rows(office, known), _rows(office, scores)) == ([(2,)], [(2,)])
    post("unlink")
    assert (_rows(office, known), _rows(office, scores)) == ([(0,)], [(0,)])
    post("correct", emotion="calm", threat="none", themes=["price", ""])
    told = f"SELECT emotion, threat, threat_level, feeling FROM verbatim WHERE id = {number}"
    themes = f"SELECT word FROM verbatim_mark WHERE sort = 'theme' AND verbatim_id = {number}"
    assert (_rows(office, told), _rows(office, themes)) == ([("calm", "", 0, "neutral")], [("price",)])
    shown = client.get(page).text
    assert "Leaves unless something changes" in shown.split("Computed:")[1]
    with office.store.transaction() as conn:
        conn.exec_driver_sql("UPDATE verbatim SET analysed_with = 'earlier'")
        before = conn.exec_driver_sql("SELECT MAX(arrival) FROM verbatim").scalar_one()
    assert (waiting(house), understand_anew(house), waiting(house)) == (2, 2, 0)
    assert _rows(office, told) == [("calm", "", 0, "neutral")]
    assert _rows(office, "SELECT MAX(arrival) FROM verbatim") == [(before,)]
    post("undo")
    assert _rows(office, told)[0][1:3] == ("conditional", 2)
    hear(house, [replace(said("1"), text="Merci, tout va bien !")], by="inga")
    assert _rows(office, told)[0][:2] == ("joy", "")
    acts = "SELECT result FROM audit_entry WHERE action = 'verbatim' ORDER BY number"
    assert [one for (one,) in _rows(office, acts)] == ["linked", "unlinked", "corrected", "taken_back"]


def test_the_list_is_narrowed_by_what_files_told_and_leaves_as_a_file_without_formulas(office: Site) -> None:
    rows = [
        Said(Source.SURVEY, DAY, GLAD, account=ACCOUNTS[0], recommendation=0.0, filters={"Agence": "=cmd"}),
        Said(Source.SURVEY, DAY, THREAT, account=ACCOUNTS[0], satisfaction=90.0, filters={"Agence": "Lyon"}),
        Said(Source.SURVEY, DAY, "=1+1", account=ACCOUNTS[0], satisfaction=50.0),
    ]
    hear(office.app.extensions["house"], rows, by="inga")
    client = office.as_()
    for arguments, texts in (
        ("filter=Agence%3DLyon", [THREAT]),
        ("filter=Agence%3D%3Dcmd&recommendation=detractor", [GLAD]),
        ("satisfaction=high", [THREAT]),
        ("checked=contradiction", [GLAD, THREAT]),
        ("checked=corrected", []),
        ("satisfaction=middle", ["=1+1"]),
    ):
        shown = client.get(f"/verbatims?{arguments}").text
        assert [text for text in (GLAD, THREAT, "=1+1") if f">{text}</a>" in shown] == texts, arguments
    file = client.get("/verbatims/export.csv?satisfaction=middle")
    lines = file.text.removeprefix("\ufeff").splitlines()
    assert (file.mimetype, len(lines)) == ("text/csv", 2)
    assert lines[1].startswith("'=1+1,2026-06-16,")
    assert client.get("/verbatims/export.xlsx").data[:2] == b"PK"


def test_development_is_told_from_five_texts_on_and_against_the_period_before(office: Site) -> None:
    house = office.app.extensions["house"]
    said = [Said(Source.SURVEY, DAY - 10, f"{GLAD} {n}", account=ACCOUNTS[0]) for n in range(4)]
    hear(house, said, by="inga")
    client = office.as_()
    assert 'id="development"' not in client.get("/verbatims?days=30").text
    older = [Said(Source.SURVEY, DAY - 40, f"{THREAT} {n}", account=ACCOUNTS[0]) for n in range(5)]
    hear(house, [*older, Said(Source.SURVEY, DAY, "Merci beaucoup !", account=ACCOUNTS[0])], by="inga")
    shown = client.get("/verbatims?days=30&unit=f").text
    assert "against the period before" in shown
    assert re.search(r"</strong> 1?\d\d\u00a0°F", shown)
    assert re.search(r"</strong> 1?\d\d\u00a0°F", client.get("/verbatims?days=30").text)
    assert re.search(r"</strong> [34]\d\u00a0°C", client.get("/verbatims?days=30&unit=c").text)


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


FILE = (
    "Date d'envoi;Client;Commentaire;NPS;Note;Agence;Secret\n"
    "12/06/2026;{0};{1};2;1;Lyon;x\n13/06/2026;{0};;9;5;Lyon;x\n32/06/2026;{0};Bien;9;4;;\n"
    "05/01/2026;nobody;{2};9;5;Nice;x\n"
)


def _finish() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("import-"):
            thread.join()


def test_a_survey_is_looked_at_corrected_and_taken_over_once(office: Site) -> None:
    client = office.as_("customer_success")
    body = FILE.format(ACCOUNTS[0], THREAT, GLAD).encode("windows-1252")
    token = _token(client.get("/verbatims/import").text)

    def send() -> str:
        sent = {"csrf_token": token, "file": (io.BytesIO(body), "enquête.csv")}
        return client.post("/verbatims/import", data=sent, headers=OURS).location

    def post(address: str, **form: str) -> Any:
        answer = client.post(address, data={**form, "csrf_token": token}, headers=OURS)
        _finish()
        return answer

    columns = send()
    asked = client.get(columns).text
    chosen = re.findall(r'<option value="([a-z0-9_-]+)" selected>', asked)
    roles = ["date", "customer_id", "text", "recommendation", "satisfaction", "filter", "blank"]
    assert chosen[:10] == [*roles, "survey", "1-5", "dmy"]
    assert "12/06/2026 is 12 June 2026" in asked
    for change, said in (({"role-0": "blank"}, "No column is the date."), ({"scale": "1-4"}, "go from 1 to 5")):
        refused = post(columns, **change)
        assert (refused.status_code, said in refused.text) == (422, True)
    run = post(columns, **{"role-1": "account"}).location
    look = client.get(run).text
    assert re.findall(r'import-count">(\d+)<', look) == ["4", "2", "0", "0", "1", "1", "1"]
    assert "This is not a date." in look
    assert "1 text is older than 30 days." in look
    assert "x" not in client.get(f"{run}/rejected.csv").text.splitlines()[1].split(";")
    assert post(f"{columns}/again").location == columns
    run = post(columns).location
    assert _rows(office, "SELECT COUNT(*) FROM verbatim") == [(0,)]
    post(f"{run}/confirm", alerts="recent")
    told = (
        "SELECT text, recommendation, satisfaction, filters, account_id IS NULL, overlooked FROM verbatim ORDER BY day"
    )
    assert _rows(office, told) == [
        (GLAD, 9.0, 100.0, '{"Agence":"Nice"}', 1, 1),
        (THREAT, 2.0, 0.0, '{"Agence":"Lyon"}', 0, 0),
    ]
    assert _rows(office, "SELECT kind, score FROM satisfaction ORDER BY kind") == [("nps", 2.0), ("percent", 0.0)]
    columns = send()
    assert "As you said for the last file with these columns." in client.get(columns).text
    again = client.get(post(columns).location).text
    assert re.findall(r'import-count">(\d+)<', again)[1:4] == ["0", "0", "2"]
    assert "Nothing would change" in again
    earlier = client.get("/verbatims/import").text
    assert "enquête.csv" in earlier
    assert 'data-label="Rejected"' in earlier  # On a phone the heads are not shown.


def _rows(office: Site, query: str) -> list[tuple[Any, ...]]:
    with office.store.reading() as conn:
        return [tuple(row) for row in conn.exec_driver_sql(query)]


def test_who_may_not_import_brings_nothing_in(office: Site) -> None:
    assert office.as_("seller").get("/verbatims/import").status_code == 403
