"""Other systems at the API: an access token of Entra for this service, and nothing else, opens it without a session."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import jwt
import msal
import pytest
import responses
import web_builder
from api_caller import told
from flask.testing import FlaskClient
from store_builders import may_read
from web_builder import Deal
from web_site import Site, config, site_over

from relationship.clock import frozen_clock
from relationship.errors import TryLater
from relationship.house import House, prepare
from relationship.store.database import Store
from relationship.sync.run import sync_once
from relationship.sync.wire.connection import connect
from relationship.sync.wire.sessions import open_session
from simulator import identity
from simulator.dataverse.rights import Depth
from simulator.registration import register
from simulator.server import Running, start
from simulator.signing import Signer
from simulator.world import Account, Opportunity, OpportunityStatus, Person, Side, SignIn, World
from web.app import create_app
from web.identity.applications import ASK_AGAIN_SECONDS, KEYS_LAST_SECONDS, EntraKeys, NotAccepted

ACCOUNT = web_builder.guid("account", 0)
BILLING = "0b0f7f4e-0000-4000-8000-00000000b111"
USE = {"rows": [{"day": "2026-06-10", "logins": 12}]}
SIGNER = Signer()
TENANT = web_builder.TENANT
CLIENT = config().client_id
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"


@dataclass
class KeysOfTests:
    """Entra's keys, as if they had been read; is_down: it cannot be asked."""

    known: dict[str, Any] = field(default_factory=dict)
    is_down: bool = False

    def key(self, number: str) -> Any:
        if self.is_down:
            raise TryLater("Entra is down.", next_step="Wait.", code="entra_unreachable")
        if number not in self.known:
            raise NotAccepted("unknown_key")
        return self.known[number]


def claims(**changes: Any) -> dict[str, Any]:
    """What stands in a token that Entra gives an application with the role of customer success."""
    now = int(time.time())
    usual: dict[str, Any] = {
        "aud": CLIENT, "iss": ISSUER, "tid": TENANT, "oid": BILLING, "sub": BILLING, "azp": "billing", "idtyp": "app",
        "roles": ["customer_success"], "iat": now, "nbf": now, "exp": now + 3599, "ver": "2.0",
    }  # fmt: skip
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def site(small_store: Store) -> Site:
    made = site_over(small_store)
    made.fill([Deal("one", contacts=web_builder.weekly())])
    public = jwt.PyJWKSet.from_dict(SIGNER.key_set()).keys[0]
    made.app.extensions["entra_keys"] = KeysOfTests({SIGNER.key_id: public.key})
    return made


@pytest.fixture
def client(site: Site) -> FlaskClient:
    found = site.anonymous()
    found.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return found


def test_an_application_with_a_role_reads_and_writes_with_its_token_alone(client: FlaskClient) -> None:
    headers = bearer(SIGNER.sign(claims()))
    session = client.get("/api/v1/session", headers=headers)
    assert session.json == {"name": "Application billing", "roles": ["customer_success"], "token": ""}
    read = client.get(f"/api/v1/accounts/{ACCOUNT}/health", headers=headers)
    assert read.status_code == 200
    weekly = client.patch(
        f"/api/v1/accounts/{ACCOUNT}/health",
        json={"score": 62},
        headers={**headers, "If-Match": read.headers["ETag"]},
    )
    assert (weekly.status_code, weekly.json["score"], weekly.json["status"]) == (200, 62, "at_risk")
    assert not session.headers.getlist("Set-Cookie")
    assert not weekly.headers.getlist("Set-Cookie")


def test_the_audience_may_be_written_as_the_address_of_the_application(client: FlaskClient) -> None:
    token = SIGNER.sign(claims(aud=f"api://{CLIENT}"))
    assert client.get("/api/v1/session", headers=bearer(token)).status_code == 200


BROKEN: dict[str, Callable[[], str]] = {
    "for another audience": lambda: SIGNER.sign(claims(aud="https://graph.microsoft.com")),
    "without an audience": lambda: SIGNER.sign(claims(aud=None)),
    "of another organisation's issuer": lambda: SIGNER.sign(claims(iss=ISSUER.replace(TENANT, "f" + TENANT[1:]))),
    "of another organisation": lambda: SIGNER.sign(claims(tid="f" + TENANT[1:])),
    "without an organisation": lambda: SIGNER.sign(claims(tid=None)),
    "that ended": lambda: SIGNER.sign(claims(exp=int(time.time()) - 120)),
    "without an end": lambda: SIGNER.sign(claims(exp=None)),
    "that has not begun": lambda: SIGNER.sign(claims(nbf=int(time.time()) + 600)),
    "of a person": lambda: SIGNER.sign(claims(idtyp=None, scp="user_impersonation")),
    "of a user by kind": lambda: SIGNER.sign(claims(idtyp="user")),
    "without an object id": lambda: SIGNER.sign(claims(oid=None)),
    "without a caller": lambda: SIGNER.sign(claims(azp=None)),
    "unsigned": lambda: jwt.encode(claims(), None, algorithm="none", headers={"kid": SIGNER.key_id}),
    "signed with a shared secret": lambda: jwt.encode(claims(), "x" * 40, headers={"kid": SIGNER.key_id}),
    "with a changed body": lambda: _swapped(SIGNER.sign(claims(roles=[])), claims()),
    "with an unknown key": lambda: jwt.encode(claims(), "x" * 40, headers={"kid": "another"}),
    "without a key": lambda: jwt.encode(claims(), "x" * 40),
    "that is none": lambda: "not-a-token",
    "that is empty": lambda: "",
    "that is endless": lambda: "a" * 20_000,
    "that is not ASCII": lambda: "jéton.é.é",
}


