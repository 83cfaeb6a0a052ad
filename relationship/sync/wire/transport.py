"""One request to Microsoft at a time, asked until it is answered or given up: token, waiting, checking.

What if it runs twice: nothing, for what writes here (subscriptions) bears repetition. What if Microsoft
says no: `faults.fault` names who acts.
Each caller is sequential within its scope (one mailbox, the CRM), so at most one request per mailbox
is in flight.
"""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import requests
import stamina
import structlog

from relationship.errors import FixSettings, RelationshipError, TryLater
from relationship.sync.wire.faults import Service, fault
from relationship.sync.wire.patience import LONGEST_SLEEP_SECONDS, Circuit, Quiet, Quotas, retry_after_seconds
from relationship.sync.wire.sessions import ANSWER_SECONDS, Sessions, deadline, is_untrusted

log = structlog.get_logger()

Json = dict[str, Any]
T = TypeVar("T")

ATTEMPTS = 6
GIVE_UP_SECONDS = 150.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 20.0
LONGEST_ANSWER_BYTES = 64 * 1024 * 1024
_CODE = re.compile(r"[^A-Za-z0-9_.-]")


class Tokens(Protocol):
    """Where bearer tokens for one service come from (`auth.TokenSource`)."""

    def token(self) -> str: ...
    def renewed(self, refused: str) -> str: ...


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


@dataclass(frozen=True, slots=True)
class _Asking:
    """One request. scope: who is asked for silence and counted (a mailbox, the directory, the CRM); raw: a body that
    is no JSON; counts_as: how many requests Microsoft sees in it."""

    method: str
    link: str
    scope: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json | None = None
    raw: bytes | None = None
    counts_as: int = 1
    at_saved_link: bool = False
    is_page: bool = False
    may_be_empty: bool = False


