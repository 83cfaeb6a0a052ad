"""Bring every rating up to date, touching only what changed.

Twice is harmless: the second time nothing is written. It dies half-way without a trace of the half: what
is noted as stale is forgotten in the transaction that saves the result. It asks Microsoft nothing.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from relationship import failpoints
from relationship.clock import day_number, day_of, number_of
from relationship.health.contact_days import ContactDays
from relationship.health.rating import Rating, rate
from relationship.health.rules import HealthRules
from relationship.house import House
from relationship.store import activities, contact_days, deployment, ratings, rules, sides
from relationship.store.ratings import ToRate

# With an open read window nothing was left unread, so it began before everything.
OPEN_WINDOW_BEGAN = 0


@dataclass(frozen=True, slots=True)
class RateReport:
    """activities: looked at again; records: rated; changed: ratings that differ from before."""

    activities: int
    records: int
    changed: int


def rate_all(house: House) -> RateReport:
    """Work out sides, contact days and ratings that are not up to date."""
    with house.store.transaction(alone=True) as conn:
        sides.refresh(conn)
        failpoints.passage("desk.rate.sides")
        activities.note_past(conn, house.clock())
        looked_at = contact_days.refresh(conn)
        failpoints.passage("desk.rate.contact_days")
    failpoints.passage("desk.rate.between")
    with house.store.transaction(alone=True) as conn:
        now = house.clock()
        today = day_number(now, house.config.zone)
        version, present = rules.current(conn)
        standing = ratings.standing(conn)
        broken = ratings.degraded(conn)
        everything = (standing.as_of, standing.rules_version) != (today, version)
        if not everything:
            ratings.note_stale(conn, sorted(broken ^ standing.degraded))
        records = ratings.to_rate(conn, now=now, everything=everything)
        if not records:
            return RateReport(looked_at, 0, 0)
        found = _ratings(
            records,
            contact_days.load(conn, [record.record_id for record in records], everything=everything),
            today=today,
            window_began=_window_began(deployment.load(conn)),
            rules=present.rating_rules(),
            broken=broken,
        )
        changed = ratings.save(conn, [_row(r, f, version) for r, f in zip(records, found, strict=True)])
        failpoints.passage("desk.rate.saved")
        ratings.forget_stale(conn)
    failpoints.passage("desk.rate.done")
    return RateReport(looked_at, len(records), changed)


def _window_began(organisation: deployment.DeploymentRow | None) -> int:
    if organisation is None or organisation.counts_from is None:
        return OPEN_WINDOW_BEGAN
    return number_of(organisation.counts_from)


def _ratings(
    records: list[ToRate],
    days: ContactDays,
    *,
    today: int,
    window_began: int,
    rules: HealthRules,
    broken: frozenset[int],
) -> list[Rating]:
    closed = np.array([record.closed for record in records])
    as_of = [
        min(today, number_of(record.closed_on)) if record.closed and record.closed_on else today for record in records
    ]
    return rate(
        days,
        records=len(records),
        today=np.array(as_of, dtype=np.int64),
        created=np.array([number_of(record.created_on) for record in records], dtype=np.int64),
        window_began=window_began,
        rules=rules,
        closed=closed,
        degraded=np.array([record.record_id in broken for record in records]),
        has_planned=np.array([record.next_at is not None for record in records]),
    ).rows()


def _row(record: ToRate, found: Rating, version: int) -> dict[str, Any]:
    return {
        "record_id": record.record_id,
        "as_of": found.as_of,
        "rules_version": version,
        "state": found.state.value,
        "closed": found.closed,
        "recent": found.recent,
        "score": found.score,
        "exact": found.exact,
        "rating": found.band.value if found.band else None,
        "trend": found.trend.value if found.trend else None,
        "trend_points": found.trend_points,
        "falls_on": day_of(found.falls_on) if found.falls_on is not None else None,
        "falls_to": found.falls_to.value if found.falls_to else None,
        "last_activity_at": record.last_at,
        "next_activity_at": record.next_at,
    }
