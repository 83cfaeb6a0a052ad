"""Sync and rate on a schedule, in a process of its own."""

import structlog
from apscheduler.schedulers.blocking import BlockingScheduler

from relationship.config import Config
from relationship.console import tell
from relationship.errors import RelationshipError, TryLater
from relationship.house import open_house
from relationship.rounds import rated, sync

log = structlog.get_logger()


def cycle(config: Config) -> None:
    """One cycle; whatever fails is told and logged, and the next cycle tries again."""
    try:
        with open_house(config) as house:
            sync(house)
            rated(house)
    except TryLater as error:
        log.warning("cycle_waits", code=error.code)
    except RelationshipError as error:
        log.error("cycle_failed", code=error.code)
        tell(error)


def run_forever(config: Config, *, every_minutes: int) -> None:
    """A cycle now and then every so many minutes; one at a time, missed ones are not made up for."""
    scheduler = BlockingScheduler(timezone="UTC")
    scheduler.add_job(
        cycle,
        "interval",
        args=[config],
        minutes=every_minutes,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    cycle(config)
    scheduler.start()
