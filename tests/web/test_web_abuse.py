"""Abuse that pages and their addresses must bear: what was not shown cannot be found out by another way in."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from web_builder import NOW, TODAY, Deal, guid, oid, weekly
from web_site import Site, site_over, without_form_token

from relationship.activities import RecordKind, RecordRef
from relationship.clock import number_of
from relationship.desk.detect import detect_all
from relationship.desk.hear import Said, hear
from relationship.desk.keep_moods import keep_moods
from relationship.desk.raise_alerts import raise_alerts
from relationship.desk.score import score_all
from relationship.importing.kinds import ImportKind
from relationship.importing.options import Options
from relationship.signals.qbr import Period, Span, Texts
from relationship.store.alerts import alert_rules, alerts
from relationship.store.crm.record_tables import Record
from relationship.store.customers.customer_tables import ACCOUNT_EVENT
from relationship.store.database import Store
from relationship.store.importing import import_runs
from relationship.store.importing.import_runs import NewRun, State
from relationship.store.importing.staging import By
from relationship.store.privacy import audit
from relationship.store.signals import qbr_documents, signals
from relationship.store.tables import table
from relationship.store.verbatims.verbatims import Source
from relationship.verbatims.alerts.conditions import Condition, Group, When
from relationship.verbatims.alerts.rule import AlertRule

OWN = Deal("Affaire propre", account=0, owner=0, contacts=weekly())
# Every text of a foreign record is a canary: wherever one of them leaves the service, something leaks.
FOREIGN = Deal(
    "CANARI-AFFAIRE", account=1, owner=1, stage="CANARI-ETAPE", value=987_654.0, contacts=weekly(), stakeholders=(2,)
)
CANARIES = ("CANARI", "987654", "987 654", "987,654", FOREIGN.guid, "Banque Orvane", "Chloé Perrin")


SAID = "CANARI : bien trop cher, je suis furieux. Nous allons résilier."


@pytest.fixture(scope="module")
def guarded(shared_store: Store) -> Site:
    site = site_over(shared_store)
    site.fill([OWN, FOREIGN])
    tell_of_the_foreign_account(site)
    return site


def tell_of_the_foreign_account(site: Site) -> None:
    """All that the service may know of it: words, events, signals, scores, alerts, lists, a review, an import."""
    record, house, orvane = table(Record), site.app.extensions["house"], guid("account", 1)
    told = {"arr": 987_654.0, "currency": "EUR", "segment": "CANARI-SEGMENT", "team_name": "CANARI-EQUIPE"}
    with site.store.transaction() as conn:
        conn.execute(sa.update(record).where(record.c.guid.in_([orvane, FOREIGN.guid])).values(**told))
        number = conn.scalar(sa.select(record.c.id).where(record.c.guid == orvane)) or 0
        event = {"account_id": number, "key": "e", "day": number_of(TODAY), "kind": "budget", "direction": "down"}
        conn.execute(sa.insert(ACCOUNT_EVENT), [{**event, "text": "CANARI", "source": "CANARI", "added_at": NOW}])
        list_id = alert_rules.add_list(conn, "Rappels", is_mailing=True, language="fr")
        when = When(groups=(Group(conditions=(Condition(what="keyword", values=("furieux",)),)),))
        rule = AlertRule(name="Colère", when=when, list_into=list_id, task=True)
        alert_rules.add(conn, rule, enabled=True, owner=("", ""), at=NOW, by=(oid(1), "Hugo"))
        period = Period.holding(TODAY, Span.QUARTER)
        texts = Texts(summary="CANARI", use="", outlook="", goals=())
        qbr_documents.save(conn, number, period, "en", texts, expected_version=0, at=NOW, by=oid(1))
        run = NewRun(ImportKind.EVENTS, State.CHECKED, "page", Options(), By(NOW, oid(1), "Hugo"), "e.csv")
        import_runs.start(conn, run)
    said = Said(Source.SURVEY, number_of(TODAY), SAID, "1", orvane, "CANARI-7", "", "fr", 10.0, 2.0,
                {"Agence": "CANARI-AGENCE"}, {"Conseil": "CANARI-CONSEIL"})  # fmt: skip
    assert hear(house, [said], by=oid(1)).added == 1
    raise_alerts(house)
    detect_all(house)
    score_all(house)
    keep_moods(house)
    with site.store.reading() as conn:
        assert alerts.page(conn, limit=1)
        assert signals.of_account(conn, number, limit=1)


@pytest.fixture(autouse=True)
def _only_own(guarded: Site) -> None:
    assert guarded.crm is not None
    own = (RecordRef(RecordKind.OPPORTUNITY, OWN.guid), RecordRef(RecordKind.ACCOUNT, guid("account", 0)))
    guarded.crm.grant(oid(0), [*own, RecordRef(RecordKind.CONTACT, guid("contact", 0))])


def addresses(site: Site) -> Iterator[str]:
    """Every address that answers a GET, with the foreign record wherever it takes one."""
    named = {
        "guid": FOREIGN.guid,
        "kind": "opportunity",
        "day": "2026-06-17",
        "several": "opportunities",
        "form": "csv",
        "number": "1",
        "sort": "sensitivity",
        "word": "price",
        "cause": "signal-1",
        "key": "qbr",
    }
    for rule in site.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static" or "auth" in rule.rule:
            continue
        yield re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda found: named.get(found[1], "x"), rule.rule)
    yield from WIDE


# Lists at their widest, as controls of their pages make them.
WIDE = (
    "/signals?owner=all&state=open&sort=value",
    "/customers?show=all",
    "/customers.csv?show=all",
    "/reports/build?columns=name&columns=arr&columns=segment&columns=team",
    "/reports/build?group=segment&figures=sum:arr",
    "/verbatims?days=",
    "/verbatims/export.csv?days=",
    "/alerts?whose=all&state=all",
    "/alerts?whose=all&state=all&by=account",
    "/recommendations?who=all",
    "/api/v1/recommendations?who=all",
    "/accounts?status=all",
    "/accounts.csv?status=all",
)


@pytest.mark.parametrize("role", ["seller", "customer_success"])
def test_a02_no_address_lets_a_foreign_record_out(guarded: Site, role: str) -> None:
    client = guarded.as_(role)
    for address in addresses(guarded):
        answer = client.get(address)
        assert answer.status_code < 500, address
        told = {canary for canary in CANARIES if canary in answer.text and canary != FOREIGN.guid}
        # The address itself may stand in a link of the page that was asked for it.
        assert not told, (address, told)


@pytest.mark.parametrize(
    "query",
    [
        "q=CANARI",
        "q=Banque+Orvane",
        "rating=good&rating=fair&rating=poor",
        "status=all&sort=-value",
        "status=all&sort=value",
        f"status=all&account={guid('account', 1)}",
        "status=all&stage=CANARI-ETAPE",
    ],
)
def test_a03_neither_filter_nor_order_nor_total_tells_of_a_foreign_record(guarded: Site, query: str) -> None:
    client = guarded.as_("seller")
    for path in ("/opportunities", "/opportunities.csv", "/opportunities/chart"):
        text = client.get(f"{path}?{query}").text
        shown = text.split('id="results"')[-1]
        assert FOREIGN.guid not in shown
        assert "CANARI-AFFAIRE" not in shown
        assert "<strong>2</strong>" not in shown
        assert "Banque" in query or "Banque Orvane" not in text


@pytest.mark.parametrize("part", ["", "/activities", "/weeks/2026-06-17"])
def test_a01_walking_ids_finds_nothing_and_is_written_down(guarded: Site, part: str) -> None:
    client = guarded.as_("seller")
    answers = [
        client.get(f"/opportunities/{key}{part}") for key in (FOREIGN.guid, guid("opportunity", "nobody"), "0" * 36)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({without_form_token(answer.text) for answer in answers}) == 1
    guarded.app.extensions["audit"].flush()
    with guarded.store.reading() as conn:
        refused = {act.object for _, act in audit.entries(conn, limit=20) if act.result == "refused"}
    assert f"opportunity:{FOREIGN.guid}" in refused


def test_a18_no_page_listens_to_messages_of_other_windows(guarded: Site) -> None:
    client = guarded.as_("seller")
    scripts = set(re.findall(r'src="(/static/[^"?]+\.js)', client.get("/opportunities").text))
    assert scripts
    for script in scripts:
        if "/vendor/" not in script:
            assert 'addEventListener("message"' not in client.get(script).text


def test_whoever_may_read_it_finds_it_in_every_wide_list(guarded: Site) -> None:
    client = guarded.as_("sales_manager", 1)
    assert [one for one in WIDE if not any(canary in client.get(one).text for canary in CANARIES)] == []


def test_a26_every_file_that_leaves_is_slowed_down(guarded: Site) -> None:
    client = guarded.as_("seller", 4)
    found = (one.replace("qbr.csv", "qbr.pdf").replace("imports/qbr", f"imports/{guid('import', 1)}")
             for one in addresses(guarded))  # fmt: skip
    # The empty forms of imports hold nothing.
    files = [one for one in found if re.search(r"\.(csv|pdf)$", one) and not one.startswith("/imports/template/")]
    assert [one for one in files if client.get(one).headers.get("X-RateLimit-Limit") != "20"] == []
    assert len(files) > 12


@pytest.mark.parametrize("number", ["9" * 20, "-" + "9" * 20])
def test_b07_numbers_that_no_row_has_are_no_failure_of_ours(guarded: Site, number: str) -> None:
    client = guarded.as_("sales_admin", 3)
    for address in ("/alerts?rule=", "/alerts?before=", "/alerts/rules?removed=", "/reports/build.csv?report="):
        assert client.get(f"{address}{number}").status_code < 500, address
    token = client.get("/introductions").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "version": number, "summary": "x"}
    review = f"/accounts/{guid('account', 0)}/qbr"
    assert client.post(review, data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 422
