"""The application that the organisation registered in Entra, and what it may do."""

import secrets
import time
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

READ_ROLES = (
    "Mail.ReadBasic.All", "User.Read.All", "Domain.Read.All", "Calendars.Read", "Tasks.Read.All",
    "CallRecords.Read.All", "CallRecord-PstnCalls.Read.All", "MailboxSettings.Read",
    "GroupMember.Read.All",
)  # fmt: skip


@dataclass(slots=True)
class Registration:
    """client_secret stops working at secret_expires_at (real time, seconds since 1970; None: never).

    roles: the application permissions that app-only tokens for Microsoft Graph carry.
    consent_returns_at: reading of the monotonic clock until which consent is withdrawn all the same
    clock_offset: seconds by which the sign-in service's clock is ahead of ours.
    """

    client_id: str
    client_secret: str
    roles: tuple[str, ...] = READ_ROLES
    secret_expires_at: float | None = None
    has_consent: bool = True
    consent_returns_at: float = 0.0
    clock_offset: float = 0.0
    token_seconds: int = 3599
    certificates: list[x509.Certificate] = field(default_factory=list)

    def register_certificate(self, pem: bytes) -> None:
        """Accepts client assertions signed with the private key of this certificate (RSA)."""
        certificate = x509.load_pem_x509_certificate(pem)
        if not isinstance(certificate.public_key(), RSAPublicKey):
            raise ValueError("the certificate of an application holds an RSA key")
        self.certificates.append(certificate)

    def expire_secret(self) -> None:
        self.secret_expires_at = time.time() - 1

    def withdraw_consent(self, seconds: float | None = None) -> None:
        """No token is given out any more: for so many seconds, or until somebody consents again."""
        if seconds is None:
            self.has_consent = False
        else:
            self.consent_returns_at = time.monotonic() + seconds

    @property
    def gives_consent(self) -> bool:
        return self.has_consent and time.monotonic() >= self.consent_returns_at

    def has_secret(self, secret: str) -> bool:
        return secrets.compare_digest(secret.encode(), self.client_secret.encode())

    @property
    def secret_has_expired(self) -> bool:
        return self.secret_expires_at is not None and time.time() >= self.secret_expires_at


def register(client_id: str, roles: tuple[str, ...] = READ_ROLES) -> Registration:
    """A registration whose secret follows from the client id, so that a restarted demo keeps it."""
    return Registration(client_id, "simulated-" + sha256(client_id.encode()).hexdigest()[:24], roles)
