"""Named queries of what calls for a recommendation: open signals and scores past a limit, within a reader's scope."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.signals import recommendations as pure
from relationship.signals.recommendations import Cause, Limits
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Colleague, Membership, Record, RecordAddress
from relationship.store.customers.score_tables import ACCOUNT_SCORE
from relationship.store.reading.reading_scope import Scope, may_be_read, owned_by
from relationship.store.signals.signal_tables import SIGNAL
from relationship.store.tables import table

_record = table(Record)
_account = _record.alias("account")
_owner = table(Colleague).alias("owner")
_address = table(RecordAddress)
_membership = table(Membership)
_KINDS = (RecordKind.ACCOUNT, RecordKind.OPPORTUNITY)
# What a list of recommendations looks at, by value; more than anybody works through.
MOST_CALLINGS = 500


@dataclass(frozen=True, slots=True)
class Calling:
    """One trigger about an account or an opportunity. value: what is at stake, in `currency`; since: day number;
    measure: strength of the signal, or the score itself; ended: the signal is over."""

    cause: Cause
    trigger: str
    account_id: int | None
    record_id: int | None
    subject: RecordRef
    name: str
    account_guid: str
    account_name: str
    owner: str
    owner_guid: str
    value: float | None
    currency: str
    since: int
    measure: float
    ended: bool = False

    @property
    def account(self) -> RecordRef | None:
        return RecordRef(RecordKind.ACCOUNT, self.account_guid) if self.account_guid else None


@dataclass(frozen=True, slots=True)
class Addressee:
    """A contact as mail reaches them; address '' where none is known."""

    guid: str
    name: str
    job_title: str
    address: str


def callings(
    conn: Connection, *, scope: Scope, limits: Limits, mine: str = "", account_id: int | None = None
) -> list[Calling]:
    """What is open, the largest value at stake first, then the strongest.

    mine        key of the colleague whose records alone are wanted, '' for everybody's
    account_id  of this account and its opportunities alone
    """
    found = [*_signals(conn, scope, mine, account_id), *_scores(conn, scope, limits, mine, account_id)]
    found.sort(key=lambda one: (-(one.value or 0.0), -one.measure, str(one.cause)))
    return found[:MOST_CALLINGS]


def of_cause(conn: Connection, cause: Cause, *, limits: Limits) -> Calling | None:
    """The one of this cause whoever may read it, None when there is none; an ended signal is still there."""
    everything = sa.true()
    if cause.sort == pure.SIGNAL:
        rows = conn.execute(_of_signals(everything).where(SIGNAL.c.id == cause.number)).all()
        return _calling(rows[0]) if rows else None
    scores = _from_scores(_latest(conn, everything, cause.number), limits)
    return next((one for one in scores if one.cause == cause), None)


def of_signals(conn: Connection, ids: Collection[int]) -> list[Calling]:
    """Those of these signals, for a page that has asked for them already."""
    found: list[Calling] = []
    for chunk in in_chunks(sorted(set(ids))):
        found += [_calling(row) for row in conn.execute(_of_signals(SIGNAL.c.id.in_(chunk)))]
    return found


def first_seen(conn: Connection, *, since: int, until: int) -> list[Calling]:
    """Those of signals that began between two days, whether they are over or not, oldest first."""
    query = _of_signals(sa.and_(SIGNAL.c.first_seen >= since, SIGNAL.c.first_seen <= until))
    return [_calling(row) for row in conn.execute(query.order_by(SIGNAL.c.first_seen, SIGNAL.c.id))]


def colleagues_at(conn: Connection, account_guid: str) -> list[tuple[str, str]]:
    """Key and name of the colleagues who own an account or its opportunities, or are in the team of one."""
    if not account_guid:
        return []
    deals = sa.and_(_record.c.kind == RecordKind.OPPORTUNITY.value, _record.c.account_guid == account_guid)
    own = sa.and_(_record.c.kind == RecordKind.ACCOUNT.value, _record.c.guid == account_guid)
    owners = sa.select(_record.c.owner_guid).where(sa.or_(deals, own), _record.c.owner_guid.is_not(None))
    team = sa.select(_membership.c.member_guid).where(
        _membership.c.member == "systemuser",
        _membership.c.opportunity_guid.in_(sa.select(_record.c.guid).where(deals)),
    )
    name = sa.func.coalesce(sa.func.nullif(_owner.c.name, ""), _owner.c.crm_name)
    query = sa.select(_owner.c.key, name).where(
        _owner.c.enabled, sa.or_(_owner.c.systemuser_guid.in_(owners), _owner.c.systemuser_guid.in_(team))
    )
    return [(key, called) for key, called in conn.execute(query.order_by(name, _owner.c.key))]


def people_at(conn: Connection, account_guid: str) -> list[Addressee]:
    """The contacts of an account, those with an address first, then by name."""
    if not account_guid:
        return []
    first = sa.select(sa.func.min(_address.c.address)).where(
        _address.c.record_id == _record.c.id, _address.c.address.contains("@")
    )
    query = sa.select(
        _record.c.guid, _record.c.name, _record.c.job_title, sa.func.coalesce(first.scalar_subquery(), "")
    ).where(
        _record.c.kind == RecordKind.CONTACT.value,
        _record.c.account_guid == account_guid,
        _record.c.status == "active",
    )
    found = [Addressee(*row) for row in conn.execute(query)]
    return sorted(found, key=lambda one: (not one.address, one.name, one.guid))


def triggers_open(conn: Connection) -> dict[str, int]:
    """How many open signals each detector has."""
    query = sa.select(SIGNAL.c.detector, sa.func.count()).where(SIGNAL.c.ended_at.is_(None))
    return {row[0]: row[1] for row in conn.execute(query.group_by(SIGNAL.c.detector))}


def _within(scope: Scope, mine: str, account_id: int | None) -> sa.ColumnElement[bool]:
    readable = sa.or_(*(sa.and_(_record.c.kind == kind.value, may_be_read(scope, kind)) for kind in _KINDS))
    parts = [readable]
    if mine:
        parts.append(owned_by(mine))
    if account_id is not None:
        parts.append(sa.or_(_record.c.id == account_id, _account.c.id == account_id))
    return sa.and_(*parts)


_ABOUT = (
    _record.c.kind,
    _record.c.guid,
    _record.c.name,
    _record.c.value,
    _record.c.arr,
    _record.c.currency,
    _record.c.owner_guid,
    sa.func.coalesce(_account.c.guid, "").label("account_guid"),
    sa.func.coalesce(_account.c.name, "").label("account_name"),
    sa.func.coalesce(sa.func.nullif(_owner.c.name, ""), _owner.c.crm_name, "").label("owner"),
)


def _joined(start: Any, number: Any) -> Any:
    """The record with this id, its account (itself, for an account) and its owner."""
    guid = sa.case((_record.c.kind == RecordKind.ACCOUNT.value, _record.c.guid), else_=_record.c.account_guid)
    is_account = sa.and_(_account.c.kind == RecordKind.ACCOUNT.value, _account.c.guid == guid)
    return (
        start.join(_record, _record.c.id == number)
        .outerjoin(_account, is_account)
        .outerjoin(_owner, _owner.c.systemuser_guid == _record.c.owner_guid)
    )


def _of_signals(which: sa.ColumnElement[bool]) -> Any:
    columns = SIGNAL.c
    wanted = (
        columns.id,
        columns.detector,
        columns.account_id,
        columns.record_id,
        columns.first_seen,
        columns.strength,
        columns.ended_at,
    )
    return sa.select(*wanted, *_ABOUT).select_from(_joined(SIGNAL, columns.subject_id)).where(which)


def _signals(conn: Connection, scope: Scope, mine: str, account_id: int | None) -> list[Calling]:
    query = _of_signals(_within(scope, mine, account_id)).where(SIGNAL.c.ended_at.is_(None))
    at_stake = sa.func.coalesce(_record.c.value, _record.c.arr, 0.0)
    query = query.order_by(sa.desc(at_stake), sa.desc(SIGNAL.c.strength), SIGNAL.c.id).limit(MOST_CALLINGS)
    return [_calling(row) for row in conn.execute(query)]


def _calling(row: Any) -> Calling:
    return Calling(
        cause=Cause(pure.SIGNAL, row.id),
        trigger=row.detector,
        account_id=row.account_id,
        record_id=row.record_id,
        since=row.first_seen,
        measure=float(row.strength),
        ended=row.ended_at is not None,
        **_about(row),
    )


def _about(row: Any) -> dict[str, Any]:
    return {
        "subject": RecordRef(RecordKind(row.kind), row.guid),
        "name": row.name,
        "account_guid": row.account_guid,
        "account_name": row.account_name,
        "owner": row.owner,
        "owner_guid": row.owner_guid or "",
        "value": row.arr if row.kind == RecordKind.ACCOUNT.value else row.value,
        "currency": row.currency,
    }


def _latest(conn: Connection, which: sa.ColumnElement[bool], account_id: int | None) -> Iterable[Any]:
    """The scores of the last day of each account."""
    score = ACCOUNT_SCORE.c
    later = ACCOUNT_SCORE.alias("later")
    is_last = ~sa.exists().where(
        later.c.account_id == score.account_id, later.c.score == score.score, later.c.day > score.day
    )
    query = sa.select(score.account_id, score.score, score.value.label("points"), score.day, *_ABOUT)
    query = query.select_from(_joined(ACCOUNT_SCORE, score.account_id)).where(which, is_last)
    if account_id is not None:
        query = query.where(score.account_id == account_id)
    return conn.execute(query)


def _scores(conn: Connection, scope: Scope, limits: Limits, mine: str, account_id: int | None) -> list[Calling]:
    past = sa.or_(
        sa.and_(ACCOUNT_SCORE.c.score == "health", ACCOUNT_SCORE.c.value < limits.health_below),
        sa.and_(ACCOUNT_SCORE.c.score == "churn", ACCOUNT_SCORE.c.value >= limits.churn_from),
        sa.and_(ACCOUNT_SCORE.c.score == "upsell", ACCOUNT_SCORE.c.value >= limits.upsell_from),
    )
    return _from_scores(_latest(conn, sa.and_(_within(scope, mine, None), past), account_id), limits)


def _from_scores(rows: Iterable[Any], limits: Limits) -> list[Calling]:
    return [
        Calling(
            cause=Cause(pure.SCORE, row.account_id, row.score),
            trigger=trigger,
            account_id=row.account_id,
            record_id=None,
            since=row.day,
            measure=row.points / 100,
            **_about(row),
        )
        for row in rows
        for trigger in pure.calling({row.score: float(row.points)}, limits)
    ]
