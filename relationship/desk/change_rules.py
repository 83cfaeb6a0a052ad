"""Put other rules in force and bring every rating in line with them: both or neither.

Whoever saves says which version they looked at; when another one is in force by now, nothing is written.
Twice is harmless: rules equal to those in force keep their version.
"""

from dataclasses import dataclass

from relationship import failpoints
from relationship.desk.rerating import follow_rules, rate_what_changed
from relationship.errors import Conflict
from relationship.house import House
from relationship.store import rules as stored
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
        failpoints.passage("desk.change_rules.saved")
        if rules.health == present.health:
            return Saved(saved, 0)
        if rules.health.enabled and not present.health.enabled:
            _, changed = rate_what_changed(conn, house, rules, version=saved)
        else:
            changed = follow_rules(conn, house.store, rules, version=saved)
        failpoints.passage("desk.change_rules.rated")
    failpoints.passage("desk.change_rules.done")
    return Saved(saved, changed)