def _swapped(token: str, other: dict[str, Any]) -> str:
    head, _, signature = token.split(".")
    return ".".join((head, jwt.encode(other, "x" * 40).split(".")[1], signature))


@pytest.mark.parametrize("why", BROKEN)
def test_a14_no_other_token_opens_anything(site: Site, client: FlaskClient, why: str) -> None:
    headers = {"Authorization": f"Bearer {BROKEN[why]()}".encode().decode("latin-1")}
    answer = client.get("/api/v1/session", headers=headers)
    assert told(answer) == (401, "bad_token", None)
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="relationship", error="invalid_token"')
    written = client.post(f"/api/v1/accounts/{ACCOUNT}/usage", json=USE, headers=headers)
    assert told(written)[:2] == (401, "bad_token")


def test_a_wrong_token_is_not_helped_by_the_cookie_of_a_session(site: Site) -> None:
    """So no page elsewhere can have a signed-in browser write by adding a header that is worth nothing."""
    both = site.as_("sales_admin")
    assert both.get("/api/v1/session").status_code == 200
    assert told(both.get("/api/v1/session", headers=bearer("x")))[:2] == (401, "bad_token")
    written = both.put("/api/v1/settings/signals", json={}, headers={**bearer("x"), "Sec-Fetch-Site": "cross-site"})
    assert told(written)[:2] == (401, "bad_token")


def test_the_token_counts_beside_the_cookie_of_somebody_else(site: Site) -> None:
    both = site.as_("sales_admin")
    assert both.get("/api/v1/session", headers=bearer(SIGNER.sign(claims()))).json["roles"] == ["customer_success"]


