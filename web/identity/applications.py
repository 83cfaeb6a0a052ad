"""Other systems at the API: applications of the organisation, each proved by a token of Entra for this service.

The token is made by Entra alone (client credentials), lasts an hour and names its roles; nothing of it is kept here.
What an application may read, the CRM says, as of a person: it is asked as the application's user there.
"""

import threading
from collections.abc import Callable
from typing import Any, Protocol, cast

import jwt
import requests
import structlog
from flask import Flask, Request, current_app

from relationship.access import AppRole, known_roles
from relationship.clock import real_clock
from relationship.config import Config
from relationship.errors import TryLater
from relationship.sync.wire.sessions import deadline, open_session
from web.house import house

log = structlog.get_logger()

LONGEST_TOKEN = 16 * 1024
# Entra changes its keys now and then, and tells the new ones some time before. A key that is not known asks anew, but
# invented ones shall not make this service ask all the time.
KEYS_LAST_SECONDS = 24 * 3600.0
ASK_AGAIN_SECONDS = 60.0
KEYS_ANSWER_SECONDS = 15.0
# Clocks may differ by so much.
SKEW_SECONDS = 60


class NotAccepted(Exception):
    """The token is not one of Entra for this service and organisation, or no longer; why is for the log alone."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        log.warning("token_refused", why=why)


class Keys(Protocol):
    """The public keys of Entra, by their number; NotAccepted for one that it does not have, TryLater when it cannot be
    asked."""

    def key(self, number: str) -> Any:
        """The key to check a signature with."""


class EntraKeys:
    """The keys that Entra signs with, kept for a day. Connects on first use."""

    def __init__(self, config: Config, *, now: Callable[[], float] = lambda: real_clock().timestamp()) -> None:
        self._config = config
        self._now = now
        self._lock = threading.Lock()
        self._keys: dict[str, Any] = {}
        self._asked_at = float("-inf")

    def key(self, number: str) -> Any:
        """The public key with this number."""
        with self._lock:
            age = self._now() - self._asked_at
            if age > KEYS_LAST_SECONDS or (number not in self._keys and age > ASK_AGAIN_SECONDS):
                self._keys = self._read()
                self._asked_at = self._now()
            if number not in self._keys:
                raise NotAccepted("unknown_key")
            return self._keys[number]

    def _read(self) -> dict[str, Any]:
        address = f"{self._config.authority_url}/{self._config.tenant_id}/discovery/v2.0/keys"
        try:
            with open_session(self._config.ca_file, self._config.proxy) as session, deadline(KEYS_ANSWER_SECONDS):
                answer = session.get(address, allow_redirects=False)
                answer.raise_for_status()
                found = jwt.PyJWKSet.from_dict(answer.json())
        except (requests.RequestException, OSError, ValueError, jwt.PyJWTError) as error:
            log.warning("keys_not_read", kind=type(error).__name__)
            raise TryLater(
                "Microsoft Entra cannot be reached.", next_step="Try again in a few minutes.", code="entra_unreachable"
            ) from error
        return {one.key_id: one.key for one in found.keys if one.key_id and one.key_type == "RSA"}


def install(app: Flask, config: Config) -> None:
    """Have the keys ready for the first token."""
    app.extensions["entra_keys"] = EntraKeys(config)


def token_of(request: Request) -> str | None:
    """The bearer token of a call of the API; None where none is sent, and on every page."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and request.path.startswith("/api/") else None


def proved(token: str) -> tuple[str, str, frozenset[AppRole]]:
    """Object id, name and roles of the application that a token belongs to.

    Raises NotAccepted for whatever is not such a token, TryLater when Entra's keys cannot be read.
    """
    config, keys = house().config, cast(Keys, current_app.extensions["entra_keys"])
    if not (config.tenant_id and config.client_id) or not 0 < len(token) <= LONGEST_TOKEN:
        raise NotAccepted("length")
    try:
        key = keys.key(str(jwt.get_unverified_header(token).get("kid", "")))
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=[config.client_id, f"api://{config.client_id}"],
            issuer=f"{config.authority_url}/{config.tenant_id}/v2.0",
            leeway=SKEW_SECONDS,
            options={"require": ["exp", "nbf", "iat", "aud", "iss"]},
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise NotAccepted(type(error).__name__) from error
    return _application(claims, config.tenant_id)


def _application(claims: dict[str, Any], tenant_id: str) -> tuple[str, str, frozenset[AppRole]]:
    oid, azp, roles = claims.get("oid"), claims.get("azp"), claims.get("roles", [])
    if claims.get("tid") != tenant_id or not isinstance(oid, str) or not oid or not isinstance(azp, str):
        raise NotAccepted("foreign_tenant")
    # A token with scopes stands for a person, who signs in on the pages: it is not given to this service by him or her.
    if "scp" in claims or claims.get("idtyp", "app") != "app":
        raise NotAccepted("of_a_person")
    names = [name for name in roles if isinstance(name, str)] if isinstance(roles, list) else []
    return oid, f"Application {azp}", known_roles(names)
