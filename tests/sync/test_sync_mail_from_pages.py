"""Asking for an introduction from the pages, the mail leaving by the CRM, by Microsoft Graph or as a draft: every byte
between browser and simulated organisation is real."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msal
import pytest
from cryptography.fernet import Fernet
from flask.testing import FlaskClient
from sync_world import House, config_for, some_mail, world

from relationship.activities import RecordKind, RecordRef
from relationship.clock import real_clock
from relationship.desk.rate import rate_all
from relationship.desk.tie import tie_all
from relationship.house import House as Wired
from relationship.store.crm import records
from relationship.store.database import Store, open_store
from relationship.store.knows import introductions
from relationship.store.rights import web_sessions
from relationship.store.rights.web_sessions import Visit
from relationship.sync.wire import delegated
from relationship.sync.wire.delegated import Consents
from relationship.sync.wire.sessions import open_session
from simulator import identity
from simulator.entra import Grant
from simulator.server import Running, start
from web.app import create_app
from web.identity.members import VISIT

INES, OMAR, EVA = identity.msgraph_user("ines"), identity.msgraph_user("omar"), identity.contact("eva")
OURS = {"Sec-Fetch-Site": "same-origin"}
PAGE = f"/introductions/new?kind=contact&guid={EVA}&colleague={OMAR}"


class Everything:
    """A CRM that lets everybody read all records."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def readable(self, _oid: str, refs: Collection[RecordRef]) -> frozenset[RecordRef]:
        return frozenset(refs)

    def all_readable(self, _oid: str, kind: RecordKind) -> Iterator[Sequence[str]]:
        with self._store.reading() as conn:
            yield sorted(records.guids(conn, kind))


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with start(world(some_mail())) as found:
        yield found


@pytest.fixture
def house(running: Running, sqlite_template: Path, tmp_path: Path) -> Iterator[Wired]:
    path = tmp_path / "asked.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{path}")
    settings = config_for(
        running,
        secret_key="a key for tests only, long enough",
        encryption_keys=Fernet.generate_key().decode(),
        base_url="http://localhost",
    )
    reading = House(settings, store, running)
    assert reading.sync().troubles == ()
    wired = Wired(settings, store, reading.clock, Everything(store))
    rate_all(wired)
    tie_all(wired)
    reading.close()
    running.organisation.handed.clear()
    running.services.crm.handed.clear()
    yield wired
    store.close()


@pytest.fixture
def ines(house: Wired) -> FlaskClient:
    """Her browser, signed in."""
    far = datetime(2100, 1, 1, tzinfo=UTC)
    with house.store.transaction() as conn:
        web_sessions.begin(conn, "visit", Visit(INES, "Ines", ("seller",), far, far))
    client = create_app(house).test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
    with client.session_transaction() as session:
        session.update({VISIT: "visit", "_user_id": INES, "_fresh": True})
    return client


def ask(client: FlaskClient, via: str) -> tuple[int, str]:
    """Open the form, choose how it leaves, press; status and text of where that leads."""
    body = client.get(PAGE).text
    form = body[body.index('<form method="post" action="/introductions/new"') :]
    form = form[: form.index("</form>")]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    fields |= dict(re.findall(r'name="(subject)"[^>]* value="([^"]*)"', form))
    fields["body"] = form.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>")[0].removeprefix("\n")
    assert f'name="via" value="{via}"' in form
    answer = client.post(
        "/introductions/new",
        data={name: unescape(text) for name, text in fields.items()} | {"via": via},
        headers=OURS,
        follow_redirects=True,
    )
    return answer.status_code, answer.text


def state_of_the_only_request(house: Wired) -> tuple[str, str]:
    with house.store.reading() as conn:
        ((one,), _received) = introductions.of(conn, INES)
    return one.state.value, one.via.value


def test_a_letter_leaves_by_the_crm_as_an_email_activity_of_the_seller(
    running: Running, house: Wired, ines: FlaskClient
) -> None:
    status, page = ask(ines, "crm")
    assert status == 200
    assert "Omar" in page
    (handed,) = running.services.crm.handed
    assert (handed.sender, handed.to) == (INES, ("omar@fjord.example",))
    assert handed.subject == "Présentation auprès de Eva"
    assert state_of_the_only_request(house) == ("asked", "crm")
    assert running.organisation.handed == []


def test_the_letter_that_the_crm_sent_holds_links_that_answer(
    running: Running, house: Wired, ines: FlaskClient
) -> None:
    ask(ines, "crm")
    (handed,) = running.services.crm.handed
    links = re.findall(r"http://localhost(/introductions/answer/\S+)", unescape(handed.text))
    assert len(links) == 4
    stranger = create_app(house).test_client()
    page = stranger.get(links[0])
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)
    stranger.post(links[0], data={"csrf_token": token[0]} if token else {}, headers=OURS)
    assert state_of_the_only_request(house) == ("accepted", "crm")


def test_a_letter_leaves_by_microsoft_graph_once_the_seller_gave_the_right(
    running: Running, house: Wired, ines: FlaskClient
) -> None:
    assert 'name="via" value="graph"' not in ines.get(PAGE).text
    consent(running, house)
    assert ask(ines, "graph")[0] == 200
    (handed,) = running.organisation.handed
    assert (handed.sender, handed.to) == (INES, ("omar@fjord.example",))
    assert state_of_the_only_request(house) == ("asked", "graph")


def test_a_draft_opens_in_outlook_with_the_whole_letter_and_nothing_is_sent(
    running: Running, house: Wired, ines: FlaskClient
) -> None:
    status, page = ask(ines, "draft")
    (address,) = re.findall(r'href="(https://outlook\.[^"]+)"', page)
    told = parse_qs(urlsplit(unescape(address)).query)
    assert status == 200
    assert told["to"] == ["omar@fjord.example"]
    assert told["body"][0].count("/introductions/answer/") == 4
    assert "Vous connaissez Eva, chez Nordlys." in told["body"][0]
    assert (running.services.crm.handed, running.organisation.handed) == ([], [])
    assert state_of_the_only_request(house) == ("asked", "draft")


def consent(running: Running, house: Wired) -> None:
    """What a finished consent on Microsoft's page leaves."""
    cache = msal.SerializableTokenCache()
    user = running.organisation.user("ines")
    with open_session(house.config.ca_file) as session:
        app = delegated.application(house.config, cache, session)
        flow = app.initiate_auth_code_flow(
            ["https://graph.microsoft.com/Mail.Send"], redirect_uri="http://localhost/auth/callback"
        )
        asked = {name: values[0] for name, values in parse_qs(urlsplit(flow["auth_uri"]).query).items()}
        grant = Grant(user, (), asked["scope"], asked["redirect_uri"], asked["nonce"], asked["code_challenge"])
        code = running.services.entra.grant_code(grant)
        found = app.acquire_token_by_auth_code_flow(flow, {"code": code, "state": asked["state"]})
    assert "access_token" in found, found
    Consents(house.config, house.store, house.vault()).keep(INES, cache.serialize(), at=real_clock())
