"""The web addresses of the simulated Entra: discovery and tokens over TLS, the sign-in page over plain HTTP."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from simulator.entra import Answer, Entra, Grant, Refused
from simulator.sign_in import choices

_LOOPBACK = frozenset({"localhost", "127.0.0.1"})
_ROLE_NAMES = {
    "seller": ("Commercial", "Seller"),
    "sales_manager": ("Responsable des ventes", "Sales manager"),
    "sales_admin": ("Administrateur des ventes", "Sales admin"),
    "customer_success": ("Réussite client", "Customer success"),
    "privacy_officer": ("Protection des données", "Privacy officer"),
}


def token_blueprint(entra: Entra, authorize_origin: Callable[[], str]) -> Blueprint:
    """Discovery, keys and the token endpoint; authorize_origin tells where the page lives."""
    bp = Blueprint("entra", __name__)

    @bp.errorhandler(Refused)
    def refused(error: Refused) -> tuple[Response, int]:
        return jsonify(_refusal(error)), error.status

    @bp.get("/<tenant>/v2.0/.well-known/openid-configuration")
    def discovery(tenant: str) -> Response:
        entra.check_tenant(tenant)
        authority = f"{request.host_url}{entra.tenant_id}"
        return jsonify(
            issuer=f"{authority}/v2.0",
            authorization_endpoint=f"{authorize_origin()}/{entra.tenant_id}/oauth2/v2.0/authorize",
            end_session_endpoint=f"{authorize_origin()}/{entra.tenant_id}/oauth2/v2.0/logout",
            token_endpoint=f"{authority}/oauth2/v2.0/token",
            jwks_uri=f"{authority}/discovery/v2.0/keys",
            response_modes_supported=["query", "form_post"],
            response_types_supported=["code"],
            scopes_supported=["openid", "profile", "email", "offline_access"],
            subject_types_supported=["pairwise"],
            id_token_signing_alg_values_supported=["RS256"],
            token_endpoint_auth_methods_supported=["client_secret_post", "private_key_jwt"],
        )

    @bp.get("/<tenant>/discovery/v2.0/keys")
    def keys(tenant: str) -> Response:
        entra.check_tenant(tenant)
        return jsonify(entra.signer.key_set())

    @bp.post("/<tenant>/oauth2/v2.0/token")
    def token(tenant: str) -> Response:
        entra.check_tenant(tenant)
        answer = jsonify(entra.token(request.form.to_dict(), f"{request.host_url}{entra.tenant_id}/v2.0"))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return bp


def _refusal(error: Refused) -> Answer:
    trace, correlation = str(uuid4()), request.headers.get("client-request-id") or str(uuid4())
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    text = f"AADSTS{error.number}: {error.text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {now}"
    return {
        "error": error.error,
        "error_description": text,
        "error_codes": [error.number],
        "timestamp": now,
        "trace_id": trace,
        "correlation_id": correlation,
    }


def authorize_blueprint(entra: Entra) -> Blueprint:
    """The sign-in page: choose one of the demo's people; no password, and it says so."""
    bp = Blueprint("authorize", __name__, template_folder="templates")

    @bp.errorhandler(Refused)
    def refused(error: Refused) -> tuple[str, int]:
        return render_template("authorize.html", refusal=f"AADSTS{error.number}: {error.text}"), 400

    @bp.get("/<tenant>/oauth2/v2.0/authorize")
    def choose(tenant: str) -> str:
        _check_request(entra, tenant)
        return render_template(
            "authorize.html",
            organisation=entra.organisation.world.name,
            people=choices(entra.organisation),
            role_names=_ROLE_NAMES,
        )

    @bp.post("/<tenant>/oauth2/v2.0/authorize")
    def chosen(tenant: str) -> BaseResponse | str:
        _check_request(entra, tenant)
        choice = next((c for c in choices(entra.organisation) if c.user.id == request.form.get("user_id")), None)
        if choice is None:
            return _sent_back(error="access_denied", error_description="AADSTS65004: User declined to consent.")
        code = entra.grant_code(
            Grant(
                user=choice.user,
                roles=choice.roles,
                scope=request.values.get("scope", ""),
                redirect_uri=request.values["redirect_uri"],
                nonce=request.values.get("nonce", ""),
                challenge=request.values.get("code_challenge", ""),
            )
        )
        return _sent_back(code=code, session_state=secrets.token_hex(8))

    @bp.get("/<tenant>/oauth2/v2.0/logout")
    def logout(tenant: str) -> BaseResponse | str:
        entra.check_tenant(tenant)
        target = request.args.get("post_logout_redirect_uri", "")
        return redirect(target) if _is_ours(target) else render_template("authorize.html", signed_out=True)

    return bp


def _is_ours(address: str) -> bool:
    """Whether a browser may be sent there: only to an application on this machine."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return (host in _LOOPBACK or host.endswith(".localhost")) and parts.scheme in ("http", "https")


def _check_request(entra: Entra, tenant: str) -> None:
    entra.check_tenant(tenant)
    values = request.values
    if values.get("client_id") != entra.registration.client_id:
        raise Refused(700016, "unauthorized_client", "Application was not found in the directory.")
    if not _is_ours(values.get("redirect_uri", "")):
        raise Refused(50011, "invalid_request", "The redirect URI is not registered for the application.")
    if values.get("response_type") != "code":
        raise Refused(70011, "unsupported_response_type", "Only the response type 'code' is supported.")
    if values.get("code_challenge_method", "S256") != "S256":
        raise Refused(501481, "invalid_request", "The code_challenge_method must be S256.")


def _sent_back(**fields: str) -> BaseResponse | str:
    """Back to the application, by a redirect or, when it asked so, by a form that posts itself."""
    target = request.values["redirect_uri"]
    if state := request.values.get("state"):
        fields["state"] = state
    if request.values.get("response_mode") == "form_post":
        return render_template("authorize_post.html", target=target, fields=fields)
    return redirect(f"{target}{'&' if '?' in target else '?'}{urlencode(fields)}")
