"""Forgetting one person in alerts and their rules: as recipient, on lists, in letters, as owner of rules.

Alerts about what the person said go with the verbatims themselves; what left of them, `desk/withdraw_alerts.py`.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.alerts.alert_tables import (
    ALERT_LETTER,
    ALERT_LIST_ENTRY,
    ALERT_RULE,
    ALERT_RULE_VERSION,
    ALERT_TELLING,
    OUTSIDE_ADDRESS,
)
from relationship.store.privacy.one_person import Person
from relationship.verbatims.alerts.rule import AlertRule, Recipients


def alerts(conn: Connection, person: Person) -> int:
    """Everything of alerts that names the person; returns how many rows."""
    names, keys = sorted(person.names), sorted(person.colleague_keys)
    targets = [f"address/{one}" for one in names] + [f"person/{one}" for one in keys]
    gone = 0
    for column, values in (
        (ALERT_TELLING.c.target, targets),
        (ALERT_LIST_ENTRY.c.address, names),
        (ALERT_LETTER.c.address, names),
        (OUTSIDE_ADDRESS.c.address, names),
    ):
        gone += conn.execute(sa.delete(column.table).where(column.in_(values))).rowcount
    gone += conn.execute(sa.delete(ALERT_RULE).where(ALERT_RULE.c.owner_key.in_(keys))).rowcount
    for table in (ALERT_RULE, ALERT_RULE_VERSION):
        gone += _rules(conn, table, frozenset(names), frozenset(keys))
    return gone


def _rules(conn: Connection, table: sa.Table, names: frozenset[str], keys: frozenset[str]) -> int:
    changed = 0
    for row in conn.execute(sa.select(table)).all():
        rule = AlertRule.model_validate_json(row.body)
        without = rule.model_copy(update={"recipients": _without(rule.recipients, names, keys)})
        if without != rule:
            same = sa.and_(*(column == row._mapping[column.name] for column in table.primary_key))
            conn.execute(sa.update(table).where(same).values(body=without.model_dump_json()))
            changed += 1
    return changed


def _without(to: Recipients, names: frozenset[str], keys: frozenset[str]) -> Recipients:
    def left(people: tuple[str, ...], addresses: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        return {
            "people": tuple(one for one in people if one not in keys),
            "addresses": tuple(one for one in addresses if one not in names),
        }

    perimeters = tuple(one.model_copy(update=left(one.people, one.addresses)) for one in to.perimeters)
    fallback = tuple(one for one in to.fallback if one not in keys)
    return to.model_copy(update={**left(to.people, to.addresses), "perimeters": perimeters, "fallback": fallback})
