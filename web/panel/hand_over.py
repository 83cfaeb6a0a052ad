"""How a sign-in in a window of its own reaches the frame that asked for it.

The frame makes a secret, the verifier, and lets the window have its hash alone. After the sign-in the window shows a
short code. Whoever brings both, verifier and code, within a minute, gets the session: once. So neither a finished
sign-in of somebody else can be planted in a frame, nor a frame elsewhere collect the sign-in of this one.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection

from relationship.clock import real_clock
from relationship.store.sources import tokens
from relationship.store.sources.tokens import TokenVault

SECONDS = 60
TRIES = 3
KEPT_UNDER = "panel/"
# 32 random bytes, or their SHA-256, as base64 for addresses without padding (RFC 7636).
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_CODE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Offer:
    """What a finished sign-in leaves for the frame; tries: how many wrong codes it still bears."""

    oid: str
    name: str
    roles: tuple[str, ...]
    code: str
    until: datetime
    tries: int = TRIES

    @property
    def seconds(self) -> int:
        """How much longer the code holds; 0 when it has run out."""
        return max(0, round((self.until - real_clock()).total_seconds()))


@dataclass(frozen=True, slots=True)
class Refused:
    """No session. tries: how many codes may still be tried, 0 when the frame has to begin anew."""

    tries: int = 0
    oid: str = ""


def challenge_of(verifier: str) -> str:
    """The hash by which the window knows the frame.

    >>> challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def offer(conn: Connection, vault: TokenVault, challenge: str, *, oid: str, name: str, roles: tuple[str, ...]) -> None:
    """Keep a finished sign-in for the frame with this challenge; a later one takes the place of an earlier one."""
    now = real_clock()
    tokens.forget_older(conn, KEPT_UNDER, now - timedelta(seconds=SECONDS))
    code = f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}d}"
    _save(conn, vault, challenge, Offer(oid, name, roles, code, now + timedelta(seconds=SECONDS)))


def shown(conn: Connection, vault: TokenVault, challenge: str) -> Offer | None:
    """The offer that waits for this frame; None before the sign-in, after the minute and once it was taken."""
    found = _read(vault.load(conn, KEPT_UNDER + challenge))
    return found if found and found.seconds else None


def taken(conn: Connection, vault: TokenVault, verifier: str, code: str) -> Offer | Refused:
    """The offer for the frame with this verifier, when the code is its own; it is gone with that.

    A wrong code costs one of three tries. The offer leaves the table before it is looked at, so tries at the same
    moment cannot share one.
    """
    if not SECRET.fullmatch(verifier):
        return Refused()
    challenge = challenge_of(verifier)
    found = _read(vault.take(conn, KEPT_UNDER + challenge))
    if found is None or not found.seconds:
        return Refused()
    if hmac.compare_digest(found.code.encode(), code.encode()):
        return found
    left = replace(found, tries=found.tries - 1)
    if left.tries:
        _save(conn, vault, challenge, left)
    return Refused(left.tries, found.oid)


def _save(conn: Connection, vault: TokenVault, challenge: str, kept: Offer) -> None:
    vault.save(conn, KEPT_UNDER + challenge, orjson.dumps(asdict(kept)).decode(), at=real_clock())


def _read(body: str | None) -> Offer | None:
    if body is None:
        return None
    fields = orjson.loads(body)
    until = datetime.fromisoformat(fields.pop("until"))
    return Offer(**{**fields, "roles": tuple(fields["roles"])}, until=until)
