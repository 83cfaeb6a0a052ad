"""One request to Microsoft at a time, asked until it is answered or given up: token, waiting, checking.

What if it runs twice: reads only, so nothing. What if Microsoft says no: `faults.fault` names who acts.
Each caller is sequential within its scope (one mailbox, the CRM), so at most one request per mailbox
is in flight; a batch holds at most four (`msgraph.BATCH_SIZE`).
"""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import requests
import stamina
import structlog

from relationship.errors import FixSettings, RelationshipError, TryLater
from relationship.sync.auth import TokenSource
from relationship.sync.faults import Service, fault
from relationship.sync.patience import LONGEST_SLEEP_SECONDS, Circuit, Quiet, Quotas, retry_after_seconds
from relationship.sync.sessions import ANSWER_SECONDS, Sessions, deadline, is_untrusted

log = structlog.get_logger()

Json = dict[str, Any]

ATTEMPTS = 6
GIVE_UP_SECONDS = 150.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 20.0
LONGEST_ANSWER_BYTES = 64 * 1024 * 1024
_CODE = re.compile(r"[^A-Za-z0-9_.-]")


class _AgainError(Exception):
    """One try failed in a way that another may not. Holds no text of the answer: it reaches the log."""

    def __init__(self, told: RelationshipError, wait_seconds: float | None = None) -> None:
        super().__init__(told.code)
        self.told = told
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Channel:
    """The way to one service. `base_url` is the only place that ever gets a token (invariant I14)."""

    service: Service
    base_url: str
    tokens: TokenSource
    sessions: Sessions
    quotas: Quotas
    headers: Mapping[str, str] = field(default_factory=dict)
    quiet: Quiet = field(default_factory=Quiet)
    circuit: Circuit | None = None
    answer_seconds: float = ANSWER_SECONDS
    requests_sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.circuit = self.circuit or Circuit(self.service.value)

    def owns(self, link: object) -> bool:
        """Whether a link leads to the configured host over TLS."""
        if not isinstance(link, str):
            return False
        return _origin(link) == _origin(self.base_url) and link.startswith("https://")

    def fetch(
        self, link: str, *, scope: str, headers: Mapping[str, str] | None = None, at_saved_link: bool = False
    ) -> Json:
        """One page of a list, its rows under "value"; what is no such page is asked for again.

        raises  what `faults.fault` says; TryLater when all tries failed or silence was asked for
        """
        return self._ask("GET", link, None, scope, headers or {}, at_saved_link=at_saved_link, is_page=True)

    def fetch_one(self, path: str, *, scope: str) -> Json:
        """One object by its path under the base URL."""
        return self._ask("GET", self.base_url + path, None, scope, {}, at_saved_link=False, is_page=False)

    def post(self, path: str, body: Json, *, scope: str) -> Json:
        """A reading POST ($batch), repeated like a GET; never used for what writes."""
        return self._ask("POST", self.base_url + path, body, scope, {}, at_saved_link=False, is_page=False)

    def note_silence(self, scope: str, headers: object) -> None:
        """Keep the silence that one answer inside a batch asked for, or a short one when it said nothing."""
        value = headers.get("Retry-After") if isinstance(headers, dict) else None
        wait = retry_after_seconds(str(value) if value is not None else None, now=datetime.now(UTC))
        self.quiet.ask(scope, FIRST_PAUSE_SECONDS if wait is None else wait)

    def _ask(
        self,
        method: str,
        link: str,
        body: Json | None,
        scope: str,
        headers: Mapping[str, str],
        *,
        at_saved_link: bool,
        is_page: bool,
    ) -> Json:
        if not self.owns(link):
            raise _foreign_link()
        circuit = self.circuit
        assert circuit is not None  # noqa: S101  # set in __post_init__
        self.quiet.keep(scope)
        circuit.enter()
        answered = False
        try:
            for attempt in stamina.retry_context(
                on=_pause,
                attempts=ATTEMPTS,
                timeout=GIVE_UP_SECONDS,
                wait_initial=FIRST_PAUSE_SECONDS,
                wait_max=LONGEST_PAUSE_SECONDS,
            ):
                with attempt:
                    found = self._try(method, link, body, scope, headers, at_saved_link, is_page)
                    answered = True
                    return found
        except _AgainError as again:
            answered = not isinstance(again.told, TryLater)
            raise again.told from again
        except TryLater as later:
            answered = later.code in ("silence_asked", "quota_used")
            raise
        except RelationshipError:
            answered = True
            raise
        finally:
            circuit.leave(answered=answered)
        raise AssertionError("unreachable: the last try returns or raises")

    def _try(
        self,
        method: str,
        link: str,
        body: Json | None,
        scope: str,
        headers: Mapping[str, str],
        at_saved_link: bool,
        is_page: bool,
    ) -> Json:
        self.quiet.keep(scope)
        token = self.tokens.token()
        reply = self._send(method, link, body, scope, headers, token)
        if reply.status == 401:
            token = self.tokens.renewed(token)
            reply = self._send(method, link, body, scope, headers, token)
        if reply.status // 100 != 2:
            raise self._refusal(reply, scope, at_saved_link)
        found = _parsed(reply)
        if is_page:
            self._check_page(found)
        return found

    def _send(
        self, method: str, link: str, body: Json | None, scope: str, headers: Mapping[str, str], token: str
    ) -> _Reply:
        self.quotas.take(scope)
        session = self.sessions.mine()
        all_headers = {
            "Accept": "application/json",
            **self.headers,
            **headers,
            "Authorization": f"Bearer {token}",
            "client-request-id": str(uuid4()),
        }
        prepared = session.prepare_request(requests.Request(method, link, headers=all_headers, json=body))
        prepared.url = link  # links are opaque: sent to the letter, never re-encoded
        with self._lock:
            self.requests_sent += 1
        try:
            with (
                deadline(self.answer_seconds),
                session.send(prepared, allow_redirects=False, stream=True, verify=session.verify) as response,
            ):
                return _Reply(response.status_code, response.headers, _read_bounded(response))
        except (requests.RequestException, OSError, ValueError) as error:
            raise _network_trouble(error) from None  # the error's own text names addresses

    def _refusal(self, reply: _Reply, scope: str, at_saved_link: bool) -> Exception:
        status = reply.status
        code = _error_code(reply)
        wait = retry_after_seconds(reply.headers.get("Retry-After"), now=_server_time(reply))
        told = fault(status, code, service=self.service, at_saved_link=at_saved_link, wait_seconds=wait)
        log.info(
            "microsoft_refused",
            service=self.service.value,
            status=status,
            code=code,
            wait_seconds=wait,
            request_id=_plain(reply.headers.get("request-id") or reply.headers.get("REQ_ID") or ""),
        )
        if wait is not None and isinstance(told, TryLater):
            self.quiet.ask(scope, wait)
            if wait > LONGEST_SLEEP_SECONDS:
                return told
        if isinstance(told, TryLater) or status >= 500:
            return _AgainError(told, wait)
        return told

    def _check_page(self, page: Json) -> None:
        if not isinstance(page.get("value"), list):
            raise _AgainError(_unreadable("a page without rows"))
        for name in ("@odata.nextLink", "@odata.deltaLink"):
            if name in page and not self.owns(page[name]):
                raise _AgainError(_foreign_link())


