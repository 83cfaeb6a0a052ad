"""The Web API of the simulated Dataverse as a Flask blueprint: `/api/data/v9.2/…`: reading, sending
e-mail activities, own columns and their values."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Request, Response, request

from simulator.dataverse import customizing, note_writing, sending, task_writing, writing
from simulator.dataverse.batch import Part, read_batch, write_batch
from simulator.dataverse.call import Call, answer, impersonated, refusal
from simulator.dataverse.crm import Crm
from simulator.dataverse.errors import NOT_A_MEMBER, DataverseError, ThrottledError
from simulator.dataverse.interference import (
    Faults,
    dripping,
    instead,
    no_faults,
    path_for_plan,
    seconds_to_wait,
    spoiled,
)
from simulator.dataverse.limits import ServiceProtection
from simulator.dataverse.query import LONGEST_QUERY_IN_BATCH
from simulator.faults import Fault, FaultKind

PREFIX = "/api/data/v9.2"
TokenCheck = Callable[[Request], Mapping[str, Any] | None]


def blueprint(
    crm: Crm,
    *,
    check_token: TokenCheck,
    protection: ServiceProtection | None = None,
    authorization_uri: str = "https://login.microsoftonline.com/common/oauth2/authorize",
    faults: Faults = no_faults,
) -> Blueprint:
    """The Web API of a CRM.

    check_token: the claims of a request's valid bearer token for this audience, None when it has none.
    The token's `oid` (a person) or `appid`/`azp` (an application) decides which systemuser asks.
    faults: the ordered faults that are due for a request, by its path (see `interference`); counts it.
    """
    bp = Blueprint("dataverse", __name__)
    guard = _Guard(crm, check_token, protection or ServiceProtection(), authorization_uri, faults)
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
        self,
        crm: Crm,
        check_token: TokenCheck,
        protection: ServiceProtection,
        authorization_uri: str,
        faults: Faults,
    ) -> None:
        self._crm = crm
        self._check_token = check_token
        self._protection = protection
        self._authorization_uri = authorization_uri
        self._faults = faults

    def answer(self, address: str) -> Response:
        claims = self._check_token(request)
        if claims is None:
            return self._unauthorized()
        user = self._user(claims)
        if user is None:
            return refusal(DataverseError(403, NOT_A_MEMBER, "The user is not a member of the organization."))
        call = Call(
            request.method,
            address,
            request.query_string.decode("latin-1"),
            tuple(request.headers.getlist("Prefer")),
            f"{request.host_url.rstrip('/')}{PREFIX}",
            user,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.get_data(),
        )
        try:
            is_batch = call.method == "POST" and address == "$batch"
            response = self._batch(call) if is_batch else self._one(call)
        except ThrottledError as refused:
            return refusal(refused)
        return self._with_limits(response, user)

    def _one(self, call: Call, *, in_batch: bool = False) -> Response:
        """The answer to one reading, alone or in a batch; ThrottledError when a limit is reached."""
        refused = self._protection.enter(call.user)
        if refused:
            raise ThrottledError(refused.code, refused.wait_seconds)
        began = time.perf_counter()
        try:
            return self._struck(call, lambda: self._carried_out(call), may_drip=not in_batch)
        finally:
            self._protection.leave(call.user, worked_seconds=time.perf_counter() - began)

    def _carried_out(self, call: Call) -> Response:
        try:
            if sending.is_writing(call):
                body = request.get_json(silent=True)
                return sending.write(self._crm, call, body, request.headers.get("CallerObjectId"))
            changed = customizing.answer(self._crm, call) or writing.answer(self._crm, call)
            changed = changed or task_writing.answer(self._crm, call) or note_writing.answer(self._crm, call)
            return changed or answer(self._crm, impersonated(self._crm, call))
        except DataverseError as refused:
            return refusal(refused)

    def _struck(self, call: Call, answered: Callable[[], Response], *, may_drip: bool = True) -> Response:
        """The answer, or what the faults that are due make of it."""
        due = self._faults(path_for_plan(PREFIX, call.address, call.raw_query))
        for fault in due:
            response = self._instead(fault, call.user)
            if response is not None:
                return response
        response = answered()
        if any(fault.kind is FaultKind.LOST for fault in due):
            request.environ["simulator.reset"]()
        for fault in due:
            response = spoiled(fault, response)
        is_dripping = may_drip and any(fault.kind is FaultKind.DRIP for fault in due)
        return dripping(response) if is_dripping else response

    def _instead(self, fault: Fault, user: str) -> Response | None:
        if fault.kind is FaultKind.RESET:
            request.environ["simulator.reset"]()
            return Response(status=503)
        if fault.kind is FaultKind.UNAUTHORISED:
            return self._unauthorized()
        wait = seconds_to_wait(fault)
        if wait is not None:
            self._protection.block(user, wait)
        return instead(fault)

    def _batch(self, call: Call) -> Response:
        """Each request inside counts for the limits; the batch around them does not."""
        try:
            parts = read_batch(request.headers.get("Content-Type", ""), request.get_data(), prefix=PREFIX)
        except DataverseError as refused:
            return refusal(refused)
        goes_on = "odata.continue-on-error" in ",".join(call.prefer).lower()
        return self._struck(call, lambda: self._answered_batch(call, parts, goes_on=goes_on))

    def _answered_batch(self, call: Call, parts: list[Part], *, goes_on: bool) -> Response:
        answers: list[Response] = []
        for part in parts:
            answers.append(self._member(call, part))
            if answers[-1].status_code >= 400 and not goes_on:
                return write_batch(answers, status=400)
        return write_batch(answers, status=200)

    def _member(self, outer: Call, part: Part) -> Response:
        return self._one(
            Call(
                part.method, part.address, part.raw_query, part.prefer, outer.service, outer.user,
                LONGEST_QUERY_IN_BATCH, {**_of_the_caller(outer), **(part.headers or {})}, part.body,
            ),
            in_batch=True,
        )  # fmt: skip

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


def _of_the_caller(outer: Call) -> dict[str, str]:
    """In whose name a batch is sent holds for every request in it."""
    return {name: outer.headers[name] for name in ("callerobjectid", "mscrmcallerid") if name in outer.headers}
