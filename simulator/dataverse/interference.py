"""Ordered faults on requests to the Web API: what is sent instead of the answer, or what becomes of it.

Which request is struck is the plan's affair (`simulator.faults`); only kinds that Dataverse can show do
anything here. The path that a plan sees is `api/data/v9.2/<address>?<query>`, the query percent-decoded.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from urllib.parse import unquote
from uuid import uuid4

import orjson
from flask import Response

from simulator.dataverse.call import json_response
from simulator.dataverse.limits import TOO_MANY_REQUESTS
from simulator.faults import Fault, FaultKind

# The faults that are due for a request with this path; counts it.
Faults = Callable[[str], Sequence[Fault]]

_HTML = b"<!DOCTYPE html><html><head><title>Dynamics 365</title></head><body><h1>We will be back</h1></body></html>"
_BAD_GATEWAY = 502


def no_faults(_path: str) -> Sequence[Fault]:
    return ()


def path_for_plan(prefix: str, address: str, raw_query: str) -> str:
    query = f"?{unquote(raw_query)}" if raw_query else ""
    return f"{prefix.strip('/')}/{address}{query}"


def instead(fault: Fault) -> Response | None:
    """What a fault sends instead of the answer, None when it leaves it alone or the web view must act."""
    match fault.kind:
        case FaultKind.THROTTLED:
            text = "Number of requests exceeded the limit of 6000 over the time window of 300 seconds."
            response = json_response({"error": {"code": TOO_MANY_REQUESTS, "message": text}}, 429)
            if fault.retry_after is not None:
                response.headers["Retry-After"] = fault.retry_after
            return response
        case FaultKind.UNAVAILABLE:
            return Response(b"", 503)
        case FaultKind.HTML:
            status = fault.status if fault.status == _BAD_GATEWAY else 200
            return Response(_HTML, status, content_type="text/html; charset=utf-8")
        case FaultKind.REFUSED:
            text = "Version stamp associated with the client has expired. Please perform a full sync."
            return json_response({"error": {"code": fault.code, "message": text}}, fault.status)
    return None


def seconds_to_wait(fault: Fault) -> float | None:
    """How long a throttled client is told to wait, None when no number of seconds says it."""
    if fault.kind is FaultKind.THROTTLED:
        with suppress(ValueError):
            return max(0.0, float(fault.retry_after or ""))
    return None


def spoiled(fault: Fault, response: Response) -> Response:
    """The answer as a fault leaves it."""
    match fault.kind:
        case FaultKind.CUT:
            whole = response.get_data()
            response.set_data(whole[: len(whole) * 2 // 3])
        case FaultKind.FORGOTTEN_VALUE | FaultKind.REPEATED_ITEM | FaultKind.UNKNOWN_REMOVED:
            body = orjson.loads(response.get_data()) if response.is_json else None
            if isinstance(body, dict) and isinstance(body.get("value"), list):
                _edit_page(fault.kind, body)
                response.set_data(orjson.dumps(body))
    return response


def dripping(response: Response) -> Response:
    """The same answer at one byte a second."""
    response.response = _one_byte_a_second(response.get_data())
    return response


def _edit_page(kind: FaultKind, body: dict[str, object]) -> None:
    rows = body["value"]
    context = str(body.get("@odata.context", ""))
    if kind is FaultKind.FORGOTTEN_VALUE:
        del body["value"]
    elif kind is FaultKind.REPEATED_ITEM and isinstance(rows, list) and rows and "@odata.etag" in rows[0]:
        rows.insert(1, {**rows[0], "@odata.etag": f'W/"{rows[0]["@odata.etag"].strip("W/")[1:-1]}0"'})
    elif kind is FaultKind.UNKNOWN_REMOVED and isinstance(rows, list) and context.endswith("/$delta"):
        gone = f"{context.removesuffix('/$delta')}/$deletedEntity"
        rows.append({"@odata.context": gone, "id": str(uuid4()), "reason": "deleted"})


def _one_byte_a_second(body: bytes) -> Iterator[bytes]:
    for place in range(len(body)):
        time.sleep(1)
        yield body[place : place + 1]
