"""Credentials against the simulated sign-in service: what works, and what each refusal says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from sync_world import config_for

from relationship.errors import FixSettings, Reconnect, TryLater
from relationship.sync.wire.auth import Credentials
from simulator.server import Running


def _token(running: Running, **changes: object) -> str:
    credentials = Credentials(config_for(running, **changes))
    try:
        return credentials.source(running.msgraph_url).token()
    finally:
        credentials.close()


def _refusal(running: Running, **changes: object) -> Reconnect:
    with pytest.raises(Reconnect) as caught:
        _token(running, **changes)
    assert caught.value.next_step
    assert running.client_secret not in str(caught.value) + caught.value.next_step
    return caught.value


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A PEM file with a key and its self-signed certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relationship")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_secret_gives_a_token_for_each_service(running):
    credentials = Credentials(config_for(running))
    graph, crm = credentials.source(running.msgraph_url), credentials.source(running.dataverse_url)
    assert graph.token() != crm.token()
    assert graph.token() == graph.token()


def test_a_refused_token_is_renewed_once_however_many_ask(running):
    source = Credentials(config_for(running)).source(running.msgraph_url)
    first = source.token()
    second = source.renewed(first)
    assert second != first
    assert source.renewed(first) == second


def test_a_registered_certificate_gives_a_token(running, certificate):
    running.services.registration.register_certificate(certificate.read_bytes())
    assert _token(running, certificate=certificate, client_secret="")


def test_an_unregistered_certificate_is_told(running, certificate):
    told = _refusal(running, certificate=certificate, client_secret="")
    assert told.code == "wrong_certificate"


def test_a_file_without_key_is_a_matter_of_settings(running, tmp_path):
    path = tmp_path / "no.pem"
    trustme.CA().cert_pem.write_to_path(path)
    for wrong in (path, tmp_path / "missing.pem"):
        with pytest.raises(FixSettings) as caught:
            _token(running, certificate=wrong)
        assert caught.value.code == "certificate_file"


def test_a_wrong_secret_is_told(running):
    told = _refusal(running, client_secret="wrong")
    assert (told.code, told.exit_code) == ("wrong_secret", 77)
    assert "7000215" in told.message
    assert "RELATIONSHIP_CLIENT_SECRET" in told.next_step


def test_an_expired_secret_is_told(running):
    running.services.registration.expire_secret()
    assert _refusal(running).code == "expired_secret"


def test_an_unknown_application_is_told(running):
    assert _refusal(running, client_id="00000000-0000-4000-8000-000000000000").code == "application_unknown"


def test_an_unknown_organisation_is_told(running):
    assert _refusal(running, tenant_id="00000000-0000-4000-8000-000000000000").code == "tenant_unknown"


def test_a_missing_consent_is_told_and_its_grant_is_noticed_at_once(running):
    running.services.registration.has_consent = False
    source = Credentials(config_for(running)).source(running.msgraph_url)
    with pytest.raises(Reconnect) as caught:
        source.token()
    assert caught.value.code == "consent_missing"
    running.services.registration.has_consent = True
    assert source.token()


@pytest.mark.parametrize(("minutes", "way"), [(-47, "ahead of"), (95, "behind")])
def test_a_wrong_clock_is_told_in_minutes(minutes, way, running, certificate, monkeypatch):
    registration = running.services.registration
    registration.register_certificate(certificate.read_bytes())
    registration.clock_offset = minutes * 60.0
    original = Credentials._note_clock

    def shifted(self: Credentials, response: object, *args: object, **kwargs: object) -> None:
        original(self, response, *args, **kwargs)
        self._clock_off -= minutes * 60

    monkeypatch.setattr(Credentials, "_note_clock", shifted)
    told = _refusal(running, certificate=certificate, client_secret="")
    assert told.code == "clock_off"
    assert f"{abs(minutes)} minutes {way} Microsoft's" in told.message


def test_nothing_configured_is_a_matter_of_settings(running):
    for changes in ({"client_secret": ""}, {"tenant_id": ""}, {"client_id": ""}):
        with pytest.raises(FixSettings):
            _token(running, **changes)


def test_an_unreachable_sign_in_service_is_for_later(running):
    with pytest.raises(TryLater) as caught:
        _token(running, authority_url="https://localhost:9")
    assert caught.value.code == "sign_in_unreachable"


def test_an_untrusted_sign_in_service_is_a_matter_of_settings(running):
    with pytest.raises(FixSettings) as caught:
        _token(running, ca_file=None)
    assert caught.value.code == "untrusted_certificate"
