"""Sign-in of the simulated organisation, with msal as the judge."""

import re
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import msal
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from simulated import HttpsGraph

from simulator import signing
from simulator.registration import READ_ROLES
from simulator.server import Running

MSGRAPH = ["https://graph.microsoft.com/.default"]
BACK = "http://localhost:8080/sign-in/back"


def application(running: Running, credential: object = None, **changes: Any) -> msal.ConfidentialClientApplication:
    session = requests.Session()
    session.trust_env = False
    session.verify = str(running.ca_file)
    return msal.ConfidentialClientApplication(
        changes.get("client_id", running.client_id),
        client_credential=credential or running.client_secret,
        authority=f"{running.authority_url}/{changes.get('tenant', running.tenant_id)}",
        instance_discovery=False,
        http_client=session,
    )


@pytest.fixture(scope="module")
def certificate() -> dict[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relationship")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    thumbprint = made.fingerprint(hashes.SHA1()).hex()  # noqa: S303  # msal's older form names it by SHA-1
    public = made.public_bytes(serialization.Encoding.PEM).decode()
    return {"private_key": private.decode(), "public_certificate": public, "thumbprint": thumbprint}


def test_msal_gets_a_token_with_the_secret_that_holds_the_registered_roles(running: Running):
    answer = application(running).acquire_token_for_client(MSGRAPH)
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert claims["roles"] == list(READ_ROLES)
    assert (claims["aud"], claims["tid"]) == ("https://graph.microsoft.com", running.tenant_id)
    assert abs(claims["exp"] - time.time() - 3599) < 30


def test_a_token_is_signed_with_the_published_key(running: Running):
    token = application(running).acquire_token_for_client(MSGRAPH)["access_token"]
    keys = requests.get(
        f"{running.authority_url}/{running.tenant_id}/discovery/v2.0/keys", verify=str(running.ca_file), timeout=10
    ).json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, algorithms=["RS256"], audience="https://graph.microsoft.com")["idtyp"] == "app"


@pytest.mark.parametrize("form", [("private_key", "public_certificate"), ("private_key", "thumbprint")])
def test_msal_gets_a_token_with_a_registered_certificate(
    running: Running, certificate: dict[str, str], form: tuple[str, ...]
):
    credential = {name: certificate[name] for name in form}
    refused = application(running, credential).acquire_token_for_client(MSGRAPH)
    assert refused["error_codes"] == [700027]
    running.services.registration.register_certificate(certificate["public_certificate"].encode())
    assert "access_token" in application(running, credential).acquire_token_for_client(MSGRAPH)


@pytest.mark.parametrize("hours", [-1, 1])
def test_an_assertion_is_refused_when_the_clocks_differ(running: Running, certificate: dict[str, str], hours: int):
    registration = running.services.registration
    registration.register_certificate(certificate["public_certificate"].encode())
    registration.clock_offset = hours * 3600
    credential = {name: certificate[name] for name in ("private_key", "public_certificate")}
    answer = application(running, credential).acquire_token_for_client(MSGRAPH)
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [700024])
    assert "AADSTS700024" in answer["error_description"]


def test_every_wrong_credential_has_its_number(running: Running):
    def number(**changes: Any) -> tuple[str, list[int]]:
        answer = application(running, **changes).acquire_token_for_client(MSGRAPH)
        return answer["error"], answer["error_codes"]

    assert number(credential="wrong") == ("invalid_client", [7000215])
    assert number(client_id="11111111-2222-3333-4444-555555555555") == ("unauthorized_client", [700016])
    running.services.registration.has_consent = False
    assert number() == ("invalid_grant", [65001])
    running.services.registration.has_consent = True
    running.services.registration.expire_secret()
    assert number() == ("invalid_client", [7000222])


def test_an_unknown_tenant_is_refused(running: Running):
    address = f"{running.authority_url}/66666666-6666-6666-6666-666666666666/v2.0/.well-known/openid-configuration"
    answer = requests.get(address, verify=str(running.ca_file), timeout=10)
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90002])


def test_an_unknown_resource_is_refused(running: Running):
    answer = application(running).acquire_token_for_client(["https://elsewhere.example/.default"])
    assert answer["error_codes"] == [500011]


