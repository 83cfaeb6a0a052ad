"""Learn what lost customers said before they left, and keep the profile; rules with "like lost customers" follow it.

Lost is an account that the CRM holds as inactive. Read, learn, write: dying half-way changes nothing; learning twice
keeps both; the newest is in force.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Connection

from relationship.clock import day_number, real_clock
from relationship.house import House
from relationship.store.alerts import alerts, attrition_profiles, last_texts
from relationship.store.customers import account_facts
from relationship.verbatims.alerts.attrition import Customer, Profile, TooFewCustomersError, learn

# Customers who said nothing for so long tell nothing any more.
DAYS_BACK = 3 * 365
EVERY = timedelta(days=7)


def learn_when_due(house: House) -> Profile | None:
    """The same once a week; None when it is not due, or too few customers were lost yet to learn from."""
    with house.store.reading() as conn:
        latest = attrition_profiles.latest(conn)
    if latest is not None and real_clock() - latest.learnt_at < EVERY:
        return None
    try:
        return learn_attrition(house, by="schedule")
    except TooFewCustomersError:
        return None


def learn_attrition(house: House, *, by: str) -> Profile:
    """The profile with its hit rate, kept. Raises attrition.TooFewCustomersError."""
    today = day_number(house.clock(), house.config.zone)
    with house.store.reading() as conn:
        found = learn(_customers(conn, today))
    with house.store.transaction() as conn:
        alerts.save_profile(conn, found, at=real_clock(), by=by)
    return found


def _customers(conn: Connection, today: int) -> Iterator[Customer]:
    lost = {one.account_id: one.status == "inactive" for one in account_facts.facts(conn)}
    for account_id, said in last_texts.last_of_all(conn, since=today - DAYS_BACK, until=today):
        if account_id in lost:
            yield Customer(account_id, lost[account_id], said)
