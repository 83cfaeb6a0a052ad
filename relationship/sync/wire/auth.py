"""Tokens for Microsoft Graph and Dataverse through msal; what Entra refuses, said as a clear sentence.

Tokens stay in memory: an application token is asked for again after a restart.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import msal
import requests

from relationship.config import AUTHORITY_HOSTS, Config
from relationship.errors import FixSettings, Reconnect, RelationshipError, TryLater
from relationship.sync.wire.sessions import is_untrusted, open_session

# Entra accepts assertions about five minutes off; below this the clock is not the reason.
CLOCK_TOLERANCE_SECONDS = 180.0
_ASSERTION_FAULTS = frozenset({700024, 700027, 700023, 50013})
_TEMPORARY = frozenset({"temporarily_unavailable", "server_error"})
_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)
# Those of the variables that each application has of its own.
_OWN_VARIABLE = re.compile(r"RELATIONSHIP_(?=C(?:LIENT_ID|LIENT_SECRET|ERTIFICATE)\b)")
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Refusal:
    code: str
    message: str
    next_step: str


# AADSTS numbers (contract microsoft-graph, section 17) to what an administrator can do.
REFUSALS: Mapping[int, _Refusal] = {
    7000215: _Refusal(
        "wrong_secret",
        "The client secret is wrong.",
        "Create a secret under App registrations > Certificates & secrets and set its value (not its id) "
        "as RELATIONSHIP_CLIENT_SECRET.",
    ),
    7000222: _Refusal(
        "expired_secret",
        "The client secret has expired.",
        "Create a new secret under App registrations > Certificates & secrets and set RELATIONSHIP_CLIENT_SECRET.",
    ),
    700016: _Refusal(
        "application_unknown",
        "The application is not known in this Microsoft 365 organisation.",
        "Compare RELATIONSHIP_CLIENT_ID and RELATIONSHIP_TENANT_ID with the app registration's overview page.",
    ),
    7000112: _Refusal(
        "application_disabled",
        "The application is switched off in Microsoft Entra.",
        "Enable it under Enterprise applications > Properties.",
    ),
    90002: _Refusal(
        "tenant_unknown",
        "Microsoft knows no organisation with this tenant id.",
        "Compare RELATIONSHIP_TENANT_ID with the Directory (tenant) ID of the app registration.",
    ),
    65001: _Refusal(
        "consent_missing",
        "Nobody has consented to the application's permissions yet, or the consent was withdrawn.",
        "An administrator grants it under App registrations > API permissions > Grant admin consent.",
    ),
    500011: _Refusal(
        "resource_unknown",
        "The service is not known in this Microsoft 365 organisation.",
        "Check RELATIONSHIP_DATAVERSE_URL and RELATIONSHIP_MSGRAPH_URL.",
    ),
    700027: _Refusal(
        "wrong_certificate",
        "The certificate is not the one registered for the application.",
        "Upload the public part of RELATIONSHIP_CERTIFICATE under App registrations > Certificates & secrets.",
    ),
    700024: _Refusal(
        "assertion_expired",
        "Microsoft says that our signed request is not valid at this time.",
        "Check the clock of this machine (NTP), then run the command again.",
    ),
    53003: _Refusal(
        "conditional_access",
        "A Conditional Access policy blocks the application.",
        "Exempt this workload identity, or run the service from an allowed network.",
    ),
}
# These make every source unreadable; others may concern one service only.
CREDENTIAL_CODES = frozenset(
    {
        "wrong_secret",
        "expired_secret",
        "application_unknown",
        "application_disabled",
        "tenant_unknown",
        "wrong_certificate",
        "assertion_expired",
        "clock_off",
    }
)


class Credentials:
    """The registered application of this deployment; `source(url)` gives the tokens for one service."""

    def __init__(self, config: Config, *, variables: str = "RELATIONSHIP_") -> None:
        """variables: how the environment variables of this application begin, for what is told to administrators"""
        self._config = config
        self._variables = variables
        self._lock = threading.Lock()
        self._app: Any = None
        self._clock_off = 0.0
        self._session = open_session(config.ca_file, config.proxy)
        self._session.hooks["response"].append(self._note_clock)

    def source(self, url: str) -> "TokenSource":
        """Tokens whose audience is the origin of `url`."""
        parts = urlsplit(url)
        return TokenSource(self, f"{parts.scheme}://{parts.netloc}/.default")

    def close(self) -> None:
        self._session.close()

    def acquire(self, scope: str, *, instead_of: str | None = None) -> str:
        """A token from msal's cache or from Entra; `instead_of` names one that was refused.

        raises  Reconnect, FixSettings or TryLater, each with the next step
        """
        with self._lock:
            try:
                return self._acquired(scope, instead_of)
            except RelationshipError as error:
                error.next_step = _OWN_VARIABLE.sub(self._variables, error.next_step)
                raise

    def _acquired(self, scope: str, instead_of: str | None) -> str:
        app = self._application()
        answer = self._asked(app, scope)
        if instead_of is not None and answer == instead_of:
            app.remove_tokens_for_client()
            answer = self._asked(app, scope)
        return answer

    def check_settings(self) -> None:
        """Raises FixSettings when something is missing that no request could do without; asks nobody."""
        if not (self._config.tenant_id and self._config.client_id):
            raise FixSettings(
                "No Microsoft 365 organisation is configured.",
                next_step="Set RELATIONSHIP_TENANT_ID, RELATIONSHIP_CLIENT_ID and RELATIONSHIP_CLIENT_SECRET "
                "or RELATIONSHIP_CERTIFICATE.",
                code="not_configured",
            )
        client_credential(self._config)

    def _application(self) -> Any:
        if self._app is None:
            config = self._config
            self.check_settings()
            credential = client_credential(config)
            try:
                self._app = msal.ConfidentialClientApplication(
                    config.client_id,
                    client_credential=credential,
                    authority=f"{config.authority_url}/{config.tenant_id}",
                    instance_discovery=urlsplit(config.authority_url).hostname in AUTHORITY_HOSTS,
                    http_client=self._session,
                )
            except (requests.RequestException, OSError) as error:
                raise _unreachable(error) from None
            except ValueError:  # msal's way of saying that the discovery page of the tenant is missing
                raise _told(REFUSALS[90002], 90002) from None
        return self._app

    def _asked(self, app: Any, scope: str) -> str:
        try:
            answer = app.acquire_token_for_client(scopes=[scope])
        except (requests.RequestException, OSError) as error:
            raise _unreachable(error) from None
        except ValueError:
            raise _unreachable(None) from None
        token = answer.get("access_token")
        if isinstance(token, str):
            return token
        self._app = None  # msal would replay the stored refusal for a minute
        raise self._refused(answer)

    def _refused(self, answer: Mapping[str, Any]) -> RelationshipError:
        numbers = [number for number in answer.get("error_codes") or () if isinstance(number, int)]
        if answer.get("error") in _TEMPORARY:
            return _unreachable(None)
        if _ASSERTION_FAULTS.intersection(numbers) and abs(self._clock_off) >= CLOCK_TOLERANCE_SECONDS:
            minutes = round(abs(self._clock_off) / 60)
            way = "ahead of" if self._clock_off > 0 else "behind"
            return Reconnect(
                f"The clock of this machine is {minutes} minutes {way} Microsoft's, so our signed request is refused.",
                next_step="Set the clock (NTP), then run the command again.",
                code="clock_off",
            )
        for number in numbers:
            if number in REFUSALS:
                return _told(REFUSALS[number], number)
        number = numbers[0] if numbers else 0
        return Reconnect(
            f"Microsoft Entra refuses to sign us in (AADSTS{number}).",
            next_step="Look the number up in the sign-in log of the application in Microsoft Entra.",
            code="sign_in_refused",
        )

    def _note_clock(self, response: requests.Response, *_args: object, **_kwargs: object) -> None:
        try:
            theirs = parsedate_to_datetime(response.headers["Date"])
        except (KeyError, ValueError):
            return
        self._clock_off = (datetime.now(UTC) - theirs).total_seconds()


@dataclass(frozen=True, slots=True)
class TokenSource:
    """The tokens for one service."""

    credentials: Credentials
    scope: str

    def token(self) -> str:
        return self.credentials.acquire(self.scope)

    def renewed(self, refused: str) -> str:
        """A new token after `refused` was; another thread may have fetched it already."""
        return self.credentials.acquire(self.scope, instead_of=refused)


def client_credential(config: Config) -> str | dict[str, str]:
    if config.certificate is None:
        secret = config.client_secret.get_secret_value()
        if not secret:
            raise FixSettings(
                "Neither a client secret nor a certificate is configured.",
                next_step="Set RELATIONSHIP_CLIENT_SECRET or RELATIONSHIP_CERTIFICATE.",
                code="no_credential",
            )
        return secret
    try:
        pem = config.certificate.read_bytes()
    except OSError:
        pem = b""
    key, certificate = _KEY.search(pem), _CERTIFICATE.search(pem)
    if key is None or certificate is None:
        raise FixSettings(
            "The certificate file cannot be read, or does not hold a private key and a certificate in PEM form.",
            next_step="Check the path in RELATIONSHIP_CERTIFICATE and its rights; the file holds both parts.",
            code="certificate_file",
        )
    return {"private_key": key.group().decode(), "public_certificate": certificate.group().decode()}


def _told(refusal: _Refusal, number: int) -> Reconnect:
    return Reconnect(f"{refusal.message} (AADSTS{number})", next_step=refusal.next_step, code=refusal.code)


def _unreachable(error: Exception | None) -> RelationshipError:
    if error is not None and is_untrusted(error):
        return FixSettings(
            "The certificate of the sign-in service is not trusted.",
            next_step="Check the clock of this machine; for a private authority set RELATIONSHIP_CA_FILE.",
            code="untrusted_certificate",
        )
    return TryLater(
        "Microsoft's sign-in service could not be reached, or did not answer properly.",
        next_step="Check the network, RELATIONSHIP_PROXY_URL and RELATIONSHIP_AUTHORITY_URL; the next run tries again.",
        code="sign_in_unreachable",
    )
