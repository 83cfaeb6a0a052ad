"""The Web API of the simulated Dataverse as a Flask blueprint: `/api/data/v9.2/…`, reading only."""

import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

import orjson
from flask import Blueprint, Request, Response, request

from simulator.dataverse.crm import Crm
from simulator.dataverse.errors import NO_SUCH_SET, NOT_A_MEMBER, DataverseError
from simulator.dataverse.limits import ServiceProtection
from simulator.dataverse.metadata import definitions
from simulator.dataverse.query import read_preferences, read_query
from simulator.dataverse.reading import Reader
from simulator.dataverse.schema import Table, entity_sets

PREFIX = "/api/data/v9.2"
TokenCheck = Callable[[Request], Mapping[str, Any] | None]

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_ADDRESS = re.compile(rf"(?P<set>\w+)(?:\((?P<guid>{_GUID})\))?(?P<count>/\$count)?")


def blueprint(
    crm: Crm,
    *,
    check_token: TokenCheck,
    protection: ServiceProtection | None = None,
    authorization_uri: str = "https://login.microsoftonline.com/common/oauth2/authorize",
) -> Blueprint:
    """The Web API of a CRM.

    check_token: the claims of a request's valid bearer token for this audience, None when it has none.
    The token's `oid` (a person) or `appid`/`azp` (an application) decides which systemuser asks.
    """
    bp = Blueprint("dataverse", __name__)
    guard = _Guard(crm, check_token, protection or ServiceProtection(), authorization_uri)
    bp.add_url_rule(
        f"{PREFIX}/<path:address>",
        "read",
        partial(guard.answer),
        methods=["GET", "POST", "PATCH", "PUT", "DELETE"],
    )
    return bp


class _Guard:
    """Lets a request in by token, membership and service limits, and turns refusals into answers."""

    def __init__(
        self, crm: Crm, check_token: TokenCheck, protection: ServiceProtection, authorization_uri: str
    ) -> None:
        self._crm = crm
        self._check_token = check_token
        self._protection = protection
        self._authorization_uri = authorization_uri

    def answer(self, address: str) -> Response:
        claims = self._check_token(request)
        if claims is None:
            return self._unauthorized()
        user = self._user(claims)
        if user is None:
            return _refusal(DataverseError(403, NOT_A_MEMBER, "The user is not a member of the organization."))
        refusal = self._protection.enter(user)
        if refusal:
            text = f"Number of requests exceeded the limit; try again in {refusal.wait_seconds} seconds."
            return _refusal(DataverseError(429, refusal.code, text, wait_seconds=refusal.wait_seconds))
        began = time.perf_counter()
        try:
            return self._with_limits(_read(self._crm, address, user), user)
        except DataverseError as refused:
            return self._with_limits(_refusal(refused), user)
        finally:
            self._protection.leave(user, worked_seconds=time.perf_counter() - began)

    def _user(self, claims: Mapping[str, Any]) -> str | None:
        application = claims.get("appid") or claims.get("azp")
        is_person = "scp" in claims
        return self._crm.user_id(application_id=application, object_id=claims.get("oid") if is_person else None)

    def _unauthorized(self) -> Response:
        where = f"Bearer authorization_uri={self._authorization_uri}, resource_id={request.host_url}"
        return Response(status=401, headers={"WWW-Authenticate": where})

    def _with_limits(self, response: Response, user: str) -> Response:
        requests, seconds = self._protection.remaining(user)
        response.headers["x-ms-ratelimit-burst-remaining-xrm-requests"] = str(requests)
        response.headers["x-ms-ratelimit-time-remaining-xrm-requests"] = f"{seconds:.2f}"
        return response


def _read(crm: Crm, address: str, user: str) -> Response:
    service = f"{request.host_url.rstrip('/')}{PREFIX}"
    if request.method != "GET":
        raise DataverseError(501, "", "This simulated organisation only answers readings.")
    if address in ("WhoAmI", "WhoAmI()"):
        return _json({
            "@odata.context": f"{service}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse",
            "BusinessUnitId": crm.business_unit_id, "UserId": user, "OrganizationId": crm.organization_id,
        })  # fmt: skip
    definition = definitions(address, request.query_string.decode("latin-1"), service)
    if definition is not None:
        return _json(definition)
    found = _ADDRESS.fullmatch(address)
    table = entity_sets().get(found["set"]) if found else None
    if found is None or table is None:
        raise DataverseError(404, NO_SUCH_SET, f"Resource not found for the segment '{address.split('/')[0]}'.")
    return _rows(crm, table, service, found)


def _rows(crm: Crm, table: Table, service: str, address: re.Match[str]) -> Response:
    preferences = read_preferences(request.headers.getlist("Prefer"))
    query = read_query(request.query_string.decode("latin-1"), table, preferences)
    reader = Reader(crm, table, service, preferences)
    if address["count"]:
        return Response(str(reader.delta_count(query)), content_type="text/plain")
    body = reader.single(address["guid"].lower(), query) if address["guid"] else reader.collection(query)
    response = _json(body)
    applied = [
        *(["odata.track-changes"] if preferences.track_changes else []),
        *([f"odata.maxpagesize={preferences.page_size}"] if preferences.page_size else []),
        *([f'odata.include-annotations="{",".join(preferences.annotations)}"'] if preferences.annotations else []),
    ]
    if applied:
        response.headers["Preference-Applied"] = ", ".join(applied)
    return response


def _json(body: object, status: int = 200) -> Response:
    response = Response(orjson.dumps(body), status, content_type="application/json; odata.metadata=minimal")
    response.headers["OData-Version"] = "4.0"
    response.headers["x-ms-service-request-id"] = response.headers["REQ_ID"] = str(uuid4())
    return response


def _refusal(refused: DataverseError) -> Response:
    response = _json(refused.body, refused.status)
    if refused.wait_seconds is not None:
        response.headers["Retry-After"] = str(refused.wait_seconds)
    return response
