"""The way out for mail of a seller: Microsoft Graph and the CRM of the simulated organisation over TLS."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import msal
import pytest
from cryptography.fernet import Fernet
from sync_world import config_for, world

from relationship.clock import real_clock
from relationship.config import Config
from relationship.errors import FixSettings, Reconnect, TryLater
from relationship.store.database import Store
from relationship.store.sources.tokens import TokenVault
from relationship.sync.outward.mail_out import ByCrm, ByMsgraph, Delivery, SellerMail
from relationship.sync.wire import delegated
from relationship.sync.wire.auth import Credentials
from relationship.sync.wire.delegated import MAIL, Consents
from relationship.sync.wire.sessions import open_session
from simulator import identity
from simulator.entra import Grant
from simulator.faults import Fault, FaultKind
from simulator.server import Running, start

KEY = "6a1f0c52-7d1e-4b7e-9a55-0c6d2f1b8e11"


@pytest.fixture(scope="module")
def microsoft() -> Iterator[Running]:
    with start(world()) as running:
        yield running


@dataclass
class Seller:
    """Ines, who sends to Omar, and the simulated organisation that takes it."""

    running: Running
    settings: Config
    consents: Consents
    vault: TokenVault
    store: Store

    @property
    def key(self) -> str:
        return self.running.organisation.user("ines").id

    def mail(self) -> SellerMail:
        return SellerMail(
            KEY, self.key, identity.system_user("ines"), "omar@fjord.example", identity.system_user("omar"),
            "Présentation", "Bonjour Omar,\n\nMerci !\n",
        )  # fmt: skip

    def consent(self, scope: str = "https://graph.microsoft.com/Mail.Send") -> None:
        """What a finished consent leaves: msal's cache after the code was exchanged."""
        cache = msal.SerializableTokenCache()
        user = self.running.organisation.user("ines")
        with open_session(self.settings.ca_file) as session:
            app = delegated.application(self.settings, cache, session)
            flow = app.initiate_auth_code_flow([scope], redirect_uri="http://localhost/auth/callback")
            asked = {name: values[0] for name, values in parse_qs(urlsplit(flow["auth_uri"]).query).items()}
            grant = Grant(user, (), asked["scope"], asked["redirect_uri"], asked["nonce"], asked["code_challenge"])
            code = self.running.services.entra.grant_code(grant)
            found = app.acquire_token_by_auth_code_flow(flow, {"code": code, "state": asked["state"]})
        assert "access_token" in found, found
        self.consents.keep(self.key, cache.serialize(), at=real_clock())

    def post(self) -> ByMsgraph:
        return ByMsgraph(self.settings, self.consents.tokens_of)


@pytest.fixture
def seller(microsoft: Running, store: Store) -> Iterator[Seller]:
    settings = config_for(microsoft)
    vault = TokenVault([Fernet.generate_key().decode()])
    microsoft.organisation.handed.clear()
    microsoft.services.crm.handed.clear()
    yield Seller(microsoft, settings, Consents(settings, store, vault), vault, store)
    microsoft.services.faults.clear()


def test_a_seller_who_gave_the_right_sends_in_his_own_name(seller: Seller) -> None:
    seller.consent()
    assert seller.post().send(seller.mail()) is Delivery.LEFT
    (handed,) = seller.running.organisation.handed
    assert (handed.sender, handed.to, handed.subject) == (seller.key, ("omar@fjord.example",), "Présentation")
    assert handed.text == "Bonjour Omar,\n\nMerci !\n"
    assert handed.headers == (("x-relationship-introduction", KEY),)


def test_without_the_right_nothing_is_sent_and_the_next_step_is_named(seller: Seller) -> None:
    with pytest.raises(Reconnect) as refused:
        seller.post().send(seller.mail())
    assert refused.value.code == "mail_consent_missing"
    assert seller.running.organisation.handed == []


def test_another_right_is_not_enough(seller: Seller) -> None:
    seller.consent(scope="https://graph.microsoft.com/User.Read")
    with pytest.raises(Reconnect):
        seller.post().send(seller.mail())
    assert seller.running.organisation.handed == []


def test_a_right_that_was_taken_back_at_microsoft_is_forgotten_here(seller: Seller) -> None:
    seller.consent()
    seller.running.services.faults.add(Fault(FaultKind.UNAUTHORISED, path="me/sendMail"))
    seller.running.services.entra._refresh_tokens.clear()
    with pytest.raises(Reconnect):
        seller.post().send(seller.mail())
    assert not seller.consents.has(seller.key)


