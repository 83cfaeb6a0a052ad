"""How a person is known, in one spelling: mail addresses, telephone numbers, and ids of the two systems.

All are kept alike as addresses: `ines@fjord.example`, `tel:+33199001234`, `contact:<guid>`, `lead:<guid>`,
`systemuser:<guid>`, `user:<Graph id>`. So a call or CRM activity that names a person by number or id finds
the same person as a mail does, in whatever order they arrive.
"""

import re
import unicodedata

_LEGACY = re.compile(r"^/o=", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff]")
_WRITTEN = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
# As people type one, and as mail programs copy it with a name.
_BARE = re.compile(r"[^\s<>(),;:\"\[\]\\@]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PASTED = re.compile(r"[^<>@]*<([^<>]+)>")
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


def typed(text: str) -> str | None:
    """One address as somebody types it, or pastes it with a name, normalised; None when it is none.

    >>> typed(" Paul Roy <Paul.Roy@granit.example>"), typed("paul roy@granit.example"), typed("granit.example")
    ('paul.roy@granit.example', None, None)
    """
    pasted = _PASTED.fullmatch(text.strip())
    bare = pasted[1] if pasted else text.strip()
    return normalise(bare) if bare.isprintable() and _BARE.fullmatch(bare) else None


def addresses_in(text: str) -> frozenset[str]:
    """The mail addresses that stand in a text, normalised.

    >>> sorted(addresses_in("Écrivez à Paul.Roy+x@granit.example, ou à moi."))
    ['paul.roy@granit.example']
    """
    if "@" not in text:
        return frozenset()
    return frozenset(filter(None, map(normalise, _WRITTEN.findall(text))))


def telephone(raw: object) -> str | None:
    """`tel:` and the number in international form, or None when it is no full number.

    Spaces, dots, dashes, brackets go; `00` and a French leading `0` become `+` and `+33`; masked numbers
    (with stars or x) and fewer than 8 digits give None.

    >>> telephone("01 99 00 12 34")
    'tel:+33199001234'
    """
    if not isinstance(raw, str) or re.search(r"[*xX]", raw):
        return None
    text = re.sub(r"[\s.()\-/\u00a0\u202f]", "", raw.removeprefix("tel:")).replace("+330", "+33")
    if text.startswith("00"):
        text = "+" + text[2:]
    elif re.fullmatch(r"0[1-9]\d{8}", text):
        text = "+33" + text[1:]
    return f"tel:{text}" if re.fullmatch(r"\+\d{8,15}", text) else None


def identity(kind: str, key: str) -> str:
    """A person by the id one system gave: kind is contact, lead, systemuser or user."""
    return f"{kind}:{key.lower()}"


def is_colleague_identity(address: str) -> bool:
    """Whether an address is an id that only colleagues have."""
    return address.startswith(("user:", "systemuser:"))


def domain_of(address: str) -> str:
    """The domain of a normalised mail address."""
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
