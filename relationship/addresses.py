"""Mail addresses in one spelling, and which of them belong to a machine rather than a person."""

import re
import unicodedata

_LEGACY = re.compile(r"^/o=", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff]")
LONGEST = 254  # RFC 5321, section 4.5.3.1.3 less the angle brackets

# Local parts that no person writes from (RFC 2142 and what large senders use).
_MACHINE = re.compile(
    r"^(no[-_.]?reply|do[-_.]?not[-_.]?reply|ne[-_.]?pas[-_.]?repondre|mailer-daemon|postmaster|bounces?|"
    r"notifications?|newsletter|automate?d?|robot|listserv|majordomo)([-_.+=].*)?$"
)


def normalise(raw: object) -> str | None:
    """The address in the one spelling we store and compare, or None when it is none.

    Lower case, no plus-tag (`ines+crm@` is `ines@`), domain in ASCII (IDNA); legacy Exchange names
    (`/O=…`), values without a domain and values over 254 characters give None.

    >>> normalise("Ines+CRM@Exämple.example")
    'ines@xn--exmple-cua.example'
    """
    if not isinstance(raw, str) or _LEGACY.match(raw):
        return None
    text = unicodedata.normalize("NFC", _CONTROL.sub("", raw)).lower()
    local, at, domain = text.rpartition("@")
    local = local.split("+", 1)[0] or local
    if not at or not local or not domain or "@" in local or len(text) > LONGEST:
        return None
    return f"{local}@{_ascii(domain)}"


def domain_of(address: str) -> str:
    """The domain of a normalised address."""
    return address.rpartition("@")[2]


def is_machine(address: str) -> bool:
    """Whether a normalised address is one that answers nobody (no-reply, mailer-daemon …)."""
    return bool(_MACHINE.match(address.rpartition("@")[0]))


def _ascii(domain: str) -> str:
    if domain.isascii():
        return domain.rstrip(".")
    try:
        return domain.encode("idna").decode("ascii").rstrip(".")
    except UnicodeError:
        return domain.rstrip(".")
