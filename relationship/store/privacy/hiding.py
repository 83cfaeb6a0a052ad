"""How much an exclusion would hide, counted before it is saved."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.excluded import has_excluded_domain, is_below
from relationship.store import deployment, tables
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Address, Colleague, Record
from relationship.store.privacy import exclusions, verbatims_left_out
from relationship.store.privacy.excluded_names import left_out
from settings.rules import Exclusions

_address = tables.table(Address)
_colleague = tables.table(Colleague)

_ACTIVITIES = """
SELECT p.activity_id AS id FROM hidden_address h JOIN activity_party p ON p.address_id = h.id
UNION SELECT a.id FROM hidden_record h JOIN record r ON r.id = h.id
JOIN activity a ON a.regarding_kind = r.kind AND a.regarding_guid = r.guid
"""


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many of each are hidden that are not hidden now.

    contacts, leads, accounts, colleagues: left out themselves; opportunities: of those accounts, or that lose an
    activity; activities: that go, or lose somebody; texts: of customers, that go
    """

    contacts: int = 0
    leads: int = 0
    accounts: int = 0
    colleagues: int = 0
    opportunities: int = 0
    activities: int = 0
    texts: int = 0


def hidden_by(conn: Connection, wanted: Exclusions) -> Hidden:
    """What saving these exclusions would hide beyond what is hidden now."""
    added = exclusions.worked_out(conn, wanted) - left_out(conn)
    if not added:
        return Hidden()
    _make(conn, "hidden_address", _addresses(conn, added.addresses, added.domains))
    named = [name.partition(":") for name in added.addresses]
    records = {(kind, key) for kind, _, key in named if kind in set(RecordKind)}
    _make(conn, "hidden_record", _record_ids(conn, records))
    by_kind: dict[str, int] = dict(
        conn.exec_driver_sql(
            "SELECT r.kind, COUNT(*) FROM hidden_record h JOIN record r ON r.id = h.id GROUP BY r.kind"
        ).all()
    )
    touched = conn.exec_driver_sql(
        f"SELECT COUNT(*) FROM activity a WHERE a.status <> 'gone' AND a.id IN ({_ACTIVITIES})"
    ).scalar_one()
    deals = conn.exec_driver_sql(
        "SELECT COUNT(*) FROM (SELECT h.id FROM hidden_record h JOIN record r ON r.id = h.id AND r.kind = 'opportunity' "
        f"UNION SELECT l.record_id FROM ({_ACTIVITIES}) t JOIN record_activity l ON l.activity_id = t.id "
        "JOIN record r ON r.id = l.record_id AND r.kind = 'opportunity') both_ways"
    ).scalar_one()
    users = [key for kind, _, key in named if kind == "user"]
    return Hidden(
        contacts=by_kind.get(RecordKind.CONTACT, 0),
        leads=by_kind.get(RecordKind.LEAD, 0),
        accounts=by_kind.get(RecordKind.ACCOUNT, 0),
        colleagues=_known_colleagues(conn, users),
        opportunities=int(deals),
        activities=int(touched),
        texts=len(verbatims_left_out.theirs(conn, added)),
    )


def refused_domains(conn: Connection, wanted: Exclusions) -> list[tuple[str, str]]:
    """The excluded domains that hold one of our own, each with the code of its fault."""
    organisation = deployment.load(conn)
    ours = organisation.domains if organisation else frozenset()
    return [(domain, "domain_is_ours") for domain in wanted.domains if any(is_below(one, {domain}) for one in ours)]


def _addresses(conn: Connection, names: frozenset[str], domains: frozenset[str]) -> list[int]:
    found: set[int] = set()
    for chunk in in_chunks(sorted(names)):
        found |= set(conn.scalars(sa.select(_address.c.id).where(_address.c.address.in_(chunk))))
    if domains:
        everybody = conn.execute(sa.select(_address.c.id, _address.c.address).where(_address.c.address.contains("@")))
        found |= {number for number, address in everybody if has_excluded_domain(address, domains)}
    return sorted(found)


def _record_ids(conn: Connection, records: set[tuple[str, str]]) -> list[int]:
    record = tables.table(Record)
    found: list[int] = []
    for kind in RecordKind:
        for chunk in in_chunks(sorted(key for one, key in records if one == kind)):
            query = sa.select(record.c.id).where(record.c.kind == kind.value, record.c.guid.in_(chunk))
            found += conn.scalars(query).all()
    return sorted(found)


def _known_colleagues(conn: Connection, keys: list[str]) -> int:
    total = 0
    for chunk in in_chunks(sorted(keys)):
        query = sa.select(sa.func.count()).where(sa.func.lower(_colleague.c.key).in_(chunk))
        total += conn.scalar(query) or 0
    return total


def _make(conn: Connection, name: str, ids: list[int]) -> None:
    """A table of this connection alone."""
    conn.exec_driver_sql(f"CREATE TEMP TABLE IF NOT EXISTS {name} (id INTEGER PRIMARY KEY)")
    conn.exec_driver_sql(f"DELETE FROM {name}")
    rows = sa.table(name, sa.column("id"))
    for chunk in in_chunks(ids):
        conn.execute(sa.insert(rows), [{"id": number} for number in chunk])
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(f"ANALYZE {name}")
