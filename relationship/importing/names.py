"""The names by which files call what we know: accounts, opportunities and contacts."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from relationship.addresses import normalise
from relationship.importing.faults import Bad

_GUID = re.compile(r"\{?([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")
_SITE = re.compile(r"^[a-z]+://|^www\.|[/?#:].*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """One record. names: number, name and domains, as they are; is_active: whoever is not gives way to who is."""

    id: int
    guid: str
    names: tuple[str, ...]
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class ContactName:
    """A contact by its GUID and addresses, and the account it belongs to."""

    guid: str
    account_id: int | None
    addresses: tuple[str, ...]


class Registry:
    """Records of one kind by everything they are called. noun: 'account' or 'opportunity'."""

    def __init__(self, noun: str, records: Iterable[Named]) -> None:
        self._noun = noun
        self._by_guid: dict[str, int] = {}
        self._by_name: dict[str, set[int]] = {}
        resting: list[Named] = []
        for one in records:
            self._by_guid[one.guid] = one.id
            if one.is_active:
                self._add(one, self._by_name)
            else:
                resting.append(one)
        others: dict[str, set[int]] = {}
        for one in resting:
            self._add(one, others)
        self._by_name = others | self._by_name

    @staticmethod
    def _add(one: Named, index: dict[str, set[int]]) -> None:
        for name in filter(None, map(folded, one.names)):
            index.setdefault(name, set()).add(one.id)

    def find(self, text: str) -> int:
        """The one record of this GUID, number, name or domain; `Bad` when there is none, or more than one."""
        if guid := _GUID.fullmatch(text):
            found = self._by_guid.get(guid[1].lower())
            if found is None:
                raise Bad(f"{self._noun}_unknown")
            return found
        several = self._by_name.get(folded(text)) or self._by_name.get(_SITE.sub("", _SITE.sub("", text.lower())))
        if not several:
            raise Bad(f"{self._noun}_unknown")
        if len(several) > 1:
            raise Bad(f"{self._noun}_ambiguous", len(several))
        return next(iter(several))


class Contacts:
    """Contacts by GUID and address."""

    def __init__(self, contacts: Iterable[ContactName]) -> None:
        self._by_guid: dict[str, ContactName] = {}
        self._by_address: dict[str, list[ContactName]] = {}
        for one in contacts:
            self._by_guid[one.guid] = one
            for address in one.addresses:
                self._by_address.setdefault(address, []).append(one)

    def find(self, text: str, account_id: int) -> str:
        """The GUID of the contact of this account with this GUID or address."""
        if guid := _GUID.fullmatch(text):
            found = [self._by_guid[guid[1].lower()]] if guid[1].lower() in self._by_guid else []
        else:
            address = normalise(text)
            if address is None:
                raise Bad("address_malformed")
            found = self._by_address.get(address, [])
        if not found:
            raise Bad("contact_unknown")
        for one in found:
            if one.account_id == account_id:
                return one.guid
        raise Bad("contact_of_another")


@dataclass(frozen=True, slots=True)
class Names:
    """What a kind of import needs; the others stay empty."""

    accounts: Registry
    opportunities: Registry
    contacts: Contacts


def no_names() -> Names:
    return Names(Registry("account", ()), Registry("opportunity", ()), Contacts(()))


def folded(text: str) -> str:
    """A name for comparing: case, widths and runs of blanks do not count, accents do.

    >>> folded("  ACIÉRIES  du Nord ")
    'aciéries du nord'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
