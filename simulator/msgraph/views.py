"""The web address of Microsoft Graph: a request becomes a call, an answer becomes a response."""

import time
from collections.abc import Callable, Iterator
from uuid import uuid4

from flask import Blueprint, Response, request

from simulator.msgraph.call import Answer, Call, written
from simulator.msgraph.paths import plain_path
from simulator.msgraph.service import GraphService, query_of
from simulator.signing import Claims

CONTENT_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


def blueprint(service: GraphService, claims_of: Callable[[str], Claims | None]) -> Blueprint:
    """Everything under /v1.0. claims_of: the claims of a valid bearer token, else None."""
    bp = Blueprint("msgraph", __name__, url_prefix="/v1.0")

    @bp.route("/<path:path>", methods=["GET", "POST", "PATCH", "DELETE"])
    def graph(path: str) -> Response:
        call = Call(
            method=request.method,
            path=plain_path(path),
            query=query_of(request.query_string.decode()),
            headers={name.lower(): value for name, value in request.headers.items()},
            claims=claims_of(request.headers.get("Authorization", "")),
            origin=f"{request.host_url}v1.0",
            body=request.get_json(silent=True) if request.method in ("POST", "PATCH") else None,
        )
        return _response(call, service.answer(call))

    return bp


def _response(call: Call, answer: Answer) -> Response:
    if answer.is_reset:
        request.environ["simulator.reset"]()
    body = written(answer.body) if answer.raw is None else answer.raw
    response = Response(body, answer.status or 200, content_type=answer.content_type or CONTENT_TYPE)
    if answer.is_dripping:
        response.response = _dripping(body)
    response.headers.update(answer.headers)
    response.headers["request-id"] = str(uuid4())
    response.headers["client-request-id"] = call.headers.get("client-request-id", response.headers["request-id"])
    response.headers["x-ms-ags-diagnostic"] = '{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"1"}}'
    return response


def _dripping(body: bytes) -> Iterator[bytes]:
    for place in range(len(body)):
        time.sleep(1)
        yield body[place : place + 1]
