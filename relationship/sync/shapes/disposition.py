"""Which mail is an activity of ours, and how it looks as one. Pure (design section 5, "Never").

The names of a mail's fields, as `msgraph.message` makes them and the store keeps them:
message_id, from, to, cc (normalised addresses), sent_at (ISO 8601), draft, invitation (a meeting's mail),
automatic (written by a machine), regarding (kind and GUID of the record a mail is filed under: the CRM's copies only).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from relationship.activities import Activity, Kind, Party, RecordKind, RecordRef, Role, Status
from relationship.addresses import domain_of, is_colleague_identity, is_machine
from relationship.store.activities.sightings import Fields, Found, Read, Verdict
from relationship.store.knows.pair_days import Internal
from relationship.sync.shapes.identity import digest, mail_key

MOST_OUTSIDERS = 20


@dataclass(frozen=True, slots=True)
class Circle:
    """Who is inside: every address in a domain of ours (people, lists, shared mailboxes), and the
    addresses of colleagues elsewhere. lifts: how often somebody who was left out was let in again."""

    domains: frozenset[str]
    addresses: frozenset[str]
    lifts: int = 0

    def holds(self, address: str) -> bool:
        return domain_of(address) in self.domains or address in self.addresses or is_colleague_identity(address)

    @property
    def mark(self) -> str:
        """A short fingerprint: when it changes, mail must be judged anew."""
        text = "\n".join([*sorted(self.domains), "", *sorted(self.addresses)])
        return digest(f"{text}\n\n{self.lifts}" if self.lifts else text)


def circle(domains: Iterable[str], own_addresses: Iterable[str], *, lifts: int = 0) -> Circle:
    ours = frozenset(domain.lower() for domain in domains)
    elsewhere = (address for address in own_addresses if domain_of(address) not in ours)
    addresses = frozenset(address for address in elsewhere if not is_colleague_identity(address))
    return Circle(ours, addresses, lifts)


def mail_reader(inside: Circle, *, read_from: date | None, zone: ZoneInfo) -> Read:
    """How the store turns the fields of a mail into an activity.

    read_from  first day (in `zone`) that is kept, None for everything
    returns    a function: fields in; Activity, DROP (not kept), Internal (counted, not kept) or INCOMPLETE (more
               must arrive) out
    """

    def read(fields: Fields) -> Found:
        if fields.get("draft") or fields.get("invitation") or fields.get("automatic"):
            return Verdict.DROP
        sender, sent_at = fields.get("from"), fields.get("sent_at")
        if not sender or not sent_at or "to" not in fields or "cc" not in fields:
            return Verdict.INCOMPLETE
        at = datetime.fromisoformat(sent_at)
        if read_from is not None and at.astimezone(zone).date() < read_from:
            return Verdict.DROP
        parties = parties_of(sender, fields["to"], fields["cc"])
        if is_machine(sender):
            return Verdict.DROP
        if not is_correspondence(parties, inside):
            return internal(Kind.EMAIL, at, parties, inside)
        key = mail_key(fields.get("message_id"), sender, at, fields["to"], fields["cc"])
        return Activity(
            key=key, kind=Kind.EMAIL, at=at, status=Status.DONE, parties=parties, regarding=regarding_of(fields)
        )

    return read


def regarding_of(fields: Fields) -> RecordRef | None:
    """The record that the fields say an activity is filed under."""
    found = fields.get("regarding")
    return RecordRef(RecordKind(found[0]), found[1]) if found else None


def parties_of(sender: str | None, to: Iterable[str], cc: Iterable[str]) -> tuple[Party, ...]:
    """Everybody once, in the first role; machines among the recipients are nobody."""
    roles: dict[str, Role] = {sender: Role.FROM} if sender else {}
    for role, addresses in ((Role.TO, to), (Role.CC, cc)):
        for address in addresses:
            if not is_machine(address):
                roles.setdefault(address, role)
    return tuple(Party(address, role) for address, role in roles.items())


def is_correspondence(parties: Iterable[Party], inside: Circle, *, is_filed: bool = False) -> bool:
    """Somebody of ours and somebody outside are on it, and not a crowd.

    is_filed  it is filed under a record of the CRM: then one of ours alone is enough, but not two of ours
    """
    ours = [inside.holds(party.address) for party in parties]
    outsiders = ours.count(False)
    if is_filed and ours == [True]:
        return True
    return any(ours) and 0 < outsiders <= MOST_OUTSIDERS


def internal(
    kind: Kind, at: datetime, parties: tuple[Party, ...], inside: Circle, *, minutes: int | None = None
) -> Internal | Verdict:
    """What is no correspondence: contact of colleagues among themselves, or nothing at all (DROP)."""
    if len(parties) > 1 and all(inside.holds(party.address) for party in parties):
        return Internal(kind, at, parties, minutes)
    return Verdict.DROP