def test_a_token_ends_when_its_time_is_over(running: Running, graph: HttpsGraph, monkeypatch: pytest.MonkeyPatch):
    graph.session.headers["Authorization"] = f"Bearer {graph.token(MSGRAPH[0])}"
    assert graph.get("/users").status_code == 200
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=lambda: time.time() + 3_600))
    assert graph.get("/users").status_code == 401


def signed_in(app: msal.ConfidentialClientApplication, name: str, **options: str) -> dict[str, Any]:
    """What msal says after somebody chose this name on the page."""
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=BACK, **options)
    browser = requests.Session()
    page = browser.get(flow["auth_uri"], timeout=10).text
    user_id = re.search(rf'value="([^"]+)">\s*<strong>{name}', page)
    assert user_id, page
    answer = browser.post(flow["auth_uri"], data={"user_id": user_id[1]}, allow_redirects=False, timeout=10)
    if options.get("response_mode") == "form_post":
        sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
    else:
        assert answer.headers["Location"].startswith(BACK)
        sent = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
    result: dict[str, Any] = app.acquire_token_by_auth_code_flow(flow, sent)
    return result


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_a_person_signs_in_and_msal_knows_the_account_again(running: Running, mode: str):
    app = application(running)
    answer = signed_in(app, "Ines", response_mode=mode)
    claims = answer["id_token_claims"]
    ines = running.organisation.user("ines")
    assert (claims["oid"], claims["tid"], claims["aud"]) == (ines.id, running.tenant_id, running.client_id)
    assert (claims["preferred_username"], claims["roles"]) == ("ines@fjord.example", ["seller"])
    [account] = app.get_accounts()
    assert account["home_account_id"] == f"{ines.id}.{running.tenant_id}"
    fresh = app.acquire_token_silent_with_error(["User.Read"], account=account, force_refresh=True)
    assert fresh["access_token"] != answer["access_token"]


def test_a_code_works_once_and_only_with_its_verifier(running: Running):
    app = application(running)
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=BACK)
    ines = running.organisation.user("ines").id
    posted = requests.post(flow["auth_uri"], data={"user_id": ines}, allow_redirects=False, timeout=10)
    sent = {name: values[0] for name, values in parse_qs(urlsplit(posted.headers["Location"]).query).items()}
    wrong = app.acquire_token_by_auth_code_flow({**flow, "code_verifier": "x" * 43}, sent)
    assert wrong["error_codes"] == [501481]
    again = application(running).acquire_token_by_auth_code_flow(flow, sent)
    assert again["error_codes"] == [70008]


def test_who_cancels_comes_back_with_an_error(running: Running):
    flow = application(running).initiate_auth_code_flow(["User.Read"], redirect_uri=BACK)
    answer = requests.post(flow["auth_uri"], data={"user_id": ""}, allow_redirects=False, timeout=10)
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == ["access_denied"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"redirect_uri": "https://elsewhere.example/back"},
        {"redirect_uri": "javascript://localhost/%0aalert(1)"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
    ],
)
def test_a_wrong_request_is_told_on_the_page_and_never_sent_on(running: Running, changes: dict[str, str]):
    parameters = {"client_id": running.client_id, "redirect_uri": BACK, "response_type": "code", **changes}
    address = f"{running.sign_in_url}/{running.tenant_id}/oauth2/v2.0/authorize"
    for ask in (requests.get, requests.post):
        answer = ask(address, params=parameters, allow_redirects=False, timeout=10)
        assert answer.status_code == 400
        assert "AADSTS" in answer.text


def test_the_page_says_that_it_is_simulated_and_loads_nothing_from_elsewhere(running: Running):
    flow = application(running).initiate_auth_code_flow(["User.Read"], redirect_uri=BACK)
    answer = requests.get(flow["auth_uri"], timeout=10)
    assert "Connexion simulée" in answer.text
    assert "Simulated sign-in" in answer.text
    assert not re.search(r'(?:src|href)="(?!data:)', answer.text)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_signing_out_leads_back_to_the_application(running: Running):
    address = f"{running.sign_in_url}/{running.tenant_id}/oauth2/v2.0/logout"
    back = requests.get(
        address, params={"post_logout_redirect_uri": "http://localhost:8080/"}, allow_redirects=False, timeout=10
    )
    assert back.headers["Location"] == "http://localhost:8080/"
    stays = requests.get(address, params={"post_logout_redirect_uri": "https://elsewhere.example"}, timeout=10)
    assert "Vous êtes déconnecté" in stays.text
