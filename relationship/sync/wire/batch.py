"""Many requests in one POST to Dataverse: the multipart form of `$batch`, written and read. Pure.

Every request stands for itself, outside any change set: what one of them is answered undoes none of the others.
Contract: dataverse.md section 6.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import orjson

from relationship.errors import TryLater

# Of the 1,000 that Dataverse takes: so few that an answer comes within the time we wait for one.
MOST_REQUESTS = 100

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One request inside. path: below the service, like /accounts(<guid>); body: None for a reading."""

    method: str
    path: str
    body: Json | None
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request was answered. code: Dataverse's error code in lower case, '' without one;
    retry_after: the header as it came; body: the object that it holds, {} without one."""

    status: int
    code: str = ""
    retry_after: str | None = None
    body: Json = field(default_factory=dict, compare=False, repr=False)


def headers(boundary: str) -> Mapping[str, str]:
    """Sent with the batch: one refusal does not stop the rest."""
    return {
        "OData-Version": "4.0",
        "OData-MaxVersion": "4.0",
        "Accept": "multipart/mixed",
        "Content-Type": f"multipart/mixed; boundary={boundary}",
        "Prefer": "odata.continue-on-error",
    }


def written(parts: Sequence[Part], *, root: str, boundary: str) -> bytes:
    """The body of a batch, with CRLF. root: the path of the service, like /api/data/v9.2."""
    pieces = [
        f"--{boundary}\r\n{_head(part, root)}\r\n\r\n".encode()
        + (b"" if part.body is None else orjson.dumps(part.body))
        for part in parts
    ]
    return b"\r\n".join(pieces) + f"\r\n--{boundary}--\r\n".encode()


def answers(content_type: str, body: bytes, *, count: int) -> list[Answer]:
    """What the requests were answered, in their order.

    raises  TryLater when the answer is not of the form of a batch with `count` answers
    """
    if "boundary=" not in content_type.lower():
        raise _unreadable()
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    found = [_answer(piece.get_payload(decode=True)) for piece in message.iter_parts()]
    if len(found) != count:
        raise _unreadable()
    return found


def _head(part: Part, root: str) -> str:
    kind = {} if part.body is None else {"Content-Type": "application/json; type=entry"}
    said = {**kind, "OData-Version": "4.0", **part.headers}
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary", ""]
    lines += [f"{part.method} {root}{part.path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    return "\r\n".join(lines)


def _answer(payload: object) -> Answer:
    if not isinstance(payload, bytes):
        raise _unreadable()
    head, _, body = payload.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    if not version.startswith("HTTP/") or not rest[:3].isdigit():
        raise _unreadable()
    told = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    found = _object(body)
    return Answer(int(rest[:3]), _code(found), told.get("retry-after"), found)


def _object(body: bytes) -> Json:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _code(body: Json) -> str:
    try:
        code = body["error"]["code"]
    except (KeyError, TypeError):
        return ""
    return "".join(sign for sign in str(code).lower() if sign.isalnum() or sign in "_.-")[:64]


def _unreadable() -> TryLater:
    return TryLater(
        "Dynamics 365 answered many requests in a form that cannot be read.",
        next_step="Nothing to do: the next turn sends them again; report the code if it stays.",
        code="unreadable_answer",
    )
