"""Put other rules in force and bring what is kept and every rating in line with them: all or nothing.

Whoever saves says which version they looked at; when another one is in force by now, nothing is written.
Twice is harmless: rules equal to those in force keep their version.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from relationship import failpoints
from relationship.desk import keep_health
from relationship.desk.keep_health import Why
from relationship.desk.rerating import follow_rules, rate_what_changed
from relationship.errors import Conflict
from relationship.house import House
from relationship.store import rules as stored
from relationship.store.activities import contact_days
from relationship.store.customers import health_changes
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action
from relationship.sync.readers.policy import enforce
from settings.rules import Rules


@dataclass(frozen=True, slots=True)
class Saved:
    """version: in force now; changed: ratings that differ from before."""

    version: int
    changed: int


def change_rules(house: House, rules: Rules, *, expected_version: int, by: str, by_name: str, note: str = "") -> Saved:
    """Save rules that were edited from `expected_version`; Conflict when that is not in force any more."""
    with house.store.transaction(alone=True) as conn:
        version, present = stored.current(conn)
        if version != expected_version:
            raise Conflict(
                f"Somebody else saved version {version} while you worked on version {expected_version}.",
                next_step="Look at what they changed, then save yours again if it still holds.",
                version=version,
            )
        saved = stored.save(conn, rules, at=house.clock(), by=by, by_name=by_name, note=note)
        if saved != version:
            act = Act(house.clock(), by, Action.RULES, str(saved))
            audit.add(conn, house.audit_keys(), [act])
        failpoints.passage("desk.change_rules.saved")
        if rules.customer_health != present.customer_health:
            is_order = rules.customer_health.limits() == present.customer_health.limits()
            cause = health_changes.BY_ORDER if is_order else health_changes.BY_LIMITS
            keep_health.keep(conn, house, why=Why(cause, by, by_name))
        is_less_kept = _follow_policy(house, conn, rules, present)
        if rules.health == present.health and not is_less_kept:
            return Saved(saved, 0)
        if is_less_kept or (rules.health.enabled and not present.health.enabled):
            _, changed = rate_what_changed(conn, house, rules, version=saved)
        else:
            changed = follow_rules(conn, house, rules, version=saved)
        failpoints.passage("desk.change_rules.rated")
    failpoints.passage("desk.change_rules.done")
    return Saved(saved, changed)


def _follow_policy(house: House, conn: Connection, rules: Rules, present: Rules) -> bool:
    """Take out whoever the new rules leave out or do not read any more; returns whether anything went."""
    if (rules.exclusions, rules.sources) == (present.exclusions, present.sources):
        return False
    if not enforce(house, conn).written:
        return False
    failpoints.passage("desk.change_rules.enforced")
    contact_days.refresh(conn)
    return True
