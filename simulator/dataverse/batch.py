"""Many requests in one POST: the multipart form of `$batch`, read strictly and written as Dataverse writes it.

Lines end with CRLF and nothing else. A change set is one part: this organisation answers it with 501.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from flask import Response

from simulator.dataverse.errors import UNREADABLE_BODY, DataverseError

MOST_REQUESTS = 1000
_BOUNDARY = re.compile(r'multipart/mixed\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;"]+))', re.IGNORECASE)
_REQUEST_LINE = re.compile(r"([A-Z]+) (\S+) HTTP/1\.1")


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch. method is "CHANGESET" for a change set; headers: names in lower case."""

    method: str
    address: str = ""
    raw_query: str = ""
    headers: Mapping[str, str] | None = None
    body: bytes = b""

    @property
    def prefer(self) -> tuple[str, ...]:
        return (self.headers["prefer"],) if self.headers and "prefer" in self.headers else ()


def read_batch(content_type: str, body: bytes, *, prefix: str) -> list[Part]:
    """The requests of a batch in order; a refusal (400) when the body is not of the right form.

    prefix: the path of the service, which whole addresses and paths begin with.
    """
    named = _BOUNDARY.match(content_type)
    if not named:
        raise _unreadable("The content type is not multipart/mixed with a boundary.")
    text = body.decode("latin-1")
    if "\n" in text.replace("\r\n", ""):
        raise _unreadable("The lines of the batch do not end with CRLF.")
    pieces = f"\r\n{text}".split(f"\r\n--{named[1] or named[2]}")
    if len(pieces) < 2 or not pieces[-1].startswith("--"):
        raise _unreadable("The batch has no closing boundary.")
    parts = [_part(piece, prefix) for piece in pieces[1:-1]]
    if not parts or len(parts) > MOST_REQUESTS:
        raise _unreadable(f"A batch holds 1 to {MOST_REQUESTS} requests, not {len(parts)}.")
    return parts


def write_batch(answers: Iterable[Response], *, status: int) -> Response:
    """The answers in the order of their requests."""
    boundary = f"batchresponse_{uuid4()}"
    pieces = [f"--{boundary}\r\n".encode() + _written(answer) for answer in answers]
    body = b"".join(pieces) + f"--{boundary}--\r\n".encode()
    response = Response(body, status, content_type=f"multipart/mixed; boundary={boundary}")
    response.headers["OData-Version"] = "4.0"
    return response


def _part(piece: str, prefix: str) -> Part:
    head, gap, inside = piece.removeprefix("\r\n").partition("\r\n\r\n")
    headers = _headers(head)
    if headers.get("content-type", "").lower().startswith("multipart/mixed"):
        return Part("CHANGESET")
    if not gap or headers.get("content-type", "").lower() != "application/http":
        raise _unreadable("A part of the batch is not of type application/http.")
    if headers.get("content-transfer-encoding", "").lower() != "binary":
        raise _unreadable("A part of the batch lacks Content-Transfer-Encoding: binary.")
    request, gap, body = inside.partition("\r\n\r\n")
    first, _, rest = request.partition("\r\n")
    line = _REQUEST_LINE.fullmatch(first)
    if not line or not (gap or request.endswith("\r\n")):
        raise _unreadable("A part of the batch has no request line followed by an empty line.")
    url = urlsplit(line[2])
    address = url.path.removeprefix(f"{prefix}/") if url.path.startswith("/") else url.path
    return Part(line[1], unquote(address), url.query, _headers(rest), body.strip("\r\n").encode("latin-1"))


def _headers(text: str) -> dict[str, str]:
    lines = (line.partition(":") for line in text.split("\r\n") if line)
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _written(answer: Response) -> bytes:
    names = ("Content-Type", "OData-Version", "Preference-Applied", "Retry-After", "WWW-Authenticate")
    headers = [f"{name}: {answer.headers[name]}" for name in names if name in answer.headers]
    reason = HTTPStatus(answer.status_code).phrase
    lines = [
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "",
        f"HTTP/1.1 {answer.status_code} {reason}",
        *headers,
        "",
        "",
    ]
    return "\r\n".join(lines).encode("latin-1") + answer.get_data() + b"\r\n"


def _unreadable(message: str) -> DataverseError:
    return DataverseError(400, UNREADABLE_BODY, message)