def _pause(error: Exception) -> bool | float:
    """For stamina: whether to try again, and after how many seconds when Microsoft said so."""
    if not isinstance(error, _AgainError):
        return False
    return True if error.wait_seconds is None else error.wait_seconds


def _origin(link: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(link)
        return parts.scheme, (parts.hostname or "").lower(), parts.port or 443
    except ValueError:
        return "", "", 0


def _read_bounded(response: requests.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(256 * 1024):
        parts.append(part)
        size += len(part)
        if size > LONGEST_ANSWER_BYTES:
            raise ValueError("the answer is too long")
    return b"".join(parts)


def _parsed(reply: _Reply) -> Json:
    media_type = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type and not media_type.endswith("json"):
        raise _AgainError(_unreadable("a page that is no JSON"))
    try:
        found = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        # Lone surrogates are legal escapes that only the standard library reads.
        try:
            found = json.loads(reply.body)
        except ValueError:
            raise _AgainError(_unreadable("an answer that is cut short")) from None
    if not isinstance(found, dict):
        raise _AgainError(_unreadable("an answer of another form"))
    return found


def _error_code(reply: _Reply) -> str:
    try:
        code = orjson.loads(reply.body)["error"]["code"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
    return _plain(code) if isinstance(code, str) else ""


def _plain(text: str) -> str:
    """Only what a code or an id is made of may reach a log or a message."""
    return _CODE.sub("", text)[:64]


def _server_time(reply: _Reply) -> datetime:
    try:
        return parsedate_to_datetime(reply.headers["Date"])
    except (KeyError, ValueError):
        return datetime.now(UTC)


def _network_trouble(error: Exception) -> Exception:
    if is_untrusted(error):
        return FixSettings(
            "The certificate of the other side is not trusted.",
            next_step="Check the clock of this machine; for a private authority set RELATIONSHIP_CA_FILE.",
            code="untrusted_certificate",
        )
    return _AgainError(
        TryLater(
            "Microsoft could not be reached, or the line broke.",
            next_step="Check the network if this stays; the next run goes on from here.",
            code="network",
        )
    )


def _unreadable(what: str) -> TryLater:
    return TryLater(
        f"Microsoft sent {what}.", next_step="Nothing to do: the next run asks again.", code="unreadable_answer"
    )


def _foreign_link() -> TryLater:
    return TryLater(
        "An answer points at another host than the configured one; nothing was sent there.",
        next_step="Check the addresses of Microsoft Graph and Dynamics 365 in the configuration.",
        code="foreign_link",
    )
