"""Facts of accounts for a report, as columns of one length: a few queries over all accounts, whatever their number."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.clock import number_of
from relationship.reports.table import Frame, Value
from relationship.store.crm.record_tables import Record
from relationship.store.customers.account_figures import CHURN, UPSELL, latest
from relationship.store.customers.customer_tables import SATISFACTION, USAGE_SPAN
from relationship.store.customers.score_tables import ACCOUNT_HEALTH, ACCOUNT_SCORE
from relationship.store.customers.usage import MONTH
from relationship.store.lists.list_filters import OWNER, WITH_OWNER, owner_name
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.ratings.rating_tables import Health
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.tables import table

SATISFACTION_DAYS = 365
CHANGE_DAYS = 30
USE = frozenset({"active_users", "active_users_change", "logins", "logins_change", "seats"})
ANSWERS = frozenset({"satisfaction", "answers"})
OPEN = frozenset({"open_count", "open_value"})
_record = table(Record)
_health = table(Health)
Row = sa.RowMapping


@dataclass(frozen=True, slots=True)
class Days:
    """When a report is worked out. zone: of the organisation, in which instants become days."""

    today: date
    zone: ZoneInfo

    @property
    def month(self) -> date:
        """First of the last month that is over."""
        return (self.today.replace(day=1) - timedelta(days=1)).replace(day=1)

    @property
    def month_before(self) -> date:
        return (self.month - timedelta(days=1)).replace(day=1)


def frame(conn: Connection, keys: frozenset[str], *, scope: Scope, days: Days) -> Frame:
    """The columns `keys` of the accounts that the reader may read, by name; opportunities only those they may read."""
    rows = list(_accounts(conn, keys, scope, days))
    ids = [int(row["id"]) for row in rows]
    values: dict[str, Sequence[Value]] = {
        key: [read(row, days) for row in rows] for key, read in _OF_ROW.items() if key in keys
    }
    if keys & USE:
        values |= _columns(ids, _use(conn, days), USE & keys)
    if keys & ANSWERS:
        values |= _columns(ids, _answers(conn, days), ANSWERS & keys)
    currencies = {"arr": [row["currency"] for row in rows]}
    if keys & OPEN:
        found = _open(conn, scope, {row["id"]: row["currency"] for row in rows})
        values |= _columns(ids, found, OPEN & keys)
        currencies["open_value"] = [str(found.get(number, {}).get("currency", "")) for number in ids]
    return Frame([row["guid"] for row in rows], values, currencies, days.today)


def _columns(
    ids: Iterable[int], found: Mapping[int, Mapping[str, Value]], keys: Iterable[str]
) -> dict[str, Sequence[Value]]:
    nothing: Mapping[str, Value] = {}
    lines = [found.get(number, nothing) for number in ids]
    return {key: [line.get(key) for line in lines] for key in keys}


def _accounts(conn: Connection, keys: frozenset[str], scope: Scope, days: Days) -> Iterable[Row]:
    """One row per account, with what stands with the account itself."""
    columns: list[Any] = [_record.c[name] for name in ("id", "guid", "name", "currency")]
    joined: Any = _record
    wanted = keys | ({"renewal"} if "renewal_in" in keys else set())
    columns += [_record.c[name] for key, name in _OF_RECORD.items() if key in wanted]
    if "owner" in keys:
        joined = joined.outerjoin(OWNER, WITH_OWNER)
        columns.append(owner_name.label("owner"))
    if keys & {"health", "health_status", "leaving", "contradicts"}:
        health = ACCOUNT_HEALTH.c
        joined = joined.outerjoin(ACCOUNT_HEALTH, health.account_id == _record.c.id)
        columns += [
            health.score.label("in_force"),
            health.status.label("health_status"),
            health.churn,
            health.contradicts,
        ]
    if keys & {"rating", "relationship", "trend", "last", "next"}:
        joined = joined.outerjoin(_health, _health.c.record_id == _record.c.id)
        columns += [_health.c[name] for name in ("score", "rating", "trend", "last_activity_at", "next_activity_at")]
        columns.append(left_out_by_name(_record.c.kind, _record.c.guid).label("left_out"))
    if keys & {"churn", "churn_change"}:
        columns.append(latest(CHURN).label("churn_risk"))
    if "churn_change" in keys:
        columns.append(_earlier(CHURN, number_of(days.today) - CHANGE_DAYS).label("churn_before"))
    if "upsell" in keys:
        columns.append(latest(UPSELL).label("upsell"))
    query = sa.select(*columns).select_from(joined)
    query = query.where(_record.c.kind == RecordKind.ACCOUNT.value, may_be_read(scope, RecordKind.ACCOUNT))
    return conn.execute(query.order_by(_record.c.folded, _record.c.id)).mappings()


def _earlier(score: str, day: int) -> sa.ScalarSelect[int]:
    """The value of a score of the account in `record` as it stood at the end of a day."""
    own = ACCOUNT_SCORE.c
    query = sa.select(own.value).where(own.account_id == _record.c.id, own.score == score, own.day <= day)
    return query.order_by(own.day.desc()).limit(1).correlate(_record).scalar_subquery()


def _use(conn: Connection, days: Days) -> dict[int, dict[str, Value]]:
    """Use of the last month that is over, and how it differs from the month before."""
    own = USAGE_SPAN.c
    last, before = number_of(days.month), number_of(days.month_before)
    query = sa.select(own.account_id, own.start, own.active_users, own.active_days, own.logins, own.seats).where(
        own.span == MONTH, own.start.in_([last, before])
    )
    months: dict[int, dict[int, tuple[float | None, int | None, int | None]]] = {}
    for number, start, users, told, logins, seats in conn.execute(query):
        mean = users / told if told and users is not None else None
        months.setdefault(number, {})[start] = mean, logins, seats
    nothing = (None, None, None)
    found: dict[int, dict[str, Value]] = {}
    for number, told in months.items():
        (users, logins, seats), (old_users, old_logins, _) = told.get(last, nothing), told.get(before, nothing)
        found[number] = {
            "active_users": None if users is None else round(users, 1),
            "active_users_change": _change(users, old_users),
            "logins": logins,
            "logins_change": _change(logins, old_logins),
            "seats": seats,
        }
    return found


def _change(now: float | None, before: float | None) -> float | None:
    """In percent of before; None without both, or from nothing."""
    return None if now is None or not before else round(100 * (now - before) / before, 1)


def _answers(conn: Connection, days: Days) -> dict[int, dict[str, Value]]:
    own, today = SATISFACTION.c, number_of(days.today)
    query = (
        sa.select(own.account_id, sa.func.avg(own.share), sa.func.count())
        .where(own.day > today - SATISFACTION_DAYS, own.day <= today)
        .group_by(own.account_id)
    )
    return {
        number: {"satisfaction": round(float(share), 1), "answers": count}
        for number, share, count in conn.execute(query)
    }


def _open(conn: Connection, scope: Scope, currencies: Mapping[int, str]) -> dict[int, dict[str, Value]]:
    """Open opportunities that the reader may read: all are counted, and those in one currency added up, the account's
    own where one of them is in it, else that of the most of them."""
    account = _record.alias("account_of_deal")
    query = (
        sa.select(account.c.id, _record.c.currency, sa.func.count(), sa.func.sum(_record.c.value))
        .join_from(_record, account, sa.and_(account.c.kind == "account", account.c.guid == _record.c.account_guid))
        .where(
            _record.c.kind == RecordKind.OPPORTUNITY.value,
            _record.c.status == "open",
            may_be_read(scope, RecordKind.OPPORTUNITY),
        )
        .group_by(account.c.id, _record.c.currency)
    )
    sums: dict[int, dict[str, tuple[int, float | None]]] = {}
    for number, currency, count, value in conn.execute(query):
        sums.setdefault(number, {})[currency] = count, None if value is None else float(value)
    found: dict[int, dict[str, Value]] = {}
    for number, told in sums.items():
        own = currencies.get(number, "")
        chosen = own if own in told else max(sorted(told), key=lambda one: told[one][0])
        total = sum(count for count, _ in told.values())
        found[number] = {"open_count": total, "open_value": told[chosen][1], "currency": chosen}
    return found


def _day(at: datetime | None, days: Days) -> date | None:
    return None if at is None else at.replace(tzinfo=at.tzinfo or UTC).astimezone(days.zone).date()


def _plain(name: str) -> Callable[[Row, Days], Value]:
    return lambda row, _days: row[name]


def _rated(name: str) -> Callable[[Row, Days], Value]:
    """Nothing of a record that the rules leave out."""
    return lambda row, _days: None if row["left_out"] else row[name]


def _instant(name: str) -> Callable[[Row, Days], Value]:
    return lambda row, days: None if row["left_out"] else _day(row[name], days)


def _until(row: Row, days: Days) -> int | None:
    return None if row["renewal_on"] is None else (row["renewal_on"] - days.today).days


def _churn_change(row: Row, _days: Days) -> int | None:
    now, before = row["churn_risk"], row["churn_before"]
    return None if now is None or before is None else int(now - before)


def _contradicts(row: Row, _days: Days) -> bool | None:
    return None if row["contradicts"] is None else bool(row["contradicts"])


_OF_RECORD = {
    "number": "account_number",
    "status": "status",
    "team": "team_name",
    "segment": "segment",
    "domain": "domain",
    "arr": "arr",
    "renewal": "renewal_on",
    "created": "created_on",
}
_OF_ROW: Mapping[str, Callable[[Row, Days], Value]] = {
    "name": _plain("name"),
    **{key: _plain(name) for key, name in _OF_RECORD.items()},
    "currency": _plain("currency"),
    "owner": _plain("owner"),
    "renewal_in": _until,
    "health": _plain("in_force"),
    "health_status": _plain("health_status"),
    "leaving": _plain("churn"),
    "contradicts": _contradicts,
    "churn": _plain("churn_risk"),
    "churn_change": _churn_change,
    "upsell": _plain("upsell"),
    "rating": _rated("rating"),
    "relationship": _rated("score"),
    "trend": _rated("trend"),
    "last": _instant("last_activity_at"),
    "next": _instant("next_activity_at"),
}
