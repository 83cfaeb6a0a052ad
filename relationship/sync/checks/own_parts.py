"""What an administrator sets up on this machine: settings, keys, database, clock, certificate."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests
from cryptography import x509

from relationship.config import Config, misspelt
from relationship.store.database import Store
from relationship.store.sources.tokens import TokenVault
from relationship.sync.checks.findings import Finding, Mark, tried
from relationship.sync.wire.auth import CLOCK_TOLERANCE_SECONDS
from relationship.sync.wire.sessions import open_session

CERTIFICATE_WARNING = timedelta(days=30)
CLOCK_WARNING_SECONDS = 30.0


def settings(config: Config) -> Iterator[Finding]:
    def setting(part: str, told: str, next_step: str, mark: Mark = Mark.BAD) -> Finding:
        return Finding(part, mark, told, next_step, is_setting=True)

    if not (config.tenant_id and config.client_id):
        yield setting(
            "registration",
            "No Microsoft 365 organisation is configured.",
            "Set RELATIONSHIP_TENANT_ID and RELATIONSHIP_CLIENT_ID (docs/connect.md, step 1).",
        )
    elif not (config.certificate or config.client_secret.get_secret_value()):
        yield setting(
            "registration",
            "Neither a certificate nor a secret is configured.",
            "Set RELATIONSHIP_CERTIFICATE (docs/connect.md, step 2).",
        )
    else:
        yield Finding("registration", Mark.GOOD, "Organisation, application and credential are configured.")
    if not config.secret_key.get_secret_value():
        mark = Mark.BAD if config.mode == "production" else Mark.WARNING
        step = "Put a long random text into RELATIONSHIP_SECRET_KEY."
        yield setting("cookie key", "The key that signs the session cookie is missing.", step, mark)
    else:
        yield Finding("cookie key", Mark.GOOD, "The session cookie can be signed.")
    yield tried("encryption key", lambda: _usable_key(config.encryption_keys.get_secret_value()), is_setting=True)
    if config.base_url.startswith("https://"):
        yield Finding("address", Mark.GOOD, "The service has an https address.")
    else:
        yield setting(
            "address",
            "The service has no https address: sign-in and notifications need one outside of this machine.",
            "Set RELATIONSHIP_BASE_URL to the https address that browsers use.",
            Mark.WARNING,
        )


def variables(names: Iterable[str]) -> Iterator[Finding]:
    """One warning for each variable whose name is nearly that of a setting: the service does not look at it."""
    for number, (given, meant) in enumerate(misspelt(names), 1):
        part = "variable" if number == 1 else f"variable {number}"
        yield Finding(
            part, Mark.WARNING, f"{given} is no setting.", f"Call it {meant} if that was meant.", is_setting=True
        )


def _usable_key(keys: str) -> str:
    TokenVault(keys.split(","))
    return "Tokens can be encrypted."


def written(store: Store) -> str:
    """A row is written and taken back: rights and space are there."""
    with store.engine.connect() as conn, conn.execution_options(relationship_writes=True).begin() as attempt:
        conn.exec_driver_sql("INSERT INTO hint (source_key, notices, last_at) VALUES ('doctor', 0, '2000-01-01')")
        attempt.rollback()
    return f"The database ({store.engine.dialect.name}) can be written."


def clock(config: Config) -> Finding:
    url = f"{config.authority_url}/{config.tenant_id}/v2.0/.well-known/openid-configuration"
    with open_session(config.ca_file, config.proxy) as session:
        try:
            answer = session.get(url)
            theirs = parsedate_to_datetime(answer.headers["Date"])
        except (requests.RequestException, OSError, KeyError, ValueError):
            return Finding(
                "clock",
                Mark.WARNING,
                "Microsoft's sign-in service could not be asked for the time.",
                "Check the network, RELATIONSHIP_PROXY_URL and RELATIONSHIP_AUTHORITY_URL.",
            )
    off = abs((datetime.now(UTC) - theirs).total_seconds())
    if off < CLOCK_WARNING_SECONDS:
        return Finding("clock", Mark.GOOD, "The clock agrees with Microsoft's.")
    mark = Mark.BAD if off >= CLOCK_TOLERANCE_SECONDS else Mark.WARNING
    return Finding("clock", mark, f"The clock is {off:.0f} s off Microsoft's.", "Set the clock (NTP).")


def certificate(config: Config) -> Iterator[Finding]:
    if config.certificate is None:
        if config.client_secret.get_secret_value():
            yield Finding(
                "credential",
                Mark.WARNING,
                "A client secret is used; when it expires cannot be read from here.",
                "Use a certificate (docs/connect.md, step 2), or note the day in a calendar.",
            )
        return
    try:
        pem = config.certificate.read_bytes()
        begin = pem.index(b"-----BEGIN CERTIFICATE")
        ends = x509.load_pem_x509_certificate(pem[begin:]).not_valid_after_utc
    except (OSError, ValueError):
        yield Finding(
            "credential",
            Mark.BAD,
            "The certificate file cannot be read, or does not hold a private key and a certificate in PEM form.",
            "Check the path in RELATIONSHIP_CERTIFICATE and its rights.",
            is_setting=True,
        )
        return
    left = ends - datetime.now(UTC)
    step = "Make a new certificate, upload it, then change RELATIONSHIP_CERTIFICATE (docs/connect.md, step 2)."
    if left <= timedelta(0):
        yield Finding("credential", Mark.BAD, "The certificate has expired.", step, is_setting=True)
    elif left < CERTIFICATE_WARNING:
        yield Finding("credential", Mark.WARNING, f"The certificate expires in {left.days} days.", step)
    else:
        yield Finding("credential", Mark.GOOD, f"The certificate is good for {left.days} days.")