class Channel:
    """The way to one service. `base_url` is the only place that ever gets a token (invariant I14)."""

    def __init__(
        self,
        service: Service,
        base_url: str,
        *,
        tokens: Tokens,
        sessions: Sessions,
        quotas: Quotas,
        quiet: Quiet | None = None,
        circuit: Circuit | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.base_url = base_url
        self.requests_sent = 0
        self._service = service
        self._tokens = tokens
        self._sessions = sessions
        self._quotas = quotas
        self._quiet = quiet or Quiet()
        self._circuit = circuit or Circuit(service.value)
        self._answer_seconds = answer_seconds
        self._attempts = attempts
        self._lock = threading.Lock()

    def owns(self, link: object) -> bool:
        """Whether a link leads to the configured host over TLS."""
        return isinstance(link, str) and _origin(link) == _origin(self.base_url)

    def fetch(
        self, link: str, *, scope: str, headers: Mapping[str, str] | None = None, at_saved_link: bool = False
    ) -> Json:
        """One page of a list, its rows under "value"; what is no such page is asked for again.

        raises  what `faults.fault` says; TryLater when all tries failed or silence was asked for
        """
        return self._ask(_Asking("GET", link, scope, headers or {}, at_saved_link=at_saved_link, is_page=True))

    def fetch_one(self, path: str, *, scope: str, headers: Mapping[str, str] | None = None) -> Json:
        """One object by its path under the base URL."""
        return self._ask(_Asking("GET", self.base_url + path, scope, headers or {}))

    def change(
        self, method: str, path: str, body: Json | None = None, *, scope: str, headers: Mapping[str, str] | None = None
    ) -> Json:
        """A writing request that may be sent twice, because its answer may be lost; {} for an empty answer."""
        return self._ask(_Asking(method, self.base_url + path, scope, headers or {}, body=body, may_be_empty=True))

    def post_batch(self, body: bytes, *, headers: Mapping[str, str], counts_as: int, scope: str) -> tuple[str, bytes]:
        """Many requests in one, which may be sent twice; content type and body of the answer.

        counts_as  how many requests are in it: each counts for the quota
        """
        asking = _Asking("POST", f"{self.base_url}/$batch", scope, headers, raw=body, counts_as=counts_as)
        reply = self._answered(asking, lambda reply: reply)
        return reply.headers.get("Content-Type", ""), reply.body

    def keep_silent(self, scope: str, seconds: float) -> None:
        """Ask a scope nothing for a while, because an answer inside a batch said so."""
        self._quiet.ask(scope, seconds)

    def _ask(self, asking: _Asking) -> Json:
        return self._answered(asking, lambda reply: self._found(asking, reply))

    def _answered(self, asking: _Asking, read: Callable[[_Reply], T]) -> T:
        """Ask until it is answered or given up; the circuit learns whether the service answered at all."""
        if not self.owns(asking.link):
            raise _foreign_link()
        self._quiet.keep(asking.scope)
        self._circuit.enter()
        answered = True
        try:
            return self._persistently(asking, read)
        except _AgainError as again:
            answered = not isinstance(again.told, TryLater)
            raise again.told from again
        except TryLater as later:
            answered = later.code in ("silence_asked", "quota_used")
            raise
        finally:
            self._circuit.leave(answered=answered)

    def _persistently(self, asking: _Asking, read: Callable[[_Reply], T]) -> T:
        for attempt in stamina.retry_context(
            on=_pause,
            attempts=self._attempts,
            timeout=GIVE_UP_SECONDS,
            wait_initial=FIRST_PAUSE_SECONDS,
            wait_max=LONGEST_PAUSE_SECONDS,
        ):
            with attempt:
                return read(self._once(asking))
        raise AssertionError("the last attempt returns or raises")

    def _once(self, asking: _Asking) -> _Reply:
        self._quiet.keep(asking.scope)
        token = self._tokens.token()
        reply = self._send(asking, token)
        if reply.status == 401:
            reply = self._send(asking, self._tokens.renewed(token))
        if reply.status // 100 != 2:
            raise self._refusal(asking, reply)
        return reply

    def _found(self, asking: _Asking, reply: _Reply) -> Json:
        if asking.may_be_empty and not reply.body:
            return {}
        found = _parsed(reply)
        if asking.is_page:
            self._check_page(found)
        return found

    def _send(self, asking: _Asking, token: str) -> _Reply:
        self._quotas.take(asking.scope, asking.counts_as)
        session = self._sessions.mine()
        headers = {
            "Accept": "application/json",
            **asking.headers,
            "Authorization": f"Bearer {token}",
            "client-request-id": str(uuid4()),
        }
        request = requests.Request(asking.method, asking.link, headers=headers, json=asking.body, data=asking.raw)
        prepared = session.prepare_request(request)
        prepared.url = asking.link  # links are opaque: sent to the letter, never re-encoded
        with self._lock:
            self.requests_sent += 1
        try:
            with (
                deadline(self._answer_seconds),
                session.send(prepared, allow_redirects=False, stream=True, verify=session.verify) as response,
            ):
                return _Reply(response.status_code, response.headers, _read_bounded(response))
        except (requests.RequestException, OSError, ValueError) as error:
            raise _network_trouble(error) from None  # the error's own text names addresses

    def _refusal(self, asking: _Asking, reply: _Reply) -> Exception:
        status = reply.status
        code = _error_code(reply)
        wait = retry_after_seconds(reply.headers.get("Retry-After"), now=_server_time(reply))
        told = fault(status, code, service=self._service, at_saved_link=asking.at_saved_link, wait_seconds=wait)
        # That something is not there is an answer, not a refusal: most people lack some folder.
        tell = log.debug if status == HTTPStatus.NOT_FOUND else log.info
        tell(
            "microsoft_refused",
            service=self._service.value,
            status=status,
            code=code,
            wait_seconds=wait,
            request_id=_plain(reply.headers.get("request-id") or reply.headers.get("REQ_ID") or ""),
        )
        if wait is not None and isinstance(told, TryLater):
            self._quiet.ask(asking.scope, wait)
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
    return error.wait_seconds or True  # a wait of nothing is no answer: then the pause grows by itself


def _origin(link: str) -> tuple[str, str, int]:
    """Scheme, host and port of an https link without user; anything else has no origin of ours."""
    try:
        parts = urlsplit(link)
        if parts.scheme == "https" and parts.username is None and parts.password is None:
            return parts.scheme, (parts.hostname or "").lower(), parts.port or 443
    except ValueError:
        pass
    return "", link, 0


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
    if isinstance(error, requests.exceptions.ProxyError):
        told = "The proxy cannot be reached, or lets nothing through to Microsoft."
        step = "Check RELATIONSHIP_PROXY_URL with its user and password; the next run goes on from here."
    else:
        told = "Microsoft could not be reached, or the line broke."
        step = "Check the network if this stays; the next run goes on from here."
    return _AgainError(TryLater(told, next_step=step, code="network"))


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
