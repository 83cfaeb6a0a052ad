"""Keep the health fields in force in line with what every source tells, and tell webhooks what changed.

Twice is harmless: what is in force already is neither written nor told again. It runs in the transaction of whoever
changed a value, so the fields never lag behind their sources.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.desk import enqueue
from relationship.house import House
from relationship.signals.health_fields import in_force
from relationship.store import rules
from relationship.store.customers import account_facts, account_health, health_in_force
from relationship.store.customers.health_in_force import InForce

EVENT = "account.health_changed"


def keep(
    conn: Connection, house: House, account_ids: Sequence[int] | None = None, *, edited: bool = False
) -> list[InForce]:
    """Weigh the sources of these accounts (None: of all) by the rules; returns the rows that changed.

    edited  somebody edited these accounts: their version rises also when another source stays in force
    """
    _version, present = rules.current(conn)
    section = present.customer_health
    told = account_health.present(conn, account_ids=account_ids)
    before = health_in_force.of(conn, account_ids)
    changed: list[InForce] = []
    for account_id in sorted({*told, *before}):
        values = {key: one.value for key, one in told.get(account_id, {}).items() if one.value is not None}
        found = in_force(values, limits=section.limits(), precedence=section.precedence)
        old = before.get(account_id)
        if edited or old is None or not old.says(found):
            changed.append(health_in_force.row(account_id, found, old.stamp + 1 if old else 1))
    health_in_force.save(conn, changed)
    _tell(conn, house, before, changed)
    return changed


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
