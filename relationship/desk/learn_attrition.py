"""Learn what lost customers said before they left, and keep the profile; rules with "like lost customers" follow it.

Lost is an account that the CRM holds as inactive. Read, learn, write: dying half-way changes nothing; learning twice
keeps both; the newest is in force.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from relationship.clock import day_number, real_clock
from relationship.house import House
from relationship.store.alerts import alert_facts, alerts
from relationship.store.customers import account_facts
from relationship.verbatims.alerts.attrition import Customer, Profile, learn

# What a customer said last, and no further back than this, tells whether they are about to leave.
LAST_SAID, DAYS_BACK, MOST_VERBATIMS = 10, 3 * 365, 500_000


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
    ids = alert_facts.ids_between(conn, since=today - DAYS_BACK, until=today, limit=MOST_VERBATIMS)
    said: dict[int, list[alert_facts.Heard]] = {}
    for one in alert_facts.heard(conn, ids, today=today, vips=frozenset()):
        if one.account_id in lost:
            said.setdefault(one.account_id, []).append(one)
    for account_id, texts in sorted(said.items()):
        last = sorted(texts, key=lambda one: (one.day, one.id))[-LAST_SAID:]
        yield Customer(account_id, lost[account_id], [one.facts for one in last])
