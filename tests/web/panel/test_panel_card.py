"""What stands in a frame: the card, and what stands there instead of it. The query chooses, and proves nothing."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from panel_door import BASE, CRM, FRAMED, OURS
from web_builder import Deal, weekly
from web_site import Site, session_of, site_over

from relationship.activities import RecordKind
from relationship.health.rules import Band
from relationship.health.trend import CurvePoint
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store
from web.panel.hints import Hints, hints, language, theme
from web.panel.sparkline import HEIGHT, WIDTH, sparkline

LIVELY = Deal("Renouvellement", contacts=weekly(weeks=29), planned_in=5)
MUTE = Deal("Sans contact")
OTHERS = Deal("Contrat d'une autre", owner=1)
DEGRADED = Deal("Boîte en panne", contacts=weekly(weeks=10), degraded=True)
KEY = "b2232821-a775-df11-8dd1-00155dba3809"
UNKNOWN = "00000000-0000-4000-8000-000000000009"


@pytest.fixture(scope="module")
def panel_site(module_store: Store) -> Site:
    site = site_over(module_store, base_url=BASE, crm_origins=CRM)
    site.fill([LIVELY, MUTE, OTHERS, DEGRADED])
    return site


class Form:
    """Loads the panel as a form of the CRM does, as somebody."""

    def __init__(self, site: Site, role: str | None, seller: int = 0) -> None:
        self._client = site.app.test_client()
        if role is not None:
            with self._client.session_transaction("/panel/", base_url=BASE) as session:
                session.update(session_of(role, seller))

    def __call__(self, kind: str, guid: str, query: str = "userlcid=1033", **headers: str) -> Any:
        path = (
            f"/panel/{kind}?typename={kind.split('/')[0]}&id={quote('{' + guid.upper() + '}') if guid else ''}&{query}"
        )
        return self.get(path, **headers)

    def get(self, path: str, **headers: str) -> Any:
        return self._client.get(path, base_url=BASE, headers={**FRAMED, **headers})


def _without_token(text: str) -> str:
    return re.sub(r'data-token="[^"]+"', "", text)


@pytest.fixture
def form(panel_site: Site) -> Iterator[Form]:
    return Form(panel_site, "sales_manager")


def test_the_card_tells_rating_reasons_forecast_and_figures(form: Form) -> None:
    text = form("opportunity", LIVELY.guid).text
    for said in (
        "Good",
        "/ 100",
        "Why this score",
        "Volume of contact",
        "Mutuality",
        "Last contact",
        "Without contact the rating falls to Fair on",
        "Last activity",
        "Next activity",
        "Time spent by us",
        "Open the whole page",
        "<polyline",
    ):
        assert said in text
    assert f'href="/opportunities/{LIVELY.guid}" target="_blank" rel="noopener noreferrer"' in text


@pytest.mark.parametrize("kind", ["account", "contact"])
def test_other_tables_have_their_card_too(form: Form, panel_site: Site, kind: str) -> None:
    record = tables.table(Record)
    with panel_site.store.reading() as conn:
        guid = conn.execute(sa.select(record.c.guid).where(record.c.kind == kind).limit(1)).scalar_one()
    assert "Open the whole page" in form(kind, guid).text


def test_without_a_score_the_state_is_told(form: Form) -> None:
    text = form("opportunity", MUTE.guid).text
    assert "Not enough information" in text
    assert "<polyline" not in text
    assert "Why this score" not in text


def test_a_broken_mailbox_is_named_as_the_reason(form: Form) -> None:
    assert "A mailbox that feeds this opportunity cannot be read" in form("opportunity", DEGRADED.guid).text


def test_while_nothing_is_read_the_card_says_so(form: Form) -> None:
    assert "Nothing is being read at the moment." in form("opportunity", LIVELY.guid).text


def test_a_record_of_somebody_else_looks_like_one_that_does_not_exist(panel_site: Site) -> None:
    form = Form(panel_site, "seller")
    assert form("opportunity", LIVELY.guid).status_code == 200
    answers = [form("opportunity", guid) for guid in (OTHERS.guid, UNKNOWN)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert _without_token(answers[0].text) == _without_token(answers[1].text)
    assert OTHERS.name not in answers[0].text


def test_a_form_that_is_not_saved_asks_to_save_first(form: Form, panel_site: Site) -> None:
    for guid in ("", "00000000-0000-0000-0000-000000000000"):
        assert "Save the record first." in form("opportunity", guid).text
    assert "Save the record first." in Form(panel_site, None)("opportunity", "").text


def test_a_table_without_a_rating_says_so(form: Form) -> None:
    answer = form.get(f"/panel/opportunity?typename=incident&id={LIVELY.guid}&userlcid=1033")
    assert "Nothing is rated here" in answer.text
    assert form("incident", LIVELY.guid).status_code == 404


@pytest.mark.parametrize(
    "query", ["", "&oid=x", "&user=omar", "&userid=%7B1%7D", "&orgname=fjord&data=admin", "&session=x&token=y"]
)
def test_a15_nothing_in_the_query_makes_anybody_somebody(panel_site: Site, query: str) -> None:
    answer = Form(panel_site, None)("opportunity", LIVELY.guid, f"userlcid=1033{query}")
    assert "Sign in with Microsoft" in answer.text
    assert LIVELY.name not in answer.text


def test_whoever_has_no_role_is_told_which_way_leads_to_one(panel_site: Site) -> None:
    answer = Form(panel_site, "privacy_officer")("opportunity", LIVELY.guid)
    assert answer.status_code == 403
    assert "A role is missing" in answer.text


@pytest.mark.parametrize(
    ("lcid", "said"), [("1036", "Pourquoi ce score"), ("3084", "Pourquoi ce score"), ("2057", "Why this score")]
)
def test_the_language_is_that_of_the_user_in_the_crm(form: Form, lcid: str, said: str) -> None:
    answer = form("opportunity", LIVELY.guid, f"userlcid={lcid}", **{"Accept-Language": "de"})
    assert said in answer.text


def test_where_the_crm_speaks_another_language_the_browser_decides_and_then_french(form: Form) -> None:
    for browser, said in (("en", "Why this score"), ("de", "Pourquoi ce score")):
        assert said in form("opportunity", LIVELY.guid, "userlcid=1031", **{"Accept-Language": browser}).text


def test_a16_the_panel_may_be_framed_by_the_named_crm_and_everything_else_by_nobody(
    form: Form, panel_site: Site
) -> None:
    for answer in (form("opportunity", LIVELY.guid), form("opportunity", UNKNOWN), form("nothing", UNKNOWN)):
        assert f"frame-ancestors {CRM};" in answer.headers["Content-Security-Policy"] + ";"
        assert "X-Frame-Options" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
    for path in ("/opportunities", "/sign-in", "/auth/panel/code", "/panelled", "/api/v1/session"):
        policy = panel_site.anonymous().get(path, base_url=BASE).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy


def test_without_a_named_crm_nobody_frames_the_panel(small_store: Store) -> None:
    answer = Form(site_over(small_store, base_url=BASE), None)("opportunity", UNKNOWN)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "object"},
    ],
)
def test_another_site_may_load_the_card_into_a_frame_and_in_no_other_way(form: Form, headers: dict[str, str]) -> None:
    assert form("opportunity", LIVELY.guid, **headers).status_code == 403


def test_parts_of_the_card_are_for_the_frame_itself(form: Form) -> None:
    assert form("opportunity/who-knows-whom", LIVELY.guid).status_code == 403
    assert form("opportunity/who-knows-whom", LIVELY.guid, **OURS).status_code == 200
    assert form("opportunity/who-knows-whom", UNKNOWN, **OURS).status_code == 404


def test_in_a_tab_of_its_own_the_address_of_the_panel_leads_to_the_page(form: Form) -> None:
    answer = form("opportunity", LIVELY.guid, **{"Sec-Fetch-Dest": "document"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/opportunities/{LIVELY.guid}")


def test_an_entry_of_the_site_map_shows_the_ways_to_the_pages(form: Form) -> None:
    answer = form.get("/panel?orgname=fjord&userlcid=1036&orglcid=1033")
    assert answer.status_code == 200
    assert 'href="/opportunities" target="_blank"' in answer.text
    assert "Opportunités" in answer.text


@pytest.mark.parametrize(
    ("kind", "query", "found"),
    [
        ("account", {"type": "2", "id": "b2232821-a775-df11-8dd1-00155dba3809"}, RecordKind.CONTACT),
        ("account", {"type": "10042", "id": "b2232821-a775-df11-8dd1-00155dba3809"}, None),
        ("lead", {"id": "{B2232821-A775-DF11-8DD1-00155DBA3809}"}, RecordKind.LEAD),
        (
            "lead",
            {"typename": "Account", "type": "3", "id": "b2232821-a775-df11-8dd1-00155dba3809"},
            RecordKind.ACCOUNT,
        ),
    ],
)
def test_the_table_is_named_by_name_then_by_code_then_by_address(
    kind: str, query: dict[str, str], found: RecordKind | None
) -> None:
    assert hints(kind, query) == Hints(found, "b2232821-a775-df11-8dd1-00155dba3809")


@pytest.mark.parametrize("text", ["x", "{}x", "b2232821", "b2232821-a775-df11-8dd1-00155dba3809' or 1=1", "{" * 40])
def test_what_is_no_guid_names_no_record(text: str) -> None:
    assert hints("lead", {"id": text}).guid is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"userlcid": "1031", "orglcid": "1036"}, "fr"),
        ({"userlcid": "x", "orglcid": ""}, None),
        ({"userlcid": "9" * 5000}, None),
        ({"userlcid": "²"}, None),
    ],
)
def test_the_language_of_the_organisation_stands_in(query: dict[str, str], found: str | None) -> None:
    assert language(query) == found


def test_a_theme_may_be_chosen_for_the_form() -> None:
    assert [theme({"data": data}) for data in ("theme=light", "theme=<script>", "", "theme")] == [
        "light",
        None,
        None,
        None,
    ]


def test_the_small_curve_ends_at_the_right_edge_on_the_day_itself() -> None:
    points = [CurvePoint(1000 - 182, 0, 0.0, Band.POOR), CurvePoint(1000, 100, 100.0, Band.GOOD)]
    drawn = sparkline(points, today=1000, good=60, fair=40)
    assert drawn is not None
    assert drawn.line == f"{WIDTH / 2},{float(HEIGHT)} {float(WIDTH)},0.0"
    assert (drawn.first, drawn.last, drawn.low, drawn.high) == (0, 100, 0, 100)
    assert sparkline(points[:1], today=1000, good=60, fair=40) is None
