"""Signing in through the simulated Entra over TLS, and everything that can go wrong there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import sqlalchemy as sa
import web_builder
from cryptography.fernet import Fernet
from flask.testing import FlaskClient
from web_site import Site, config
from werkzeug.test import TestResponse

from relationship.clock import frozen_clock, real_clock
from relationship.errors import TryLater
from relationship.house import House
from relationship.store import tables
from relationship.store.database import Store
from relationship.store.rights import web_sessions
from relationship.store.rights.rights_tables import READER_SET, WEB_SESSION
from relationship.store.rights.web_sessions import Visit
from simulator.server import Running, start
from simulator.world import Opportunity, OpportunityStatus, Person, Side, SignIn, World
from web.app import create_app
from web.identity import sign_in
from web.identity.entra import Entra

BASE = "http://localhost:8080"
ROLES: dict[str, tuple[str, ...]] = {
    "ines": ("seller",),
    "omar": ("sales_manager", "privacy_officer"),
    "lise": ("privacy_officer",),
    "yann": (),
    "rosa": ("Global Administrator",),
}


def _colleague(name: str) -> Person:
    return Person(name, f"{name}@fjord.example", name.capitalize(), Side.COLLEAGUE, None, "", ())


def small_world() -> World:
    people = tuple(
        Person(name, f"{name}@fjord.example", name.capitalize(), Side.COLLEAGUE, None, "", ()) for name in ROLES
    )
    deal = Opportunity(
        "o1", "Nordlys", "", "ines", (), (), OpportunityStatus.OPEN, "Proposition", 60, 1000.0, date(2026, 1, 10), None
    )
    return World(
        name="Fjord",
        organisation_domain="fjord.example",
        now=datetime(2026, 6, 17, tzinfo=UTC),
        people=people,
        accounts=(),
        opportunities=(deal,),
        activities=(),
        domains=("fjord.example",),
        sign_in=tuple(SignIn(name, roles) for name, roles in ROLES.items()),
    )


@pytest.fixture(scope="module")
def entra() -> Iterator[Running]:
    with start(small_world()) as running:
        yield running


@dataclass
class Door:
    """The application in front of the simulated Entra, and a browser that has a seat at both."""

    site: Site
    client: FlaskClient
    entra: Running

    def begin(self, wanted: str = "/opportunities") -> str:
        """The address of Entra's page that the browser is sent to."""
        answer = self.client.get("/auth/start", query_string={"next": wanted}, base_url=BASE)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def choose(self, page: str, who: str) -> dict[str, str]:
        """What Entra sends back to the callback after somebody was chosen, or nobody for an empty name."""
        user = self.entra.organisation.directory.find(who) if who else None
        answer = requests.post(page, data={"user_id": user.id if user else ""}, allow_redirects=False, timeout=20)
        assert answer.status_code in {302, 303}
        target = urlsplit(answer.headers["Location"])
        assert f"{target.scheme}://{target.netloc}{target.path}" == f"{BASE}/auth/callback"
        return {name: values[0] for name, values in parse_qs(target.query).items()}

    def finish(self, answer: dict[str, str]) -> TestResponse:
        return self.client.get("/auth/callback", query_string=answer, base_url=BASE)

    def member(self) -> Visit | None:
        """The visit that the browser's cookie names."""
        with self.client.session_transaction(base_url=BASE) as session:
            number = session.get("visit", "")
        with self.site.store.reading() as conn:
            return web_sessions.visit(conn, number)

    def signed_in(self, who: str) -> FlaskClient:
        self.finish(self.choose(self.begin(), who))
        return self.client

    def opens(self) -> int:
        """What a page answers that only somebody with the role seller or above may open."""
        return self.client.get("/opportunities", base_url=BASE).status_code


def door_to(entra: Running, store: Store, **changes: Any) -> Door:
    web_builder.prepare(store)
    usual: dict[str, Any] = {
        "tenant_id": entra.tenant_id,
        "client_id": entra.client_id,
        "client_secret": entra.client_secret,
        "authority_url": entra.authority_url,
        "ca_file": entra.ca_file,
        "base_url": BASE,
    }
    app = create_app(House(config(**{**usual, **changes}), store, frozen_clock(web_builder.NOW)))
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return Door(Site(app, store), client, entra)


@pytest.fixture
def door(entra: Running, small_store: Store) -> Door:
    return door_to(entra, small_store)


