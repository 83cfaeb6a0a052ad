"""Abuse that pages and their addresses must bear: what was not shown cannot be found out by another way in."""

import re
from collections.abc import Iterator

import pytest
from web_builder import Deal, guid, oid, weekly
from web_site import Site, site_over, without_form_token

from relationship.activities import RecordKind, RecordRef
from relationship.store.database import Store
from relationship.store.privacy import audit

OWN = Deal("Affaire propre", account=0, owner=0, contacts=weekly())
# Every text of a foreign record is a canary: wherever one of them leaves the service, something leaks.
FOREIGN = Deal(
    "CANARI-AFFAIRE", account=1, owner=1, stage="CANARI-ETAPE", value=987_654.0, contacts=weekly(), stakeholders=(2,)
)
CANARIES = ("CANARI", "987654", "987 654", "987,654", FOREIGN.guid, "Banque Orvane", "Chloé Perrin")


@pytest.fixture(scope="module")
def guarded(shared_store: Store) -> Site:
    site = site_over(shared_store)
    site.fill([OWN, FOREIGN])
    return site


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
    }
    for rule in site.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static" or "auth" in rule.rule:
            continue
        yield re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda found: named.get(found[1], "x"), rule.rule)


def test_a02_no_address_lets_a_foreign_record_out(guarded: Site) -> None:
    client = guarded.as_("seller")
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
