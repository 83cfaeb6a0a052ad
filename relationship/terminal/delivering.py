"""One round of what leaves by itself, as the scheduler or a person at a terminal starts it."""

from contextlib import closing

from relationship.config import Config
from relationship.desk.act_on_changes import act
from relationship.desk.deliver import LEASE, Delivered, drain, tidy, ways
from relationship.desk.raise_alerts import raise_alerts
from relationship.desk.tell_alerts import tell
from relationship.house import House, open_house
from relationship.store.lease import lease
from relationship.sync.wire.connection import Microsoft, connect
from relationship.terminal.console import stderr

EX_OK, EX_TEMPFAIL = 0, 75


def deliver(house: House, microsoft: Microsoft) -> Delivered:
    """Act on what changed and on what customers said, send what is due, give up and forget what is old."""
    with lease(house.store, LEASE):
        act(house)
        raise_alerts(house)
        tell(house)
        tidy(house)
        return drain(house, ways(house, microsoft))


def deliver_round(config: Config) -> int:
    """The same with its result told; returns the exit code, 75 when something has to wait."""
    with closing(connect(config)) as microsoft, open_house(config) as house:
        done = deliver(house, microsoft)
    stderr.print(
        f"Sent {done.sent}, failed {done.failed} (tried again later), gave up {done.given_up}, "
        f"dropped {done.dropped} that nobody wants any more."
    )
    return EX_TEMPFAIL if done.failed else EX_OK
