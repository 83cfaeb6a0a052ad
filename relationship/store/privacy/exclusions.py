"""Who is left out, worked out from the rules, the CRM and the directory, and taken out of what is kept.

`settle` turns the rules' exclusions into names (`excluded_names`, where every write looks); `take_out` removes
what was kept before. Lifting an exclusion removes nothing: the sources are then read anew.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship import failpoints
from relationship.activities import RecordKind
from relationship.addresses import domain_of, identity
from relationship.excluded import has_excluded_domain, is_below, named
from relationship.store import deployment, tables
from relationship.store.activities import sightings
from relationship.store.activities.activity_tables import ContactDay, Sighting, StaleRecord
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Colleague, ColleagueAddress, Record, RecordAddress
from relationship.store.knows import pair_days, tie_people, tie_rounds
from relationship.store.privacy import retention, verbatims_left_out
from relationship.store.privacy.excluded_names import LeftOut, left_out, note_lift
from relationship.store.privacy.exclusion_tables import ExcludedAddress, ExcludedDomain, GroupMember
from relationship.store.upsert import insert_new
from settings.rules import Exclusions

_address = tables.table(ExcludedAddress)
_domain = tables.table(ExcludedDomain)
_member = tables.table(GroupMember)
_colleague = tables.table(Colleague)
_colleague_address = tables.table(ColleagueAddress)
_record = tables.table(Record)
_record_address = tables.table(RecordAddress)
_sighting = tables.table(Sighting)
_contact_day = tables.table(ContactDay)

# With so many names or fewer, rows that cannot hold one of them are passed over without being parsed.
_FEW = 30
_PEOPLE = (RecordKind.CONTACT.value, RecordKind.LEAD.value)


@dataclass(frozen=True, slots=True)
class Settled:
    """What changed: added is to be taken out of what is kept, lifted to be read anew."""

    added: LeftOut
    lifted: LeftOut


def settle(conn: Connection, exclusions: Exclusions) -> Settled:
    """Keep who is left out by these exclusions, as CRM and directory know them now. Twice changes nothing."""
    present, wanted = left_out(conn), worked_out(conn, exclusions)
    added, lifted = wanted - present, present - wanted
    insert_new(conn, ExcludedAddress, [{"address": one} for one in sorted(added.addresses)], key=["address"])
    insert_new(conn, ExcludedDomain, [{"domain": one} for one in sorted(added.domains)], key=["domain"])
    for chunk in in_chunks(sorted(lifted.addresses)):
        conn.execute(sa.delete(_address).where(_address.c.address.in_(chunk)))
    for chunk in in_chunks(sorted(lifted.domains)):
        conn.execute(sa.delete(_domain).where(_domain.c.domain.in_(chunk)))
    if lifted:
        note_lift(conn)
    if added or lifted:
        tie_rounds.note_people(conn)
    return Settled(added, lifted)


def colleague_keys(conn: Connection, exclusions: Exclusions) -> set[str]:
    """The keys of colleagues that are left out, by name or as members of a group."""
    found = set(exclusions.colleagues)
    for chunk in in_chunks(exclusions.groups):
        found |= set(conn.scalars(sa.select(_member.c.member).where(_member.c.group_id.in_(chunk))))
    return found


def worked_out(conn: Connection, exclusions: Exclusions) -> LeftOut:
    """Who these exclusions leave out. Nobody of ours is by a contact made of them or by a domain of ours."""
    colleagues = colleague_keys(conn, exclusions)
    organisation = deployment.load(conn)
    ours = organisation.domains if organisation else frozenset()
    outside = {
        address
        for address in _of_records(conn, exclusions)
        if not ("@" in address and is_below(domain_of(address), ours))
    }
    return LeftOut(
        frozenset(_of_colleagues(conn, colleagues) | (outside - _all_colleagues(conn, outside))),
        frozenset(domain for domain in exclusions.domains if not any(is_below(one, {domain}) for one in ours)),
    )


def take_out(conn: Connection, added: LeftOut, *, read: sightings.Read, zone: ZoneInfo) -> int:
    """Take those who were added out of everything that is kept; returns how many rows were written.

    Activities are worked out anew, those without people left go, and so do the contact days of excluded records
    and addresses that nothing names any more, and what they said in their own words. What changed is noted for the
    next rating. Twice is harmless.
    """
    if not added:
        return 0
    written = sightings.judge_again(conn, _touched(conn, added), read=read, zone=zone)
    written += verbatims_left_out.remove(conn, added)
    failpoints.passage("store.exclusions.taken_out")
    _forget_days(conn, added)
    tie_people.forget_colleagues(conn, sorted(set(pair_days.colleague_ids(conn, added.addresses).values())))
    forget_gone(conn)
    failpoints.passage("store.exclusions.forgotten")
    return written


def forget_gone(conn: Connection) -> None:
    """Forget who was on activities that are gone, without waiting for the next rating."""
    conn.exec_driver_sql(
        "DELETE FROM activity_party WHERE activity_id IN (SELECT id FROM activity WHERE status = 'gone')"
    )
    retention.remove_forgotten(conn)


# Working out


def _of_colleagues(conn: Connection, keys: Iterable[str]) -> set[str]:
    wanted = sorted(keys)
    found = {identity("user", key) for key in wanted}
    for chunk in in_chunks(wanted):
        query = (
            sa.select(_colleague_address.c.address)
            .join(_colleague, _colleague.c.id == _colleague_address.c.colleague_id)
            .where(_colleague.c.key.in_(chunk))
        )
        found |= set(conn.scalars(query))
    return found


def _all_colleagues(conn: Connection, addresses: AbstractSet[str]) -> set[str]:
    found: set[str] = set()
    for chunk in in_chunks(sorted(addresses)):
        query = sa.select(_colleague_address.c.address).where(_colleague_address.c.address.in_(chunk))
        found |= set(conn.scalars(query))
    return found


def _of_records(conn: Connection, exclusions: Exclusions) -> set[str]:
    """Addresses and identities of excluded contacts and leads, of those at excluded domains, and of excluded
    accounts with all that is theirs."""
    people = set(exclusions.contacts) | _below_domains(conn, frozenset(exclusions.domains))
    found = {identity("account", guid) for guid in exclusions.accounts}
    for chunk in in_chunks(exclusions.accounts):
        query = sa.select(_record.c.kind, _record.c.guid).where(
            _record.c.account_guid.in_(chunk),
            _record.c.kind.in_([RecordKind.CONTACT.value, RecordKind.OPPORTUNITY.value]),
        )
        for kind, guid in conn.execute(query):
            found.add(identity(kind, guid))
            if kind == RecordKind.CONTACT:
                people.add(guid)
    people = same_people(conn, people)
    found |= {identity(kind, guid) for guid in people for kind in _PEOPLE}
    for chunk in in_chunks(sorted(people)):
        query = (
            sa.select(_record_address.c.address)
            .join(_record, _record.c.id == _record_address.c.record_id)
            .where(_record.c.kind.in_(_PEOPLE), _record.c.guid.in_(chunk))
        )
        found |= set(conn.scalars(query))
    return found


def _below_domains(conn: Connection, domains: frozenset[str]) -> set[str]:
    """The contacts and leads with an address in or below these domains: the CRM may name them by id alone."""
    if not domains:
        return set()
    query = (
        sa.select(_record.c.guid, _record_address.c.address)
        .join(_record_address, _record_address.c.record_id == _record.c.id)
        .where(_record_address.c.address.contains("@"))
    )
    return {guid for guid, address in conn.execute(query) if has_excluded_domain(address, domains)}


def same_people(conn: Connection, guids: set[str]) -> set[str]:
    """These people with every contact that was merged into one of them, or that one of them was merged into."""
    found, new = set(guids), set(guids)
    while new:
        nearby: set[str] = set()
        for chunk in in_chunks(sorted(new)):
            query = sa.select(_record.c.guid, _record.c.contact_guid).where(
                _record.c.kind == RecordKind.CONTACT.value,
                _record.c.contact_guid.is_not(None),
                sa.or_(_record.c.guid.in_(chunk), _record.c.contact_guid.in_(chunk)),
            )
            nearby |= {str(guid) for pair in conn.execute(query) for guid in pair}
        new = nearby - found
        found |= new
    return found


# Taking out


def _touched(conn: Connection, added: LeftOut) -> dict[int, list[str]]:
    """The items, by source, whose content names somebody who was added."""
    needles = [name.partition(":")[2] or name for name in added.addresses] + list(added.domains)
    columns = _sighting.c
    found: dict[int, list[str]] = {}
    last = 0
    while True:
        query = (
            sa.select(columns.id, columns.source_id, columns.item_id, columns.content)
            .where(columns.id > last)
            .order_by(columns.id)
            .limit(5_000)
        )
        rows = conn.execute(query).all()
        if not rows:
            return found
        last = rows[-1][0]
        for _, source_id, item_id, content in rows:
            if len(needles) <= _FEW and not any(needle in content for needle in needles):
                continue
            names = named(orjson.loads(content))
            if names & added.addresses or any(has_excluded_domain(name, added.domains) for name in names):
                found.setdefault(source_id, []).append(item_id)


def _forget_days(conn: Connection, added: LeftOut) -> None:
    """Days without activities are kept longer; those of an excluded record must not."""
    ids: list[int] = []
    for kind in RecordKind:
        guids = sorted(name.partition(":")[2] for name in added.addresses if name.startswith(f"{kind.value}:"))
        for some in in_chunks(guids):
            query = sa.select(_record.c.id).where(_record.c.kind == kind.value, _record.c.guid.in_(some))
            ids += conn.scalars(query).all()
    for chunk in in_chunks(sorted(ids)):
        conn.execute(sa.delete(_contact_day).where(_contact_day.c.record_id.in_(chunk)))
    insert_new(conn, StaleRecord, [{"record_id": number} for number in sorted(ids)], key=["record_id"])