def test_the_request_to_entra_has_state_nonce_and_a_hashed_challenge(door: Door) -> None:
    asked = parse_qs(urlsplit(door.begin()).query)
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == [f"{BASE}/auth/callback"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16
    assert len(asked["nonce"][0]) >= 16


@pytest.mark.parametrize(
    ("who", "roles"), [("ines", ["seller"]), ("omar", ["privacy_officer", "sales_manager"]), ("rosa", []), ("yann", [])]
)
def test_a13_whoever_signs_in_is_known_by_object_id_with_the_roles_of_the_token(
    door: Door, who: str, roles: list[str]
) -> None:
    answer = door.finish(door.choose(door.begin("/opportunities?owner=me"), who))
    assert answer.headers["Location"] == "/opportunities?owner=me"
    member = door.member()
    assert member is not None
    user = door.entra.organisation.directory.find(who)
    assert user is not None
    assert (member.oid, member.name, member.roles) == (user.id, who.capitalize(), tuple(roles))


def test_without_a_known_role_one_is_told_which_to_ask_for(door: Door) -> None:
    door.finish(door.choose(door.begin(), "rosa"))
    answer = door.client.get("/opportunities", base_url=BASE)
    assert answer.status_code == 403
    assert "Sales manager" in answer.text
    assert "administrator of Microsoft Entra" in answer.text


def test_of_a_finished_sign_in_only_the_right_to_ask_again_is_kept_encrypted(door: Door) -> None:
    """A30"""
    door.signed_in("ines")
    member = door.member()
    assert member is not None
    kept = tables.table(tables.TokenCache)
    with door.site.store.reading() as conn:
        rows = conn.execute(sa.select(kept.c.key, kept.c.body)).all()
        right = door.site.app.extensions["house"].vault().load(conn, f"visit/{member.oid}")
    assert [key for key, _ in rows] == [f"visit/{member.oid}"]
    assert right
    assert right.encode() not in bytes(rows[0][1])


def test_the_sign_in_under_way_is_kept_encrypted_and_out_of_the_cookie(door: Door) -> None:
    asked = parse_qs(urlsplit(door.begin()).query)
    with door.site.store.reading() as conn:
        kept = conn.execute(sa.select(tables.table(tables.TokenCache).c.body)).scalar_one()
    assert asked["state"][0].encode() not in bytes(kept)
    with door.client.session_transaction(base_url=BASE) as session:
        assert set(session) - {"_permanent"} == {"sign_in"}


def test_a_refused_consent_is_explained(door: Door) -> None:
    answer = door.finish(door.choose(door.begin(), ""))
    assert answer.status_code == 400
    assert "The sign-in was refused" in answer.text
    assert "/auth/start" in answer.text
    assert door.member() is None


def _forged_state(door: Door) -> dict[str, str]:
    return {**door.choose(door.begin(), "ines"), "state": "forged"}


def _planted(door: Door) -> dict[str, str]:
    """Somebody else's finished answer, put into a browser that never asked."""
    answer = door.choose(door.begin(), "ines")
    door.client.delete_cookie("session", domain="localhost")
    return answer


def _replayed(door: Door) -> dict[str, str]:
    answer = door.choose(door.begin(), "ines")
    door.finish(answer)
    door.client.delete_cookie("session", domain="localhost")
    return answer


@pytest.mark.parametrize(
    "answer", [_forged_state, _planted, _replayed, lambda _door: {}, lambda _door: {"code": "x", "state": "y"}]
)
def test_a19_an_answer_that_does_not_belong_to_this_browser_signs_nobody_in(
    door: Door, answer: Callable[[Door], dict[str, str]]
) -> None:
    told = door.finish(answer(door))
    assert told.status_code == 400
    assert "no longer valid" in told.text
    assert door.member() is None


def test_an_answer_that_comes_too_late_is_refused(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = door.choose(door.begin(), "ines")
    monkeypatch.setattr(sign_in, "real_clock", lambda: real_clock() + timedelta(minutes=16))
    assert door.finish(answer).status_code == 400
    assert door.member() is None


def test_a11_a_token_of_another_organisation_is_refused(
    entra: Running, small_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = door_to(entra, small_store)
    monkeypatch.setattr(entra.services.entra, "tenant_id", entra.tenant_id)
    signed = type(entra.services.entra)._signed

    def foreign(self: Any, claims: Any, issuer: str) -> str:
        self.tenant_id = "aaaaaaaa-0000-4000-8000-00000000000f"
        try:
            return signed(self, claims, issuer)
        finally:
            self.tenant_id = entra.tenant_id

    answer = door.choose(door.begin(), "ines")
    monkeypatch.setattr(type(entra.services.entra), "_signed", foreign)
    told = door.finish(answer)
    assert told.status_code == 400
    assert "belongs to another organisation" in told.text
    assert door.member() is None


def test_an_unreachable_entra_asks_for_patience(entra: Running, small_store: Store) -> None:
    door = door_to(entra, small_store, authority_url="https://localhost:9")
    answer = door.client.get("/auth/start", base_url=BASE)
    assert answer.status_code == 503
    assert "Microsoft cannot be reached" in answer.text
    assert "Traceback" not in answer.text


def test_a_wrong_secret_is_the_administrators_business(entra: Running, small_store: Store) -> None:
    door = door_to(entra, small_store, client_secret="wrong")
    answer = door.finish(door.choose(door.begin(), "ines"))
    assert answer.status_code == 503
    assert "renew the secret" in answer.text
    assert "entra_secret" in answer.text


@pytest.mark.parametrize(
    "changes",
    [{"client_id": ""}, {"tenant_id": "0b1e7c54-0000-4000-8000-00000000dead"}, {"encryption_keys": ""}],
)
def test_an_incomplete_setup_says_so(entra: Running, small_store: Store, changes: dict[str, str]) -> None:
    door = door_to(entra, small_store, **changes)
    answer = door.client.get("/auth/start", base_url=BASE)
    assert answer.status_code == 503
    assert "not set up" in answer.text


def test_a14_a_certificate_of_a_stranger_is_not_trusted(entra: Running, small_store: Store) -> None:
    door = door_to(entra, small_store, ca_file=None)
    assert door.client.get("/auth/start", base_url=BASE).status_code == 503


def test_a_new_key_in_front_still_opens_the_sign_ins_of_the_old_one(entra: Running, small_store: Store) -> None:
    old = Fernet.generate_key().decode()
    door = door_to(entra, small_store, encryption_keys=old)
    answer = door.choose(door.begin(), "ines")
    cookie = door.client.get_cookie("session", domain="localhost")
    assert cookie is not None
    rotated = door_to(entra, small_store, encryption_keys=f"{Fernet.generate_key().decode()},{old}")
    rotated.client.set_cookie("session", cookie.value, domain="localhost")
    assert rotated.finish(answer).status_code == 302


def later(door: Door, minutes: float) -> None:
    """So many minutes go by since Entra was asked last."""
    with door.site.store.transaction() as conn:
        conn.execute(sa.update(WEB_SESSION).values(checked_at=real_clock() - timedelta(minutes=minutes)))


@pytest.fixture
def own_door(small_store: Store) -> Iterator[Door]:
    """Before an Entra of its own, whose people and roles change."""
    with start(small_world()) as running:
        yield door_to(running, small_store)


def _user_id(door: Door, who: str) -> str:
    user = door.entra.organisation.directory.find(who)
    assert user is not None
    return user.id


def test_a10_a_role_that_was_taken_away_is_gone_within_five_minutes(own_door: Door) -> None:
    """A10"""
    own_door.signed_in("ines")
    assert own_door.opens() == 200
    own_door.entra.services.entra.assign(_user_id(own_door, "ines"), ("privacy_officer",))
    assert own_door.opens() == 200
    later(own_door, 4.1)
    assert own_door.opens() == 403
    member = own_door.member()
    assert member is not None
    assert member.roles == ("privacy_officer",)


def test_a10_the_visit_of_a_leaver_ends_within_five_minutes_everywhere(own_door: Door) -> None:
    """A10"""
    own_door.signed_in("ines")
    own_door.entra.organisation.disable_user("ines")
    later(own_door, 4.1)
    assert own_door.opens() == 302
    assert own_door.member() is None
    with own_door.site.store.reading() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(tables.table(tables.TokenCache))) == 0


def test_roles_are_read_again_and_again(own_door: Door) -> None:
    """Entra changes the right to ask at every use."""
    own_door.signed_in("ines")
    for _ in range(3):
        later(own_door, 4.1)
        assert own_door.opens() == 200


def test_while_entra_is_away_roles_count_for_five_minutes_and_the_visit_goes_on_afterwards(
    entra: Running, small_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A10"""
    door = door_to(entra, small_store)
    door.signed_in("ines")

    def away(*_args: object, **_named: object) -> None:
        raise TryLater("Entra is away.", next_step="Wait.")

    with monkeypatch.context() as patched:
        patched.setattr(Entra, "renew", away)
        later(door, 4.5)
        assert door.opens() == 200
        later(door, 5.1)
        assert door.opens() == 302
    assert door.opens() == 200


def test_after_the_last_sign_out_nothing_is_kept_of_a_person(door: Door) -> None:
    """A10"""
    door.signed_in("omar")
    text = door.client.get("/opportunities", base_url=BASE).text
    token = text.split('name="csrf_token" value="')[1].split('"')[0]
    own = {"Sec-Fetch-Site": "same-origin"}
    assert door.client.post("/sign-out", data={"csrf_token": token}, headers=own, base_url=BASE).status_code == 302
    with door.site.store.reading() as conn:
        for one in (tables.table(tables.TokenCache), WEB_SESSION, READER_SET):
            assert conn.scalar(sa.select(sa.func.count()).select_from(one)) == 0
