"""One request to Microsoft Graph and its answer, free of any web framework; errors in the service's form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import orjson

from simulator.faults import Fault, FaultKind
from simulator.msgraph.paths import segments
from simulator.signing import Claims

Json = dict[str, object]

_MAX_PAGE = 1000
# The parts of a path that are no ids.
_WORDS = frozenset((
    "$batch", "calendar", "calendarView", "calendars", "callRecords", "childFolders", "delta", "events", "instances",
    "linkedResources", "lists", "mailFolders", "mailboxSettings", "messages", "microsoft.graph.user",
    "participants_v2", "planner", "plans", "reauthorize", "sessions", "tasks", "todo", "transitiveMembers",
    "userPurpose",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """path: plain, without the version; headers: names in lower case; origin: what all links start with."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    claims: Claims | None
    origin: str
    body: object = None
    faults: tuple[Fault, ...] = ()

    @property
    def segments(self) -> tuple[str, ...]:
        return segments(self.path)

    @property
    def mailbox_key(self) -> str:
        """Whose mailbox is asked for, by whatever name the client used; empty when none is."""
        parts = self.segments
        return parts[1] if len(parts) > 2 and parts[0] == "users" else ""

    @property
    def template(self) -> str:
        """The path with {id} in place of ids, for counting."""
        return "/".join(
            part if place == 0 or part in _WORDS else part.partition("(")[0] if "(" in part else "{id}"
            for place, part in enumerate(self.segments)
        )

    @property
    def preferences(self) -> dict[str, str]:
        """The Prefer header as names in lower case and values without quotes."""
        found = {}
        for preference in self.headers.get("prefer", "").split(","):
            name, _, value = preference.partition("=")
            found[name.strip().lower()] = value.strip().strip('"')
        return found

    @property
    def wants_immutable_ids(self) -> bool:
        return self.preferences.get("idtype", "").lower() == "immutableid"

    @property
    def wants_text(self) -> bool:
        return self.preferences.get("outlook.body-content-type", "").lower() == "text"

    def page_size(self, default: int) -> int:
        """How many rows a page may have, by `Prefer: odata.maxpagesize`."""
        wanted = self.preferences.get("odata.maxpagesize", "")
        return min(max(int(wanted), 1), _MAX_PAGE) if wanted.isdecimal() else default

    def number(self, option: str, default: int, *, most: int) -> int:
        text = self.query.get(option)
        if text is None:
            return default
        if not text.isdecimal() or int(text) > most:
            raise bad_request(f"Invalid value '{text}' for {option} query option found.")
        return int(text)

    def has_fault(self, kind: FaultKind) -> Fault | None:
        return next((fault for fault in self.faults if fault.kind is kind), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """body: a JSON object; raw: bytes sent instead of it.

    is_reset: nothing is sent, the connection breaks; is_dripping: the body is sent at one byte a second.
    """

    status: int = 200
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    content_type: str | None = None
    is_reset: bool = False
    is_dripping: bool = False


def written(body: object) -> bytes:
    """The body as JSON; also with what no text of Unicode may hold, like half a surrogate pair."""
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        return json.dumps(body, separators=(",", ":")).encode()


class GraphError(Exception):
    """An error answer in the service's form."""

    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = headers or {}

    def answer(self, call: Call) -> Answer:
        request_id = str(uuid4())
        client_id = call.headers.get("client-request-id", request_id)
        inner = {
            "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": client_id,
        }
        error: Json = {"code": self.code, "message": self.message, "innerError": inner}
        return Answer(self.status, {"error": error}, self.headers)


def bad_request(message: str, *, code: str = "BadRequest") -> GraphError:
    return GraphError(400, code, message)


def selected(call: Call, known: Mapping[str, object], kind: str) -> tuple[str, ...]:
    """The names in `$select`, () when there is none; an unknown name is refused as the service does."""
    text = call.query.get("$select", "")
    return checked_select(text, known, kind)


def checked_select(text: str, known: Mapping[str, object], kind: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in known:
            raise bad_request(f"Could not find a property named '{name}' on type 'microsoft.graph.{kind}'.")
    return names
