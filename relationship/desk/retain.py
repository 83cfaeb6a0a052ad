"""Retention: what happened too long ago is removed, by the day it happened, never by the day we read it.

First the read window moves forward, so that no later sync brings back what goes; then activities go with all
their copies, participants and contact days, whole days in one transaction each time. Contact days alone, which
name nobody outside of the CRM's own records, may be kept longer. Twice is harmless: the second time there is
nothing left. It dies half-way between two days at most; the next run goes on. It asks Microsoft nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection

from relationship import failpoints
from relationship.clock import number_of
from relationship.house import House
from relationship.store import deployment, rules
from relationship.store.knows import tie_days
from relationship.store.privacy import forgetting_customers, forgetting_verbatims, retention
from relationship.store.privacy.retention import Removed
from relationship.sync.readers.terms import terms
from settings.rules import Sources

BATCH = 2_000  # activities in one transaction, unless one day has more


@dataclass(frozen=True, slots=True)
class Retained:
    """before, aggregates_before: first days that are kept, None while everything is; removed, addresses: how
    much went, or would go in a dry run."""

    before: date | None = None
    aggregates_before: date | None = None
    removed: Removed = field(default_factory=Removed)
    addresses: int = 0


def retain(house: House, *, dry_run: bool = False) -> Retained:
    """Apply the retention that the rules or the environment name; without one nothing is touched."""
    with house.store.reading() as conn:
        _version, present = rules.current(conn)
    agreed = terms(house.config, present.sources)
    if agreed.retain is None:
        return Retained()
    today = house.clock().astimezone(house.config.zone).date()
    before = today - timedelta(days=agreed.retain)
    aggregates_before = today - timedelta(days=agreed.retain_aggregates or agreed.retain)
    if dry_run:
        with house.store.reading() as conn:
            found = retention.count(
                conn, activities_before=number_of(before), contact_days_before=number_of(aggregates_before)
            )
            found += _of_customers(conn, aggregates_before)
        return Retained(before, aggregates_before, found)
    with house.store.transaction() as conn:
        deployment.move_window(conn, before, kept_from=aggregates_before)
    failpoints.passage("desk.retain.window_moved")
    removed = Removed()
    with house.store.reading() as conn:
        old = retention.days_before(conn, number_of(before))
    for first, last in _spans(old):
        with house.store.transaction(alone=True) as conn:
            removed += retention.remove_days(conn, first, last, contact_days_before=number_of(aggregates_before))
            failpoints.passage("desk.retain.days_removed")
        failpoints.passage("desk.retain.days_committed")
    with house.store.transaction(alone=True) as conn:
        removed += Removed(contact_days=retention.remove_contact_days(conn, number_of(aggregates_before)))
        # Also of days on which colleagues met among themselves alone.
        tie_days.remove(conn, 0, number_of(before) - 1)
        addresses = retention.remove_forgotten(conn)
        # What came in about customers is kept as long as contact days are.
        runs_before = datetime.combine(before, time(), house.config.zone).astimezone(UTC)
        facts = forgetting_customers.before(conn, number_of(aggregates_before), runs_before=runs_before)
        facts += forgetting_verbatims.before(conn, number_of(aggregates_before))
        removed += Removed(customer_facts=facts)
        failpoints.passage("desk.retain.forgotten")
    failpoints.passage("desk.retain.done")
    return Retained(before, aggregates_before, removed, addresses)


def would_remove(
    house: House, retain_days: int | None, aggregates: int | None, *, read_window_days: int | None = None
) -> Removed:
    """What would go if the rules said this instead; None: as the environment says. It writes nothing."""
    proposed = Sources(retain_days=retain_days, retain_days_aggregates=aggregates, read_window_days=read_window_days)
    agreed = terms(house.config, proposed)
    today = house.clock().astimezone(house.config.zone).date()
    shortest = min((days for days in (agreed.retain, read_window_days) if days is not None), default=None)
    if shortest is None:
        return Removed()
    longest = agreed.retain_aggregates if read_window_days is None else shortest
    with house.store.reading() as conn:
        found = retention.count(
            conn,
            activities_before=number_of(today - timedelta(days=shortest)),
            contact_days_before=number_of(today - timedelta(days=longest or shortest)),
        )
        if agreed.retain is not None:  # a shorter window of reading alone takes nothing of what came in otherwise
            found += _of_customers(conn, today - timedelta(days=agreed.retain_aggregates or agreed.retain))
    return found


def _of_customers(conn: Connection, first: date) -> Removed:
    """What came in about customers before this day."""
    day = number_of(first)
    return Removed(
        customer_facts=forgetting_customers.count_before(conn, day) + forgetting_verbatims.count_before(conn, day)
    )


def _spans(days: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Days with their numbers of activities, oldest first, as spans of about a batch each."""
    first: int | None = None
    last = together = 0
    for day, count in days:
        if first is not None and together + count > BATCH:
            yield first, last
            first, together = None, 0
        first = day if first is None else first
        last, together = day, together + count
    if first is not None:
        yield first, last
