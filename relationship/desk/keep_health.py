"""Keep the health fields in force in line with what every source tells, note every change, and tell webhooks of it.

Twice is harmless: what is in force already is neither written nor told again. It runs in the transaction of whoever
changed a value, so the fields never lag behind their sources.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.desk import enqueue
from relationship.house import House
from relationship.signals.health_fields import CHURN, FIELDS, SCORE, STATUS, HealthFields, in_force
from relationship.store import rules
from relationship.store.customers import account_facts, account_health, health_changes, health_in_force
from relationship.store.customers.health_changes import HealthChange
from relationship.store.customers.health_in_force import InForce

EVENT = "account.health_changed"


@dataclass(frozen=True, slots=True)
class Why:
    """Why values in force may change: a word of `health_changes.CAUSES`, and who caused it, '' for the service."""

    cause: str = health_changes.BY_SOURCE
    by: str = ""
    by_name: str = ""


BY_THE_SERVICE = Why()


def keep(
    conn: Connection,
    house: House,
    account_ids: Sequence[int] | None = None,
    *,
    edited: bool = False,
    why: Why = BY_THE_SERVICE,
) -> list[InForce]:
    """Weigh the sources of these accounts (None: of all) by the rules; returns the rows that changed.

    edited  somebody edited these accounts: their version rises also when another source stays in force
    """
    _version, present = rules.current(conn)
    section = present.customer_health
    told = account_health.present(conn, account_ids=account_ids)
    before = health_in_force.of(conn, account_ids)
    changed: list[InForce] = []
    changes: list[HealthChange] = []
    for account_id in sorted({*told, *before}):
        values = {key: one.value for key, one in told.get(account_id, {}).items() if one.value is not None}
        found = in_force(values, limits=section.limits(), precedence=section.precedence)
        old = before.get(account_id)
        if edited or old is None or not old.says(found):
            changed.append(health_in_force.row(account_id, found, old.stamp + 1 if old else 1))
            changes += _changes(account_id, old, found, why, house.clock())
    health_in_force.save(conn, changed)
    health_changes.add(conn, changes)
    _tell(conn, house, before, changed)
    return changed


def after_reading(house: House, *, since: datetime) -> None:
    """Put in force what the CRM told of health fields since a moment, without waiting for the next scores."""
    with house.store.reading() as conn:
        account_ids = account_health.told_since(conn, source=account_health.CRM, since=since)
    if account_ids:
        with house.store.transaction(alone=True) as conn:
            keep(conn, house, account_ids)


def _changes(
    account_id: int, old: InForce | None, found: HealthFields, why: Why, at: datetime
) -> Iterator[HealthChange]:
    """What is another value now, or another source's."""
    after = {SCORE: found.score, STATUS: found.status, CHURN: found.churn}
    before = {SCORE: old.score, STATUS: old.status, CHURN: old.churn} if old else dict.fromkeys(FIELDS)
    sources = {SCORE: old.score_source, STATUS: old.status_source, CHURN: old.churn_source} if old else {}
    for field in FIELDS:
        source_before, source = sources.get(field, ""), found.source(field)
        if (before[field], source_before) != (after[field], source):
            yield HealthChange(
                account_id=account_id,
                field=field,
                before=_text(before[field]),
                after=_text(after[field]),
                source_before=source_before,
                source=source,
                followed=field in found.followed,
                cause=why.cause,
                at=at,
                by=why.by,
                by_name=why.by_name,
            )


def _text(value: object) -> str | None:
    """As `account_health_value` writes it."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tell(conn: Connection, house: House, before: Mapping[int, InForce], changed: Sequence[InForce]) -> None:
    news = [one for one in changed if _is_news(before.get(one.account_id), one)]
    if not news or not any(EVENT in one.events for one in rules.current(conn)[1].actions.endpoints):
        return
    facts = {one.account_id: one for one in account_facts.facts(conn)}
    for one in news:
        account = facts[one.account_id]
        old = before.get(one.account_id)
        data = {
            "account": {"id": account.guid, "number": account.account_number},
            "before": _values(old) if old else None,
            "after": _values(one),
            "contradictions": one.contradicts.split(),
            "version": one.stamp,
        }
        enqueue.event(
            conn,
            house,
            key=f"account-health/{account.guid}/{one.stamp}",
            event=EVENT,
            data=data,
            about=RecordRef(RecordKind.ACCOUNT, account.guid),
            at=house.clock(),
        )


def _is_news(old: InForce | None, new: InForce) -> bool:
    """A first value that was computed is none: a fresh installation would call once for every account."""
    if old is None:
        return new.score_source not in ("", "computed") or bool(new.status_source and not new.score_source)
    return (old.score, old.status, old.churn) != (new.score, new.status, new.churn)


def _values(one: InForce) -> dict[str, object]:
    return {
        "score": one.score,
        "status": one.status,
        "at_risk_for_churn": one.churn,
        "sources": {"score": one.score_source, "status": one.status_source, "at_risk_for_churn": one.churn_source},
    }
