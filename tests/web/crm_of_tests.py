"""A CRM for the page tests: it says who may read what, by rules of its own or by what a test grants.

Managers, administrators and customer success read everything; a seller what he or she owns or sells to, and the people
and accounts of that. The product knows nothing of these rules: it only ever hears the answers.
"""

from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa

from relationship.activities import RecordKind, RecordRef
from relationship.errors import TryLater
from relationship.store import tables
from relationship.store.crm.record_tables import Colleague, Membership, Record
from relationship.store.database import Store
from relationship.store.rights import reader_sets

_record, _team, _colleague = (tables.table(one) for one in (Record, Membership, Colleague))


class CrmOfTests:
    """requests: what was asked, as (oid, records) of a page; is_down: whether it answers at all."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sees_all: dict[str, bool] = {}
        self._granted: dict[str, frozenset[RecordRef]] = {}
        self.requests: list[tuple[str, frozenset[RecordRef]]] = []
        self.is_down = False

    def grant(self, oid: str, refs: Collection[RecordRef]) -> None:
        """Let somebody read exactly these records."""
        self._granted[oid] = frozenset(refs)

    def take_for(self, oid: str, *, sees_all: bool) -> None:
        """The tests let one person come in several roles, which the CRM would know as several people."""
        if self._sees_all.get(oid) is not sees_all:
            self._sees_all[oid] = sees_all
            with self._store.transaction() as conn:
                reader_sets.forget(conn, oid)

    def readable(self, oid: str, refs: Collection[RecordRef]) -> frozenset[RecordRef]:
        self.requests.append((oid, frozenset(refs)))
        return frozenset(refs) & self._everything(oid)

    def all_readable(self, oid: str, kind: RecordKind) -> Iterator[Sequence[str]]:
        yield [ref.guid for ref in self._everything(oid) if ref.kind is kind]

    def _everything(self, oid: str) -> frozenset[RecordRef]:
        if self.is_down:
            raise TryLater("Dynamics 365 is down.", next_step="Wait.", code="network")
        if oid in self._granted:
            return self._granted[oid]
        with self._store.reading() as conn:
            rows = conn.execute(sa.select(_record)).mappings().all()
            team = conn.execute(sa.select(_team)).mappings().all()
            me = conn.scalar(sa.select(_colleague.c.systemuser_guid).where(_colleague.c.key == oid))
        if self._sees_all.get(oid, True):
            return frozenset(RecordRef(RecordKind(row["kind"]), row["guid"]) for row in rows)
        if me is None:
            return frozenset()
        sold = {one["opportunity_guid"] for one in team if (one["member"], one["member_guid"]) == ("systemuser", me)}
        own = {(row["kind"], row["guid"]) for row in rows if row["owner_guid"] == me}
        deals = [r for r in rows if r["kind"] == "opportunity" and (r["owner_guid"] == me or r["guid"] in sold)]
        deal_guids = {row["guid"] for row in deals}
        accounts = {row["account_guid"] for row in deals} | {guid for kind, guid in own if kind == "account"}
        people = {row["contact_guid"] for row in deals}
        people |= {
            one["member_guid"] for one in team if one["member"] == "contact" and one["opportunity_guid"] in deal_guids
        }
        people |= {row["contact_guid"] for row in rows if row["kind"] == "account" and row["guid"] in accounts}
        people |= {row["guid"] for row in rows if row["kind"] == "contact" and row["account_guid"] in accounts}
        known = {(row["kind"], row["guid"]) for row in rows}
        found = own | {("opportunity", guid) for guid in deal_guids}
        found |= {("account", guid) for guid in accounts} | {("contact", guid) for guid in people}
        return frozenset(RecordRef(RecordKind(kind), guid) for kind, guid in found & known)
