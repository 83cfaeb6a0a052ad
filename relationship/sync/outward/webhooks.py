"""Signed calls to the endpoints that the administrators named, after the convention of Standard Webhooks.

What if it runs twice: the same id, so that the receiver can tell. What if it dies half-way: it is called again under
the same id. What if the endpoint is slow, long-winded or leads elsewhere: ten seconds in all, 64 kB of an answer that
nobody reads, no redirect, and only addresses that lie in the open internet; the one that was looked at is the one
that is connected to.
Format: https://www.standardwebhooks.com (webhook-id, webhook-timestamp, webhook-signature: v1,<base64 of HMAC-SHA256
over id.timestamp.body>); docs/webhooks.md shows how to verify it.
"""

import base64
import binascii
import hmac
import ipaddress
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlsplit

import requests
import structlog

from relationship.config import Config
from relationship.errors import FixSettings, RelationshipError, TryLater
from relationship.sync.wire.patience import retry_after_seconds
from relationship.sync.wire.sessions import deadline, is_untrusted, open_pinned_session

log = structlog.get_logger()

TOTAL_SECONDS = 10.0
NAME_SECONDS, CONNECT_SECONDS = 3.0, 3.0
LONGEST_ANSWER_BYTES = 64 * 1024
LONGEST_BODY_BYTES = 256 * 1024
SECRET_PREFIX = "whsec_"  # noqa: S105  # what a secret begins with, not one
SECRET_BYTES = 32
USER_AGENT = "relationship-webhooks/1"

# IPv6 addresses with an IPv4 address in their last four bytes (RFC 6052).
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")

# The network addresses that a host name has.
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Hook:
    """One call. secrets: newest first; while one is replaced, both sign; is_signed: False where nobody verifies it."""

    id: str
    url: str
    body: bytes
    secrets: tuple[str, ...]
    is_signed: bool = True


class HookPost:
    """Sends calls; opens a new connection for each."""

    def __init__(self, config: Config, *, resolve: Resolve | None = None) -> None:
        self._config = config
        self._resolve = resolve or found_addresses
        self._may_be_here = config.mode != "production"

    def send(self, hook: Hook, *, at: datetime) -> int:
        """The status of the answer, 200 to 299.

        at      real time, which is signed
        raises  TryLater when another try may do, FixSettings when the endpoint or its secret has to be looked at
        """
        parts = urlsplit(hook.url)
        name, port = parts.hostname or "", parts.port or 443
        if parts.scheme != "https" or not name or parts.username is not None:
            raise _refused("url_not_https")
        headers = signed_headers(hook, at=at)
        address = self._open_address(name, port)
        shown = f"[{address}]" if ":" in address else address
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers["Host"] = parts.netloc
        status, wait = self._answered(f"https://{shown}:{port}{path}", name, hook.body, headers)
        if 200 <= status < 300:
            return status
        log.info("webhook_refused", status=status)
        raise _not_taken(status, wait)

    def _open_address(self, name: str, port: int) -> str:
        """The address to connect to; every one that the name has must lie outside, else none is used."""
        addresses = self._resolve(name, port)
        if not addresses:
            raise TryLater("The name of the endpoint is not known.", next_step=_LOOK, code="webhook_name_unknown")
        for address in addresses:
            if not is_allowed(address, loopback=self._may_be_here):
                raise _refused("webhook_address_inside")
        return addresses[0]

    def _answered(self, link: str, name: str, body: bytes, headers: dict[str, str]) -> tuple[int, float | None]:
        config = self._config
        try:
            with (
                deadline(TOTAL_SECONDS - NAME_SECONDS),
                open_pinned_session(config.ca_file, config.proxy, name=name) as session,
                session.post(
                    link,
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                    stream=True,
                    timeout=(CONNECT_SECONDS, TOTAL_SECONDS),
                ) as answer,
            ):
                _read_away(answer)
                wait = retry_after_seconds(answer.headers.get("Retry-After"), now=datetime.now(UTC))
                return answer.status_code, wait
        except (requests.RequestException, OSError) as error:
            raise _broken(error) from None  # the error's own text names hosts


def signed_headers(hook: Hook, *, at: datetime) -> dict[str, str]:
    """What goes with the body; FixSettings when there is no secret to sign with."""
    plain = {"Content-Type": "application/json", "User-Agent": USER_AGENT, "webhook-id": hook.id}
    if not hook.is_signed:
        return plain
    if not hook.secrets:
        raise FixSettings("The endpoint has no secret.", next_step="Make one under Settings.", code="webhook_no_secret")
    stamp = str(int(at.timestamp()))
    return {
        **plain,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signature(secret, hook.id, stamp, hook.body) for secret in hook.secrets),
    }


def signature(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    """One signature, as in the header; the published example of the convention:

    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
    ...           b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise FixSettings(
            "The secret of the endpoint cannot be read.",
            next_step="Make a new one under Settings.",
            code="webhook_no_secret",
        ) from None
    mac = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, sha256).digest()
    return f"v1,{base64.b64encode(mac).decode()}"


def new_secret() -> str:
    """A secret as receivers enter it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def is_allowed(address: str, *, loopback: bool) -> bool:
    """Whether something may be sent to this network address. loopback: this very machine counts as open (demo, test).

    >>> is_allowed("169.254.169.254", loopback=True), is_allowed("127.0.0.1", loopback=False)
    (False, False)
    """
    found: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = int(found) & 0xFFFFFFFF if found in _TRANSLATED else None
        found = found.ipv4_mapped or found.sixtofour or (ipaddress.IPv4Address(inside) if inside is not None else found)
    if found.is_loopback:
        return loopback
    return found.is_global and not found.is_multicast


def found_addresses(name: str, port: int) -> Sequence[str]:
    """What a name leads to, [] when it is unknown or the answer takes too long."""
    found: list[str] = []

    def look() -> None:
        try:
            rows = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(dict.fromkeys(str(row[4][0]) for row in rows))

    thread = threading.Thread(target=look, name="webhook-name", daemon=True)
    thread.start()
    thread.join(NAME_SECONDS)
    return list(found)


_LOOK = "Check the address of the endpoint under Settings; it is tried again by itself."


def _read_away(answer: requests.Response) -> None:
    """Let the other side finish, as far as it is short."""
    size = 0
    for part in answer.iter_content(8 * 1024):
        size += len(part)
        if size > LONGEST_ANSWER_BYTES:
            return


def _not_taken(status: int, wait: float | None) -> RelationshipError:
    if 300 <= status < 400:
        return _refused("webhook_redirected")
    return TryLater(
        f"The endpoint answered {status}.", next_step=_LOOK, code=f"http_{status}", wait_seconds=wait or None
    )


def _refused(code: str) -> FixSettings:
    return FixSettings("Nothing may be sent to this address.", next_step=_LOOK, code=code)


def _broken(error: Exception) -> RelationshipError:
    if is_untrusted(error):
        return FixSettings(
            "The certificate of the endpoint is not trusted.",
            next_step="Give the endpoint a certificate of a known authority, or set RELATIONSHIP_CA_FILE.",
            code="untrusted_certificate",
        )
    is_late = isinstance(error, requests.Timeout | TimeoutError) or "took too long" in str(error)
    code = "webhook_timeout" if is_late else "webhook_unreachable"
    return TryLater("The endpoint did not answer in time.", next_step=_LOOK, code=code)