@pytest.mark.parametrize("scheme", ["Basic", "Negotiate", "Bear"])
def test_another_scheme_is_no_token_and_writes_stay_closed(client: FlaskClient, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {SIGNER.sign(claims())}"}
    assert told(client.get("/api/v1/session", headers=headers))[:2] == (401, "signed_out")
    assert told(client.post(f"/api/v1/accounts/{ACCOUNT}/usage", json={}, headers=headers))[0] == 403


def test_pages_know_no_tokens(site: Site, client: FlaskClient) -> None:
    headers = bearer(SIGNER.sign(claims(roles=["sales_admin"])))
    assert client.get("/customers", headers=headers).status_code == 302
    assert client.post("/imports", data={}, headers=headers).status_code == 403
    assert site.as_("sales_manager").get("/customers", headers=bearer("x")).status_code == 200


@pytest.mark.parametrize("roles", [None, [], ["Global Administrator"], "customer_success", [7]])
def test_an_application_without_a_role_of_ours_may_do_nothing(client: FlaskClient, roles: Any) -> None:
    headers = bearer(SIGNER.sign(claims(roles=roles)))
    assert client.get("/api/v1/session", headers=headers).json["roles"] == []
    answer = client.post(f"/api/v1/accounts/{ACCOUNT}/usage", json=USE, headers=headers)
    assert answer.status_code in (403, 404)


def test_the_crm_says_what_an_application_may_read(site: Site, client: FlaskClient) -> None:
    assert site.crm is not None
    headers = bearer(SIGNER.sign(claims()))
    path = f"/api/v1/accounts/{ACCOUNT}/health"
    assert client.get(path, headers=headers).status_code == 200
    assert BILLING in {oid for oid, _ in site.crm.requests}
    site.crm.grant(BILLING, frozenset())
    assert told(client.get(path, headers=headers))[:2] == (404, "not_found")


def test_while_entra_cannot_be_asked_for_its_keys_the_caller_is_told_to_wait(site: Site, client: FlaskClient) -> None:
    site.app.extensions["entra_keys"].is_down = True
    answer = client.get("/api/v1/session", headers=bearer(SIGNER.sign(claims())))
    assert told(answer)[:2] == (503, "busy")
    assert answer.headers["Retry-After"]


# The keys


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


KEYS_ADDRESS = f"https://login.microsoftonline.com/{TENANT}/discovery/v2.0/keys"


def test_the_keys_are_read_once_a_day_and_anew_for_one_that_is_not_known() -> None:
    clock = Clock()
    keys = EntraKeys(config(tenant_id=TENANT), now=clock)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as entra:
        entra.get(KEYS_ADDRESS, json=SIGNER.key_set())
        assert keys.key(SIGNER.key_id)
        assert keys.key(SIGNER.key_id)
        assert len(entra.calls) == 1
        # Invented keys make it ask no more than once in a while.
        for _ in range(50):
            with pytest.raises(NotAccepted):
                keys.key("invented")
        assert len(entra.calls) == 1
        clock.now += ASK_AGAIN_SECONDS + 1
        for _ in range(50):
            with pytest.raises(NotAccepted):
                keys.key("invented")
        assert len(entra.calls) == 2
        clock.now += KEYS_LAST_SECONDS + 1
        assert keys.key(SIGNER.key_id)
        assert len(entra.calls) == 3


def test_a_key_that_entra_took_back_counts_no_longer_after_a_day() -> None:
    clock = Clock()
    keys = EntraKeys(config(tenant_id=TENANT), now=clock)
    with responses.RequestsMock() as entra:
        entra.get(KEYS_ADDRESS, json=SIGNER.key_set())
        assert keys.key(SIGNER.key_id)
    clock.now += KEYS_LAST_SECONDS + 1
    with responses.RequestsMock() as entra:
        entra.get(KEYS_ADDRESS, json={"keys": [{**SIGNER.key_set()["keys"][0], "kid": "newer"}]})
        with pytest.raises(NotAccepted):
            keys.key(SIGNER.key_id)
        assert keys.key("newer")


@pytest.mark.parametrize(
    "answer", [{"status": 500}, {"body": "<html>"}, {"json": {"keys": "none"}}, {"json": {}}, {"status": 302}]
)
def test_an_answer_without_keys_is_no_answer(answer: dict[str, Any]) -> None:
    keys = EntraKeys(config(tenant_id=TENANT))
    with responses.RequestsMock() as entra:
        entra.get(KEYS_ADDRESS, **answer)
        with pytest.raises(TryLater):
            keys.key(SIGNER.key_id)


# The whole way


def small_world() -> World:
    person = Person("ines", "ines@fjord.example", "Inès", Side.COLLEAGUE, None, "", ())
    deal = Opportunity(
        "o1", "Nordlys", "a1", "ines", (), (), OpportunityStatus.OPEN, "Develop", 60, 1000.0, date(2026, 1, 10), None
    )
    return World(
        name="Fjord",
        organisation_domain="fjord.example",
        now=datetime(2026, 6, 17, tzinfo=UTC),
        people=(person,),
        accounts=(Account("a1", "Client", "client.example", "", None, None),),
        opportunities=(deal,),
        activities=(),
        domains=("fjord.example",),
        sign_in=(SignIn("ines", ("seller",)),),
    )


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with start(small_world()) as found:
        yield found


def test_from_the_secret_of_an_application_to_its_weekly_update(running: Running, small_store: Store) -> None:
    """Entra makes the token by Microsoft's own client, its keys come over TLS, Dynamics 365 says what may be read."""
    services = running.services
    erp = register(identity.guid("erp-application", "fjord"), ("customer_success",))
    services.entra.callers.append(erp)
    names = ("tenant_id", "client_id", "client_secret", "authority_url", "msgraph_url", "dataverse_url", "ca_file")
    reach = {name: getattr(running, name) for name in names}
    house = House(config(**reach, sources="crm"), small_store, frozen_clock(datetime(2026, 6, 17, tzinfo=UTC)))
    prepare(house)
    may_read(small_store)
    with closing(connect(house.config)) as microsoft:
        assert sync_once(house, microsoft=microsoft).troubles == ()
    entra = msal.ConfidentialClientApplication(
        erp.client_id,
        client_credential=erp.client_secret,
        authority=f"{running.authority_url}/{running.tenant_id}",
        instance_discovery=False,
        http_client=open_session(running.ca_file),
    )
    token = entra.acquire_token_for_client([f"api://{running.client_id}/.default"])["access_token"]
    client = create_app(house).test_client()
    path = f"/api/v1/accounts/{identity.account('a1')}/health"

    # No user of the CRM yet: nothing is there for it.
    assert client.get(path, headers=bearer(token)).status_code == 404
    user = services.crm.create(
        "systemuser",
        {
            "fullname": "# ERP",
            "applicationid": erp.client_id,
            "azureactivedirectoryobjectid": identity.guid("service-principal", erp.client_id),
            "isdisabled": False,
        },
    )
    services.crm.rights.set_depth(user, "account", Depth.ORGANISATION)
    read = client.get(path, headers=bearer(token))
    assert read.status_code == 200, read.text
    update = client.patch(path, json={"score": 62}, headers={**bearer(token), "If-Match": read.headers["ETag"]})
    assert (update.status_code, update.json["status"]) == (200, "at_risk")
    usage = f"/api/v1/accounts/{identity.account('a1')}/usage"
    assert client.post(usage, json=USE, headers=bearer(token)).status_code == 200
    assert [one["logins"] for one in client.get(usage, headers=bearer(token)).json["days"]] == [12]
    # A token for Microsoft Graph, of the same application, opens nothing.
    for_graph = entra.acquire_token_for_client(["https://graph.microsoft.com/.default"])["access_token"]
    assert client.get(path, headers=bearer(for_graph)).status_code == 401
