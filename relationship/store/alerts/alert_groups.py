"""Alerts by account: how many are open with whom, the accounts with the latest alert first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.store import tables
from relationship.store.alerts.alert_tables import ALERT, ALERT_RULE
from relationship.store.alerts.alerts import filters
from relationship.store.crm.record_tables import Record

_record = tables.table(Record)


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts of one account. account: None for customers whom nobody knows yet; latest: number of the newest."""

    account: RecordRef | None
    account_name: str
    count: int
    latest: int
    raised_at: datetime


def by_account(
    conn: Connection,
    *,
    owners: Collection[str],
    states: Collection[str] = (),
    rule_id: int | None = None,
    account_guid: str = "",
    mine: str = "",
    before: int | None = None,
    limit: int,
) -> list[Group]:
    """Those with the newest alert first. owners: of which rules ('' the organisation's); before: number of an alert.

    Which accounts somebody may see is not decided here.
    """
    columns = ALERT.c
    latest = sa.func.max(columns.id)
    query = (
        sa.select(
            _record.c.guid,
            _record.c.name,
            sa.func.count(),
            latest,
            sa.func.max(columns.raised_at, type_=columns.raised_at.type),
        )
        .join_from(ALERT, ALERT_RULE, ALERT_RULE.c.id == columns.rule_id)
        .outerjoin(_record, _record.c.id == columns.account_id)
        .where(
            ALERT_RULE.c.owner_key.in_(sorted(owners)),
            *filters(states=states, rule_id=rule_id, account_guid=account_guid, mine=mine),
        )
        .group_by(_record.c.guid, _record.c.name)
        .order_by(latest.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.having(latest < before)
    return [
        Group(RecordRef(RecordKind.ACCOUNT, guid) if guid else None, name or "", count, number, raised_at)
        for guid, name, count, number, raised_at in conn.execute(query)
    ]
