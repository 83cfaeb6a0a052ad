"""Bring every rating up to date, touching only what changed.

Twice is harmless: the second time nothing is written. It dies half-way without a trace of the half: what
is noted as stale is forgotten in the transaction that saves the result. It asks Microsoft nothing. Rules that
somebody saves meanwhile are not undone: the ones in force are read in the transaction that saves the ratings.
"""

from dataclasses import dataclass

from relationship import failpoints
from relationship.clock import day_number
from relationship.desk.rerating import rate_what_changed
from relationship.house import House
from relationship.store import rules
from relationship.store.activities import activities, contact_days, sides
from relationship.store.crm import record_changes


@dataclass(frozen=True, slots=True)
class RateReport:
    """activities: looked at again; records: rated; changed: ratings that differ from before."""

    activities: int
    records: int
    changed: int


def rate_all(house: House) -> RateReport:
    """Work out sides, contact days and ratings that are not up to date.

    While relationship health is switched off, contact days are kept up to date and nothing is rated.
    """
    with house.store.transaction(alone=True) as conn:
        sides.refresh(conn)
        failpoints.passage("desk.rate.sides")
        activities.note_past(conn, house.clock())
        looked_at = contact_days.refresh(conn)
        failpoints.passage("desk.rate.contact_days")
    failpoints.passage("desk.rate.between")
    with house.store.transaction(alone=True) as conn:
        version, present = rules.current(conn)
        records, changed = rate_what_changed(conn, house, present, version=version)
        record_changes.give_day(conn, day_number(house.clock(), house.config.zone))
    failpoints.passage("desk.rate.done")
    return RateReport(looked_at, records, changed)
