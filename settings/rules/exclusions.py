"""Who is left out: of what is stored, of every rating and of who knows whom."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from settings.rules.form import Form, refusal
from settings.rules.health import Guid

MOST_EXCLUSIONS = 2_000
LONGEST_DOMAIN = 253

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])")

# Below these everybody may register a name: whoever leaves one out leaves out strangers by the thousand
# (publicsuffix.org has the whole list; these are the usual ones).
_SUFFIXES = {
    "fr": {"asso", "com", "gouv", "nom", "prd", "tm"},
    "uk": {"ac", "co", "gov", "ltd", "me", "net", "nhs", "org", "plc", "police", "sch"},
    "jp": {"ac", "ad", "co", "ed", "go", "gr", "lg", "ne", "or"},
}
_USUAL_SUFFIXES = {"ac", "co", "com", "edu", "gob", "gov", "gouv", "net", "org"}
_COUNTRY = 2


def is_public_suffix(domain: str) -> bool:
    """Whether everybody may register names below a domain of two labels, as below co.uk.

    >>> is_public_suffix("co.uk"), is_public_suffix("granit.co.uk"), is_public_suffix("granit.example")
    (True, False, False)
    """
    label, _, top = domain.partition(".")
    return len(top) == _COUNTRY and label in _SUFFIXES.get(top, _USUAL_SUFFIXES)


def _plain_domain(raw: Any) -> Any:
    """A domain as people type it, in the one spelling that is kept."""
    if not isinstance(raw, str):
        return raw
    text = raw.strip().rstrip(".").removeprefix("@").lower()
    if not text.isascii():
        try:
            text = text.encode("idna").decode("ascii")
        except UnicodeError:
            return text
    return text


def _checked_domain(domain: str) -> str:
    if "*" in domain:
        raise refusal("domain_wildcard", "a domain is named without *: everything below it is left out anyway")
    if "@" in domain:
        raise refusal("domain_is_an_address", "this is an address; name the part after the @, or leave out the contact")
    if len(domain) > LONGEST_DOMAIN or not _DOMAIN.fullmatch(domain):
        raise refusal("domain_malformed", "this is not a domain like granit.example")
    if is_public_suffix(domain):
        raise refusal("domain_too_wide", "everybody may have a domain below this one; name a company's own")
    return domain


def _few_enough(raw: Any) -> Any:
    if isinstance(raw, Sequence) and len(raw) > MOST_EXCLUSIONS:
        raise refusal("too_many_exclusions", f"no more than {MOST_EXCLUSIONS} of a kind; leave out groups or accounts")
    return raw


def _in_order(found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(found)))


Domain = Annotated[str, BeforeValidator(_plain_domain), AfterValidator(_checked_domain)]
Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9:._-]+$")]
Keys = Annotated[tuple[Key, ...], BeforeValidator(_few_enough), AfterValidator(_in_order)]
Guids = Annotated[tuple[Guid, ...], BeforeValidator(_few_enough), AfterValidator(_in_order)]
Domains = Annotated[tuple[Domain, ...], BeforeValidator(_few_enough), AfterValidator(_in_order)]


class Exclusions(Form):
    """Lists without order; kept sorted and without repeats.

    colleagues  keys of colleagues (`tables.Colleague`): their mailboxes are not read and they are on nothing
    groups      ids of directory groups whose members are left out like those
    contacts    GUIDs of contacts or leads: their addresses are on nothing
    accounts    GUIDs of accounts: all of their contacts are left out, and what is filed under them or their
                opportunities loses that; whoever wants the company's domain left out too names it
    domains     mail domains, with everything below them and every contact who has an address there
    """

    colleagues: Keys = ()
    groups: Keys = ()
    contacts: Guids = ()
    accounts: Guids = ()
    domains: Domains = ()