def test_a_token_that_was_refused_is_renewed_once_and_the_mail_sent_once(seller: Seller) -> None:
    seller.consent()
    seller.running.services.faults.add(Fault(FaultKind.UNAUTHORISED, path="me/sendMail"))
    assert seller.post().send(seller.mail()) is Delivery.LEFT
    assert len(seller.running.organisation.handed) == 1


def test_a30_the_right_is_kept_encrypted_and_of_no_use_to_anybody_else(seller: Seller) -> None:
    seller.consent()
    with seller.store.transaction() as conn:
        body = conn.exec_driver_sql("SELECT body FROM token_cache").scalar_one()
        assert b"refresh" not in bytes(body).lower()
        conn.exec_driver_sql(f"UPDATE token_cache SET key = '{MAIL.caches}somebody-else'")
    assert not seller.consents.has("somebody-else")
    assert not seller.consents.has(seller.key)


@pytest.mark.parametrize(
    ("fault", "handed"),
    [
        (Fault(FaultKind.LOST, path="me/sendMail"), 1),
        (Fault(FaultKind.RESET, path="me/sendMail"), 0),
        (Fault(FaultKind.UNAVAILABLE, path="me/sendMail"), 0),
        (Fault(FaultKind.HTML, path="me/sendMail", status=502), 0),
        (Fault(FaultKind.HTML, path="me/sendMail", status=200), 0),
    ],
)
def test_an_answer_that_says_nothing_leaves_a_doubt_and_nothing_is_sent_twice(
    seller: Seller, fault: Fault, handed: int
) -> None:
    seller.consent()
    seller.running.services.faults.add(fault)
    assert seller.post().send(seller.mail()) is Delivery.UNKNOWN
    assert len(seller.running.organisation.handed) == handed


def test_when_microsoft_asks_for_patience_nothing_left_and_the_wait_is_told(seller: Seller) -> None:
    seller.consent()
    seller.running.services.faults.add(Fault(FaultKind.THROTTLED, path="me/sendMail", retry_after="17"))
    with pytest.raises(TryLater) as refused:
        seller.post().send(seller.mail())
    assert refused.value.wait_seconds == 17
    assert seller.running.organisation.handed == []


def test_what_microsoft_refuses_did_not_leave(seller: Seller) -> None:
    seller.consent()
    fault = Fault(FaultKind.REFUSED, path="me/sendMail", status=403, code="ErrorAccessDenied")
    seller.running.services.faults.add(fault)
    with pytest.raises(Reconnect):
        seller.post().send(seller.mail())


# By the CRM


def by_crm(seller: Seller) -> ByCrm:
    return ByCrm(seller.settings, Credentials(seller.settings).source(seller.settings.dataverse_url))


def test_the_crm_sends_an_email_activity_of_the_seller(seller: Seller) -> None:
    mail = fresh(seller)
    assert by_crm(seller).send(mail) is Delivery.LEFT
    (handed,) = seller.running.services.crm.handed
    assert (handed.sender, handed.to, handed.subject) == (seller.key, ("omar@fjord.example",), "Présentation")
    assert seller.running.services.crm.row("email", mail.key)["statuscode"] == 3


def test_the_crm_never_sends_the_same_request_twice(seller: Seller) -> None:
    mail = fresh(seller)
    for _ in range(3):
        assert by_crm(seller).send(mail) is Delivery.LEFT
    assert len(seller.running.services.crm.handed) == 1


@pytest.mark.parametrize(
    ("path", "kind", "delivery", "handed"),
    [
        ("SendEmail", FaultKind.LOST, Delivery.LEFT, 1),
        ("SendEmail", FaultKind.UNAVAILABLE, Delivery.UNKNOWN, 0),
        ("/emails$", FaultKind.LOST, Delivery.UNKNOWN, 0),
        ("/emails$", FaultKind.RESET, Delivery.UNKNOWN, 0),
    ],
)
def test_after_a_lost_answer_the_crm_is_asked_whether_it_left(
    seller: Seller, path: str, kind: FaultKind, delivery: Delivery, handed: int
) -> None:
    mail = fresh(seller)
    seller.running.services.faults.add(Fault(kind, path=path))
    assert by_crm(seller).send(mail) is delivery
    assert len(seller.running.services.crm.handed) == handed


def test_somebody_outside_the_crm_cannot_send_by_it(seller: Seller) -> None:
    mail = SellerMail(KEY, seller.key, "", "omar@fjord.example", "", "Présentation", "Bonjour")
    with pytest.raises(FixSettings) as refused:
        by_crm(seller).send(mail)
    assert refused.value.code == "crm_user_missing"


def fresh(seller: Seller) -> SellerMail:
    """A mail with a key of its own: the organisation lives on from test to test."""
    return replace(seller.mail(), key=str(uuid4()))
