"""The addresses and domains that nothing may be kept of: left out by the rules (`exclusions.settle`), or erased.

Every page asks before it is kept (`among_items`), in the transaction that keeps it; every list of activities asks
again before it is shown (`unhidden`).
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.addresses import identity
from relationship.excluded import Fields, has_excluded_domain, named
from relationship.store import tables
from relationship.store.activities.activity_tables import ActivityParty
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Address
from relationship.store.privacy import erased_names
from relationship.store.privacy.erased_tables import ERASED_NAME
from relationship.store.privacy.exclusion_tables import ExcludedAddress, ExcludedDomain, ReadingState
from relationship.store.upsert import insert_new

# The state of a record of which nothing may be shown; never stored.
LEFT_OUT = "left_out"

_address = tables.table(ExcludedAddress)
_domain = tables.table(ExcludedDomain)
_state = tables.table(ReadingState)
_known = tables.table(Address)
_party = tables.table(ActivityParty)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """addresses: of people and records, identities too; domains: with everything below them."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.addresses or self.domains)

    def __sub__(self, other: "LeftOut") -> "LeftOut":
        return LeftOut(self.addresses - other.addresses, self.domains - other.domains)


def lifts(conn: Connection) -> int:
    """How often something was let in again so far: part of the mark by which sources notice."""
    return conn.scalar(sa.select(_state.c.lifts)) or 0


def note_lift(conn: Connection) -> None:
    """Every source is read anew."""
    _ensure_state(conn)
    conn.execute(sa.update(_state).values(lifts=_state.c.lifts + 1))


def window_days(conn: Connection) -> int | None:
    """The read window that the rules named when it was last followed."""
    return conn.scalar(sa.select(_state.c.window_days))


def set_window_days(conn: Connection, days: int | None) -> None:
    _ensure_state(conn)
    conn.execute(sa.update(_state).values(window_days=days))


def _ensure_state(conn: Connection) -> None:
    insert_new(conn, ReadingState, [{"id": 1, "lifts": 0, "window_days": None}], key=["id"])


def left_out(conn: Connection) -> LeftOut:
    """Everybody who is left out now."""
    return LeftOut(
        frozenset(conn.scalars(sa.select(_address.c.address))), frozenset(conn.scalars(sa.select(_domain.c.domain)))
    )


def among_items(conn: Connection, items: Iterable[Fields]) -> frozenset[str]:
    """Whoever is left out of all that these items name; while nobody is, the items are not looked at."""
    anybody = sa.or_(
        sa.select(_address.c.address).exists(),
        sa.select(_domain.c.domain).exists(),
        sa.select(ERASED_NAME.c.digest).exists(),
    )
    if not conn.scalar(sa.select(anybody)):
        return frozenset()
    return among(conn, {name for fields in items for name in named(fields)})


def among(conn: Connection, names: AbstractSet[str]) -> frozenset[str]:
    """Those of these addresses and identities that are left out, or whose person was erased."""
    domains = frozenset(conn.scalars(sa.select(_domain.c.domain)))
    found = {name for name in names if has_excluded_domain(name, domains)} if domains else set()
    found |= erased_names.among(conn, names)
    for chunk in in_chunks(sorted(names)):
        found |= set(conn.scalars(sa.select(_address.c.address).where(_address.c.address.in_(chunk))))
    return frozenset(found)


def unhidden(activity_id: sa.ColumnElement[int | None]) -> sa.ColumnElement[bool]:
    """The condition that nobody on an activity is left out: asked again whenever activities are shown."""
    below = sa.or_(
        _known.c.address.endswith(sa.literal("@") + _domain.c.domain),
        _known.c.address.endswith(sa.literal(".") + _domain.c.domain),
    )
    on_it = _party.join(_known, _known.c.id == _party.c.address_id)
    by_name = (
        sa.select(sa.literal(1))
        .select_from(on_it.join(_address, _address.c.address == _known.c.address))
        .where(_party.c.activity_id == activity_id)
    )
    by_domain = (
        sa.select(sa.literal(1)).select_from(on_it.join(_domain, below)).where(_party.c.activity_id == activity_id)
    )
    return ~sa.or_(by_name.exists(), by_domain.exists())


def left_out_by_name(kind: sa.ColumnElement[str], guid: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The same as a condition on rows of `record`; every excluded record is known by its identity."""
    return (
        sa.exists().where(_address.c.address == kind + sa.literal(":") + sa.func.lower(guid)).correlate_except(_address)
    )


def is_left_out(conn: Connection, kind: str, guid: str) -> bool:
    """Whether a record is left out: nothing about it is shown."""
    return bool(among(conn, {identity(kind, guid)}))
