"""The CRM over HTTPS with a real token, read by requests: what the wire does to links must not break them."""

from collections.abc import Iterator

import pytest
import requests
from crm_activities import busy_world, guid

from simulator import identity
from simulator.server import Running, start


@pytest.fixture
def running(monkeypatch) -> Iterator[Running]:
    monkeypatch.setenv("RELATIONSHIP_MODE", "test")
    with start(busy_world()) as found:
        yield found


@pytest.fixture
def session(running) -> Iterator[requests.Session]:
    """A session with a token for the CRM."""
    with requests.Session() as found:
        found.trust_env = False
        found.verify = str(running.ca_file)
        answer = found.post(
            f"{running.authority_url}/{running.tenant_id}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": running.client_id,
                "client_secret": running.client_secret,
                "scope": f"{running.dataverse_url}/.default",
            },
            timeout=10,
        )
        found.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield found


def service(running: Running) -> str:
    return f"{running.dataverse_url}/api/data/v9.2"


def test_links_survive_the_wire_page_by_page_and_round_by_round(running, session):
    link, found, prefer = (
        f"{service(running)}/contacts?$select=fullname",
        [],
        {"Prefer": "odata.track-changes, odata.maxpagesize=1"},
    )
    while "$deltatoken" not in link:
        page = session.get(link, headers=prefer, timeout=10).json()
        found += [row["fullname"] for row in page["value"]]
        link = page.get("@odata.nextLink") or page["@odata.deltaLink"]
    assert found == ["Nom c1", "Nom c2", "Nom c3", "Nom named"]
    for name in ("c1", "c2"):
        running.services.crm.update("contact", identity.contact(name), {"jobtitle": "DSI"})
    page = session.get(link, headers=prefer, timeout=10).json()
    page = session.get(page["@odata.nextLink"], headers=prefer, timeout=10).json()
    assert [row["fullname"] for row in page["value"]] == ["Nom c2"]
    assert "@odata.deltaLink" in page


def test_a_token_for_microsoft_graph_does_not_open_the_crm(running, session):
    session.headers["Authorization"] = "Bearer nothing"
    assert session.get(f"{service(running)}/accounts", timeout=10).status_code == 401


def test_the_crm_is_changed_and_limited_from_another_process(running, session):
    key = {"X-Simulator-Key": running.control_key}
    control = f"{running.control}/crm"
    deal = identity.opportunity("o1")
    assert session.post(f"{control}/close", json={"opportunity": deal, "won": True}, headers=key, timeout=10).ok
    row = session.get(f"{service(running)}/opportunities({deal})?$select=statecode", timeout=10).json()
    assert row["statecode"] == 1
    assert session.post(f"{control}/close", json={"opportunity": deal}, timeout=10).status_code == 403
    assert session.post(f"{control}/limits", json={"requests": 1}, headers=key, timeout=10).ok
    answer = session.get(f"{service(running)}/accounts", timeout=10)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_party_lists_survive_the_wire_page_by_page(running, session):
    columns = "participationtypemask,addressused,_partyid_value"
    link, found = f"{service(running)}/emails?$select=subject&$expand=email_activity_parties($select={columns})", []
    while link:
        page = session.get(link, headers={"Prefer": "odata.maxpagesize=1"}, timeout=10).json()
        found += [(row["subject"], len(row["email_activity_parties"])) for row in page["value"]]
        link = page.get("@odata.nextLink")
    assert found == [("Objet sent", 6), ("Objet received", 4), ("Objet draft", 4)]


def test_a_batch_is_answered_over_the_wire(running, session):
    one = f"emails({guid('sent')})?$select=subject&$expand=email_activity_parties($select=participationtypemask)"
    body = (
        "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        f"GET /api/data/v9.2/{one} HTTP/1.1\r\nAccept: application/json\r\n\r\n--b--\r\n"
    )
    headers = {"Content-Type": "multipart/mixed; boundary=b"}
    answer = session.post(f"{service(running)}/$batch", data=body, headers=headers, timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("multipart/mixed; boundary=batchresponse_")
    assert "HTTP/1.1 200 OK\r\n" in answer.text
    assert answer.text.count('"participationtypemask"') == 6
