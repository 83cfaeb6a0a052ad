"""What Dynamics 365 says in the query of a frame: which record, in which language. It proves nothing about anybody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from relationship.activities import RecordKind

# The object type codes of Dynamics 365's own tables; those of custom tables differ between organisations.
TYPE_CODES = {
    "1": RecordKind.ACCOUNT,
    "2": RecordKind.CONTACT,
    "3": RecordKind.OPPORTUNITY,
    "4": RecordKind.LEAD,
}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOBODY = "00000000-0000-0000-0000-000000000000"
# A Windows language id holds the language in its low ten bits, the country above (MS-LCID).
_LCID = re.compile(r"[0-9]{1,6}")
_LANGUAGE_BITS = 0x3FF
_LANGUAGES = {0x0C: "fr", 0x09: "en"}
_LONGEST_DATA = 1000


@dataclass(frozen=True, slots=True)
class Hints:
    """kind: None for a table that has no card; guid: '' while the form is not saved, None for what is no GUID."""

    kind: RecordKind | None
    guid: str | None


def hints(kind: str, query: Mapping[str, str]) -> Hints:
    """The record that the query names; the table named in the address counts when the query names none.

    kind  the last part of the address

    >>> hints("opportunity", {"typename": "lead", "id": "{B2232821-A775-DF11-8DD1-00155DBA3809}"})
    Hints(kind=<RecordKind.LEAD: 'lead'>, guid='b2232821-a775-df11-8dd1-00155dba3809')
    """
    return Hints(_kind(kind, query), _guid(query.get("id", "")))


def language(query: Mapping[str, str]) -> str | None:
    """'fr' or 'en', of the user, else of the organisation; None when neither is French or English.

    >>> language({"userlcid": "1036"}), language({"userlcid": "3081"}), language({"userlcid": "1031"})
    ('fr', 'en', None)
    """
    for name in ("userlcid", "orglcid"):
        number = _LCID.fullmatch(query.get(name, ""))
        known = _LANGUAGES.get(int(number[0]) & _LANGUAGE_BITS) if number else None
        if known:
            return known
    return None


def theme(query: Mapping[str, str]) -> str | None:
    """The theme that an administrator chose in the form, as `data`: "theme=light" or "theme=dark".

    >>> theme({"data": "theme=dark"}), theme({"data": "anything"})
    ('dark', None)
    """
    chosen = parse_qs(query.get("data", "")[:_LONGEST_DATA]).get("theme", [""])[0]
    return chosen if chosen in ("light", "dark") else None


def _kind(kind: str, query: Mapping[str, str]) -> RecordKind | None:
    name, code = query.get("typename", "").lower(), query.get("type", "")
    if name:
        return _named(name)
    return TYPE_CODES.get(code) if code else _named(kind)


def _named(name: str) -> RecordKind | None:
    return RecordKind(name) if name in {one.value for one in TYPE_CODES.values()} else None


def _guid(text: str) -> str | None:
    bare = text.strip().removeprefix("{").removesuffix("}").lower()
    if bare in ("", _NOBODY):
        return ""
    return bare if _GUID.fullmatch(bare) else None
