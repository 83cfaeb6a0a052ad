"""Microsoft Entra of the simulated organisation: who may have which token. Time here is always real time."""

import json
import secrets
import time
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from simulator import identity
from simulator.directory import User
from simulator.organisation import Organisation
from simulator.registration import Registration
from simulator.signing import BadTokenError, Claims, Signer, encode, opened

MSGRAPH_AUDIENCE = "https://graph.microsoft.com"
MSGRAPH_HOSTS = frozenset({"graph.microsoft.com", "localhost"})
# The simulated CRM has another host name than Microsoft Graph, so that the audience tells them apart.
DATAVERSE_HOST = "127.0.0.1"
DATAVERSE_AUDIENCE = f"https://{DATAVERSE_HOST}"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CODE_SECONDS = 300
# Clocks may differ by so much, as in the real service.
_SKEW_SECONDS = 300
_SIGN_IN_SCOPES = frozenset({"openid", "profile", "offline_access", "email"})

Form = dict[str, str]
Answer = dict[str, object]


class Refused(Exception):
    """An answer of the token endpoint that is an error: AADSTS number, OAuth error name, HTTP status."""

    def __init__(self, number: int, error: str, text: str, *, status: int = 400) -> None:
        super().__init__(text)
        self.number, self.error, self.text, self.status = number, error, text, status


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person agreed to on the sign-in page, waiting to be exchanged for tokens."""

    user: User
    roles: tuple[str, ...]
    scope: str
    redirect_uri: str = ""
    nonce: str = ""
    challenge: str = ""
    until: float = field(default_factory=lambda: time.time() + _CODE_SECONDS)


class Entra:
    """The sign-in service of one tenant.

    feedback: a second application, which nobody signs in to
    callers: applications that call the first one as an API; their roles are app roles of it
    """

    def __init__(
        self,
        organisation: Organisation,
        registration: Registration,
        feedback: Registration | None = None,
        callers: tuple[Registration, ...] = (),
    ) -> None:
        self.organisation = organisation
        self.tenant_id = organisation.tenant_id
        self.registration = registration
        self.feedback = feedback
        self.callers = list(callers)
        self.signer = Signer()
        self._codes: dict[str, Grant] = {}
        self._refresh_tokens: dict[str, Grant] = {}
        self._roles: dict[str, tuple[str, ...]] = {}

    def check_tenant(self, tenant: str) -> None:
        names = {self.tenant_id, *self.organisation.world.domains}
        if tenant.lower() not in names:
            raise Refused(90002, "invalid_tenant", f"Tenant '{tenant}' not found.")

    def assign(self, user_id: str, roles: tuple[str, ...]) -> None:
        """Give a person these app roles instead of the former ones; tokens tell of it from now on."""
        self._roles[user_id] = roles

    def grant_code(self, grant: Grant) -> str:
        code = secrets.token_urlsafe(32)
        self._codes[code] = grant
        return code

    def token(self, form: Form, issuer: str) -> Answer:
        """What the token endpoint answers to this form; Refused when it does not fit."""
        known = self._client(form)
        self._check_client(known, form, issuer)
        if not known.gives_consent:
            raise Refused(65001, "invalid_grant", "The administrator has not consented to use the application.")
        match form.get("grant_type"):
            case "client_credentials":
                return self._application_token(known, form, issuer)
            case "authorization_code":
                return self._user_tokens(self._redeemed(form), issuer)
            case "refresh_token":
                grant = self._refresh_tokens.pop(form.get("refresh_token", ""), None)
                if grant is None:
                    raise Refused(70000, "invalid_grant", "The provided refresh token is not valid.")
                if not grant.user.enabled or self.organisation.directory.find(grant.user.id) is None:
                    raise Refused(50057, "invalid_grant", "The user account is disabled.")
                return self._user_tokens(grant, issuer)
            case other:
                raise Refused(70003, "unsupported_grant_type", f"The grant type '{other}' is not supported.")

    # The client

    def _client(self, form: Form) -> Registration:
        found = form.get("client_id")
        if found == self.registration.client_id:
            return self.registration
        others = [one for one in (self.feedback, *self.callers) if one and one.client_id == found]
        if others and form.get("grant_type") == "client_credentials":
            return others[0]
        raise Refused(700016, "unauthorized_client", "Application was not found in the directory.")

    def _check_client(self, known: Registration, form: Form, issuer: str) -> None:
        if "client_assertion" in form:
            self._check_assertion(known, form, issuer)
            return
        if not known.has_secret(form.get("client_secret", "")):
            raise Refused(7000215, "invalid_client", "Invalid client secret provided.", status=401)
        if known.secret_has_expired:
            raise Refused(7000222, "invalid_client", "The provided client secret keys are expired.", status=401)

    def _check_assertion(self, known: Registration, form: Form, issuer: str) -> None:
        claims = _assertion_claims(known, form["client_assertion"])
        if form.get("client_assertion_type") != ASSERTION_TYPE or claims is None:
            raise Refused(700027, "invalid_client", "Client assertion failed signature validation.", status=401)
        origin = urlsplit(issuer)._replace(path="", query="").geturl()
        if not str(claims.get("aud", "")).startswith(origin) or claims.get("iss") != form["client_id"]:
            raise Refused(700023, "invalid_client", "Client assertion audience or issuer is wrong.", status=401)
        now = time.time() + known.clock_offset
        begins, ends = claims.get("nbf") or claims.get("iat") or 0, claims.get("exp") or 0
        if not begins - _SKEW_SECONDS <= now < ends + _SKEW_SECONDS:
            raise Refused(700024, "invalid_client", "Client assertion is not within its valid time range.", status=401)

    # Tokens

    def _application_token(self, known: Registration, form: Form, issuer: str) -> Answer:
        scope = form.get("scope", "")
        if not scope.endswith("/.default"):
            raise Refused(1002012, "invalid_scope", "The scope of client credentials ends with /.default.")
        audience = self._api(scope.removesuffix("/.default")) or _audience(scope.removesuffix("/.default"))
        application = identity.guid("service-principal", known.client_id)
        claims: Claims = {"aud": audience, "oid": application, "sub": application, "idtyp": "app"}
        if audience == (self.registration.client_id if known in self.callers else MSGRAPH_AUDIENCE):
            claims["roles"] = list(known.roles)
        return self._answer(self._signed(claims, issuer, client_id=known.client_id))

    def _api(self, resource: str) -> str:
        """The first application as an audience, '' for another resource: its tokens are of version 2."""
        ours = self.registration.client_id
        return ours if resource in (ours, f"api://{ours}") else ""

    def _redeemed(self, form: Form) -> Grant:
        grant = self._codes.pop(form.get("code", ""), None)
        if grant is None or grant.until < time.time():
            raise Refused(70008, "invalid_grant", "The authorization code has expired or was used before.")
        if grant.redirect_uri != form.get("redirect_uri"):
            raise Refused(500112, "invalid_grant", "The reply address does not match that of the request.")
        if grant.challenge:
            verifier = form.get("code_verifier", "")
            if encode(sha256(verifier.encode()).digest()) != grant.challenge:
                raise Refused(501481, "invalid_grant", "The Code_Verifier does not match the code_challenge.")
        return grant

    def _user_tokens(self, grant: Grant, issuer: str) -> Answer:
        user = grant.user
        person: Claims = {"oid": user.id, "sub": user.id, "name": user.display_name}
        named = [scope for scope in grant.scope.split() if scope not in _SIGN_IN_SCOPES]
        resource, _, scopes = next((s for s in named if "://" in s), "").rpartition("/")
        audience = _audience(resource) if resource else MSGRAPH_AUDIENCE
        granted = scopes if resource and scopes != ".default" else " ".join(named) or "User.Read"
        access: Claims = {**person, "aud": audience, "scp": granted, "upn": user.user_principal_name}
        answer = self._answer(self._signed(access, issuer))
        answer["scope"] = grant.scope
        answer["id_token"] = self._signed(
            {
                **person,
                "aud": self.registration.client_id,
                "preferred_username": user.user_principal_name,
                "roles": list(self._roles.get(user.id, grant.roles)),
                **({"nonce": grant.nonce} if grant.nonce else {}),
            },
            issuer,
        )
        account = json.dumps({"uid": user.id, "utid": self.tenant_id}).encode()
        answer["client_info"] = encode(account)
        refresh_token = secrets.token_urlsafe(48)
        self._refresh_tokens[refresh_token] = grant
        answer["refresh_token"] = refresh_token
        return answer

    def _answer(self, access_token: str) -> Answer:
        seconds = self.registration.token_seconds
        return {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": access_token,
        }

    def _signed(self, claims: Claims, issuer: str, *, client_id: str = "") -> str:
        now, client_id = int(time.time()), client_id or self.registration.client_id
        return self.signer.sign(
            {
                **claims,
                "iss": issuer,
                "tid": self.tenant_id,
                "appid": client_id,
                "azp": client_id,
                "iat": now,
                "nbf": now,
                "exp": now + self.registration.token_seconds,
                "ver": "2.0",
                "uti": secrets.token_urlsafe(12),
            }
        )


def _assertion_claims(known: Registration, assertion: str) -> Claims | None:
    for certificate in known.certificates:
        key = certificate.public_key()
        if isinstance(key, RSAPublicKey):
            try:
                return opened(assertion, key)
            except BadTokenError:
                continue
    return None


def _audience(resource: str) -> str:
    host = urlsplit(resource).hostname or ""
    if host in MSGRAPH_HOSTS:
        return MSGRAPH_AUDIENCE
    if host == DATAVERSE_HOST or host.endswith(".dynamics.com"):
        return DATAVERSE_AUDIENCE
    raise Refused(500011, "invalid_resource", "The resource principal was not found in the tenant.")
