"""The addresses that webhooks may be sent to: https, by a name that means what it seems to mean. Pure.

Whether a name leads to a machine inside is looked at again each time something is sent
(`relationship.sync.outward.webhooks`).
"""

import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, urlsplit

from settings.rules.form import refusal

LONGEST_URL = 2_000

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Names that only mean something inside a network.
_INSIDE = {"local", "internal", "intranet", "lan", "home", "corp", "localdomain", "onion", "arpa"}
_LOOPBACK_NAME = "localhost"


def checked_url(raw: str) -> str:
    """The address in the spelling that is kept; refused with a stable code when nothing may be sent there.

    >>> checked_url("https://Hooks.Granit.example/crm?team=3")
    'https://hooks.granit.example/crm?team=3'
    """
    text = raw.strip()
    if len(text) > LONGEST_URL or any(sign.isspace() or not sign.isprintable() or sign == "\\" for sign in text):
        raise refusal("url_malformed", "this is not an address like https://hooks.granit.example/crm")
    try:
        parts, port = urlsplit(text), urlsplit(text).port
    except ValueError:
        raise refusal("url_malformed", "this is not an address like https://hooks.granit.example/crm") from None
    if parts.scheme != "https":
        raise refusal("url_not_https", "an address begins with https://")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise refusal("url_with_user", "an address holds no user and no password; calls are signed instead")
    if parts.fragment or text.endswith("#"):
        raise refusal("url_fragment", "an address holds no part after #")
    if port == 0:
        raise refusal("url_malformed", "port 0 is none")
    return _written(parts, _checked_host(parts.hostname or ""), port)


def masked(url: str, *, host_only: bool = False) -> str:
    """The address without what may be a secret in it.

    >>> masked("https://hooks.granit.example/crm?sig=a"), masked("https://hooks.granit.example/crm", host_only=True)
    ('https://hooks.granit.example/crm?…', 'https://hooks.granit.example/…')
    """
    parts = urlsplit(url)
    path = "/…" if host_only else f"{parts.path}?…" if parts.query else parts.path
    return f"{parts.scheme}://{parts.netloc}{path}"


def is_loopback(url: str) -> bool:
    """Whether an address that `checked_url` passed leads to this very machine by its own words."""
    host = (urlsplit(url).hostname or "").lower()
    if host == _LOOPBACK_NAME:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checked_host(raw: str) -> str:
    host = raw.rstrip(".").lower()
    if not host:
        raise refusal("url_malformed", "an address names a host")
    if host == _LOOPBACK_NAME or _is_plain_loopback(host):
        return host
    labels = _plain_labels(host)
    if ":" in host or _NUMBER.fullmatch(labels[-1]):
        raise refusal("url_number", "an address names its host; numbers can lead anywhere")
    if len(labels) < 2 or labels[-1] in _INSIDE or labels[-1] == _LOOPBACK_NAME:
        raise refusal("url_inside", "this name means something only inside a network")
    if len(".".join(labels)) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise refusal("url_malformed", "this is not the name of a host")
    return ".".join(labels)


def _is_plain_loopback(host: str) -> bool:
    """127.0.0.1 or ::1 as people write them; other spellings of it are no address."""
    return host in ("127.0.0.1", "::1")


def _plain_labels(host: str) -> list[str]:
    """The labels in ASCII; a name in letters of another script could look like a familiar one."""
    found = []
    for label in host.split("."):
        try:
            shown = label.encode("ascii").decode("idna") if label.startswith("xn--") else label
            plain = shown if shown.isascii() else shown.encode("idna").decode("ascii")
        except UnicodeError:
            raise refusal("url_malformed", "this is not the name of a host") from None
        if not all("LATIN" in unicodedata.name(sign, "") for sign in shown if not sign.isascii()):
            raise refusal("url_look_alike", "letters of another alphabet can look like a familiar name")
        found.append(plain)
    return found


def _written(parts: SplitResult, host: str, port: int | None) -> str:
    where = f"[{host}]" if ":" in host else host
    place = where if port in (None, 443) else f"{where}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"https://{place}{parts.path or '/'}{query}"
