"""Open opportunities and how they moved, as detectors take them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.clock import number_of
from relationship.signals.facts import STAGES, Deals, Floats, Ints, Moves
from relationship.store.crm.record_tables import Membership, Record
from relationship.store.customers.customer_tables import STAGE_DAY
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.ratings import ratings
from relationship.store.ratings.rating_tables import Health
from relationship.store.signals.signal_places import FEW, among
from relationship.store.tables import table

_record = table(Record)
_health = table(Health)
_membership = table(Membership)
_DEAL = _record.c.kind == RecordKind.OPPORTUNITY.value
_OPEN = sa.and_(_DEAL, _record.c.status == "open")


@dataclass(frozen=True, slots=True, eq=False)
class OpenDeals:
    """deals by id; contacts: who stands for the customer in each, as places of deals and of contacts; their moves."""

    deals: Deals
    contacts: tuple[Ints, Ints]
    moves: Moves


def open_deals(
    conn: Connection,
    account_ids: Ints,
    contacts: dict[str, int],
    *,
    today: int,
    also_closed: bool = False,
    only_theirs: bool = False,
) -> OpenDeals:
    """All open opportunities.

    contacts     where each contact stands, by GUID;  also_closed: won and lost ones too
    only_theirs  of these accounts alone
    """
    which = _DEAL if also_closed else _OPEN
    account = _record.alias("account_of_deal")
    query = (
        sa.select(
            _record.c.id,
            account.c.id,
            _record.c.guid,
            _record.c.contact_guid,
            _record.c.created_on,
            _record.c.probability,
            _record.c.value,
            _record.c.close_on,
            _record.c.competitor,
            _health.c.rating,
            _record.c.closed_on,
            _record.c.stage,
        )
        .select_from(
            _record.outerjoin(
                account, sa.and_(account.c.kind == RecordKind.ACCOUNT.value, account.c.guid == _record.c.account_guid)
            ).outerjoin(_health, _health.c.record_id == _record.c.id)
        )
        .where(
            which,
            account.c.id.in_(account_ids.tolist()) if only_theirs else sa.true(),
            ~left_out_by_name(_record.c.kind, _record.c.guid),
        )
        .order_by(_record.c.id)
    )
    rows = conn.execute(query).all()
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    known = {number: place for place, number in enumerate(account_ids.tolist())}
    # Of an account that is left out or no longer active, nothing of its opportunities is told.
    kept = [row for row in rows if row[1] is None or row[1] in known]
    ids = np.array([row[0] for row in kept], dtype=np.int64)
    standings = _standings(conn, ids, which)
    deals = Deals(
        id=ids,
        account=np.array([known.get(row[1], -1) for row in kept], dtype=np.int64),
        created=np.array([number_of(row[4]) for row in kept], dtype=np.float64),
        probability=_told(row[5] for row in kept),
        value=_told(row[6] for row in kept),
        close_on=_days(row[7] for row in kept),
        stage_since=_stage_since(standings, ids),
        poor=np.array([row[9] == "poor" for row in kept], dtype=np.bool_),
        competitor=np.array([bool(row[8].strip()) for row in kept], dtype=np.bool_),
        closed=_days(row[10] for row in kept),
        stage=np.array([_stage(row[11]) for row in kept], dtype=np.int64),
        broken=np.isin(ids, np.fromiter(ratings.degraded(conn), dtype=np.int64)),
    )
    return OpenDeals(deals, _people(conn, kept, contacts), _moves(standings, ids, today))


def _stage(name: str) -> int:
    """Where a stage stands among the usual ones.

    >>> [_stage(name) for name in ("Develop", "3-Propose", "Pilot")]
    [1, 2, -1]
    """
    bare = name.lstrip("0123456789- ").casefold()
    return STAGES.index(bare) if bare in STAGES else -1


def _people(conn: Connection, rows: list[Any], contacts: dict[str, int]) -> tuple[Ints, Ints]:
    place = {row[2]: number for number, row in enumerate(rows)}
    pairs = {(number, contacts[row[3]]) for number, row in enumerate(rows) if row[3] in contacts}
    stakeholders = sa.select(_membership.c.opportunity_guid, _membership.c.member_guid).where(
        _membership.c.member == "contact",
        _membership.c.opportunity_guid.in_(list(place)) if len(place) <= FEW else sa.true(),
    )
    pairs |= {
        (place[deal], contacts[contact])
        for deal, contact in conn.execute(stakeholders)
        if deal in place and contact in contacts
    }
    ordered = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return ordered[:, 0], ordered[:, 1]


def _standings(conn: Connection, ids: Ints, which: sa.ColumnElement[bool]) -> list[Any]:
    """How opportunities stood, by id, then oldest first."""
    columns = STAGE_DAY.c
    query = (
        sa.select(columns.record_id, columns.day, columns.stage, columns.probability, columns.value, columns.close_on)
        .join_from(STAGE_DAY, _record, _record.c.id == columns.record_id)
        .where(which, among(columns.record_id, ids))
        .order_by(columns.record_id, columns.day)
    )
    wanted = set(ids.tolist())
    return [row for row in conn.execute(query) if row[0] in wanted]


def _stage_since(standings: list[Any], ids: Ints) -> Floats:
    """The day from which on each is known to stand in its stage; nan where nothing was seen of it."""
    since: dict[int, tuple[str, int]] = {}
    for number, day, stage, *_ in standings:
        if number not in since or since[number][0] != stage:
            since[number] = stage, day
    return np.array([since[number][1] if number in since else np.nan for number in ids.tolist()], dtype=np.float64)


def _moves(standings: list[Any], ids: Ints, today: int) -> Moves:
    """Every change of a figure of an open opportunity, from one day on which something was seen to the next."""
    rows = [row for row in standings if row[1] <= today]
    number = np.array([row[0] for row in rows], dtype=np.int64)
    deal = np.searchsorted(ids, number).astype(np.int64)
    following = np.flatnonzero(number[1:] == number[:-1]) + 1
    probability, value = _told(row[3] for row in rows), _told(row[4] for row in rows)
    close = _days(row[5] for row in rows)
    return Moves(
        deal=deal[following],
        day=np.array([row[1] for row in rows], dtype=np.int64)[following],
        value_before=value[following - 1],
        value=value[following],
        probability_before=probability[following - 1],
        probability=probability[following],
        close_before=close[following - 1],
        close=close[following],
    )


def _told(values: Any) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _days(values: Any) -> Floats:
    return np.array([np.nan if value is None else number_of(value) for value in values], dtype=np.float64)
