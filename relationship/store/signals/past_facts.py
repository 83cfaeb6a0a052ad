"""What detectors would have looked at on days of the past, as far as what is kept tells."""

from dataclasses import replace

from sqlalchemy import Connection

from relationship.clock import day_of, number_of
from relationship.signals.facts import Facts
from relationship.signals.past import as_of
from relationship.signals.thresholds import Thresholds
from relationship.store.customers import usage
from relationship.store.customers.usage import UsageSpans
from relationship.store.signals import signal_facts, signal_use


def whole(conn: Connection, limits: Thresholds, *, today: int, since: int, rated: bool) -> Facts:
    """All facts up to today that a day from `since` on could have known, with accounts and deals that are gone."""
    more = today - since
    longer = replace(
        limits,
        cancelled_days=limits.cancelled_days + more,
        contact_change_days=limits.contact_change_days + more,
        event_days=limits.event_days + more,
    )
    return signal_facts.facts(conn, longer, today=today, rated=rated, also_gone=True)


def on(
    conn: Connection,
    found: Facts,
    limits: Thresholds,
    *,
    day: int,
    months: UsageSpans | None = None,
    weeks: UsageSpans | None = None,
) -> Facts:
    """The facts of the end of a day, from `whole`. Use counts up to the Sunday before: weeks are summed whole.

    months, weeks  of use, more than enough of them, read already
    """
    sunday = number_of(usage.monday_of(day_of(day))) - 1
    stale_days = limits.usage_stale_days
    use = signal_use.use_of(conn, found.accounts.id, today=sunday, stale_days=stale_days, months=months, weeks=weeks)
    return as_of(found, day, use=use.use, broken=use.broken, missing=use.missing)
