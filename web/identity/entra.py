"""Sign-in through Microsoft Entra: authorization code with PKCE, nonce and state, all done by msal.

The pages need to know who somebody is and nothing else. What is kept of a sign-in is the right to ask again who that
is and with which roles (`web.identity.visits`); where a seller lets the service act in his name, a token for that
right alone (`relationship.sync.wire.delegated`).
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import requests

from relationship.access import AppRole, known_roles
from relationship.config import AUTHORITY_HOSTS, Config
from relationship.errors import FixSettings, Reconnect, RelationshipError, TryLater
from relationship.sync.wire import delegated
from relationship.sync.wire.delegated import MAIL, Right
from relationship.sync.wire.sessions import open_session

# A cookie with SameSite=Lax does not come along with form_post; state, nonce and PKCE protect the query.
warnings.filterwarnings("ignore", message="response_mode='form_post'", category=UserWarning)

# Codes of msal and Entra for "the person or the administrator said no".
REFUSALS = frozenset({"access_denied", "consent_required", "interaction_required", "login_required"})


class SignInRefused(RelationshipError):
    """The person acts: consent or sign-in was refused, or the answer belongs to another organisation or browser."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in: the object id in our tenant, the name to show, the roles that we know.

    right  a refresh token, with which Entra can be asked again; '' when it gave none
    """

    oid: str
    name: str
    roles: frozenset[AppRole]
    right: str = field(default="", repr=False)


class Entra:
    """The registered application at the configured authority. Connects on first use."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def start(self) -> dict[str, Any]:
        """A new sign-in: keep it on the server and send the browser to its `auth_uri`.

        Raises TryLater when Entra cannot be reached, FixSettings when the registration is incomplete.
        """
        redirect_uri = f"{self._config.base_url.rstrip('/')}/auth/callback"
        flow: dict[str, Any] = _asked(
            lambda: _application(self._config, msal_cache()).initiate_auth_code_flow(
                scopes=[], redirect_uri=redirect_uri, prompt="select_account"
            )
        )
        if "auth_uri" not in flow:
            raise _misconfigured(str(flow.get("error", "")))
        return flow

    def finish(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> Identity:
        """The identity behind Entra's answer to `flow`.

        Raises SignInRefused for a refusal, a wrong state or a foreign organisation, TryLater when Entra
        cannot be reached, Reconnect when the registration's secret is no longer good.
        """
        cache = msal_cache()
        result = self._exchanged(_application(self._config, cache), flow, answer)
        return replace(self._identity(result.get("id_token_claims") or {}), right=_right_in(cache))

    def renew(self, right: str, *, oid: str) -> tuple[Identity, str]:
        """What Entra says of a person now, and the right to ask next time ('' when the present one stays).

        Raises SignInRefused for whoever may no longer sign in, TryLater when Entra cannot be reached.
        """
        application = _application(self._config, msal_cache())
        result: dict[str, Any] = _asked(lambda: application.acquire_token_by_refresh_token(right, scopes=[]))
        if "error" in result:
            raise _told(result)
        identity = self._identity(result.get("id_token_claims") or {})
        if identity.oid != oid:
            raise SignInRefused("Another account.", next_step="Sign in again.", code="other_account")
        return identity, str(result.get("refresh_token") or _right_in(application.token_cache))

    def start_consent(self, right: Right = MAIL) -> dict[str, Any]:
        """Ask the person for one right in his or her name; to be kept and followed like a sign-in."""
        redirect_uri = f"{self._config.base_url.rstrip('/')}/auth/callback"
        flow: dict[str, Any] = _asked(
            lambda: _application(self._config, msal_cache()).initiate_auth_code_flow(
                scopes=[delegated.scope(self._config, right)], redirect_uri=redirect_uri
            )
        )
        if "auth_uri" not in flow:
            raise _misconfigured(str(flow.get("error", "")))
        return flow

    def finish_consent(
        self, flow: Mapping[str, Any], answer: Mapping[str, str], right: Right = MAIL
    ) -> tuple[Identity, str]:
        """Who gave the right, and the cache with it; raises what `finish` raises, and SignInRefused when Entra gave
        less than was asked for."""
        cache = msal_cache()
        result = self._exchanged(_application(self._config, cache), flow, answer)
        identity = self._identity(result.get("id_token_claims") or {})
        granted = str(result.get("scope", "")).split()
        if not any(one.rpartition("/")[2] == right.name for one in granted):
            raise SignInRefused("The right was not given.", next_step="Try again, and agree.", code="refused")
        return identity, cache.serialize()

    def _exchanged(self, application: Any, flow: Mapping[str, Any], answer: Mapping[str, str]) -> dict[str, Any]:
        try:
            result: dict[str, Any] = _asked(
                lambda: application.acquire_token_by_auth_code_flow(dict(flow), dict(answer))
            )
        except (ValueError, RuntimeError) as error:  # msal: state, nonce or audience do not fit
            raise SignInRefused(
                "The answer does not belong to this sign-in.", next_step="Start signing in again.", code="state"
            ) from error
        if "error" in result:
            raise _told(result)
        return result

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        oid, roles = claims.get("oid"), claims.get("roles", [])
        # The address in a token can be chosen by its owner: only tenant and object id identify a person.
        if claims.get("tid") != self._config.tenant_id or not isinstance(oid, str) or not oid:
            raise SignInRefused(
                "The account belongs to another organisation.",
                next_step="Sign in with the account of this organisation.",
                code="foreign_tenant",
            )
        names = [name for name in roles if isinstance(name, str)] if isinstance(roles, list) else []
        return Identity(oid, str(claims.get("name") or ""), known_roles(names))


def _asked(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except (requests.RequestException, OSError) as error:
        raise TryLater(
            "Microsoft Entra cannot be reached.",
            next_step="Try again in a few minutes.",
            code="entra_unreachable",
        ) from error


def msal_cache() -> Any:
    """A new cache of msal that can be kept as text."""
    import msal  # slow to import, and the command line must stay quick

    return msal.SerializableTokenCache()


def _right_in(cache: Any) -> str:
    """The refresh token that an exchange left in its cache."""
    kept = list(cache.search("RefreshToken"))
    return str(kept[0]["secret"]) if kept else ""


def _application(config: Config, cache: Any) -> Any:
    """The registered application; a new one for each step, so that no token and no session is shared.

    cache  where msal puts the tokens of this step
    """
    import msal  # slow to import, and the command line must stay quick

    if not (config.tenant_id and config.client_id):
        raise _misconfigured("tenant_id, client_id")
    try:
        return msal.ConfidentialClientApplication(
            config.client_id,
            client_credential=_credential(config),
            authority=f"{config.authority_url}/{config.tenant_id}",
            instance_discovery=urlsplit(config.authority_url).hostname in AUTHORITY_HOSTS,
            http_client=open_session(config.ca_file, config.proxy),
            token_cache=cache,
        )
    except ValueError as error:  # msal's way of saying that the tenant has no discovery page
        raise _misconfigured("authority_url, tenant_id") from error


def _credential(config: Config) -> str | dict[str, str]:
    if config.certificate is None:
        return config.client_secret.get_secret_value()
    try:
        pem = config.certificate.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise _misconfigured("certificate") from error
    return {"private_key": pem, "public_certificate": pem[pem.find("-----BEGIN CERTIFICATE") :]}


def _told(result: Mapping[str, Any]) -> RelationshipError:
    code = str(result.get("error", ""))
    if code in REFUSALS:
        return SignInRefused("The sign-in was refused.", next_step="Start signing in again.", code="refused")
    if code in {"invalid_client", "unauthorized_client"}:
        return Reconnect(
            "Microsoft Entra no longer accepts this service's secret.",
            next_step="Give the registration a new secret and put it into RELATIONSHIP_CLIENT_SECRET.",
            code="entra_secret",
        )
    if code in {"temporarily_unavailable", "server_error"}:
        return TryLater("Microsoft Entra asks for patience.", next_step="Try again later.", code="entra_unreachable")
    return SignInRefused("The sign-in did not succeed.", next_step="Start signing in again.", code="failed")


def _misconfigured(what: str) -> FixSettings:
    return FixSettings(
        f"The sign-in is not set up ({what})." if what else "The sign-in is not set up.",
        next_step="Check RELATIONSHIP_TENANT_ID, RELATIONSHIP_CLIENT_ID and RELATIONSHIP_AUTHORITY_URL.",
        code="entra_setup",
    )
