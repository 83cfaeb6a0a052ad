"""The jobs of the scheduler: sync and rate, scores of the day, wishes and hints, columns of the CRM, deliveries,
subscriptions, comparison, retention, moods of accounts and the profile of lost customers.

One job works at a time (a pool of one thread, and a lease over processes), beside it past weeks are scored; a missed
one is made up for once.
A job that fails is logged with its code and told; the next time it is due it is tried again. While the rules do
not allow to read, jobs that would read wait without a word.
"""

from collections.abc import Callable
from contextlib import closing

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from relationship.clock import real_clock
from relationship.config import Config
from relationship.desk import hints, keep_health, read_now
from relationship.desk.follow_introductions import follow
from relationship.desk.hear_mail import MailEar
from relationship.desk.keep_moods import keep_moods
from relationship.desk.learn_attrition import learn_when_due
from relationship.desk.retain import retain
from relationship.desk.score import is_scored_today
from relationship.desk.score_past import due_since
from relationship.desk.understand_anew import MOST_OF_A_TURN, understand_anew
from relationship.errors import RelationshipError, SyncIsOff, TryLater
from relationship.house import House, open_house
from relationship.store.lease import lease
from relationship.sync.outward.mail_out import BySmtp
from relationship.sync.readers.reconcile import reconcile_once
from relationship.sync.run import sync_once
from relationship.sync.wire.connection import Microsoft, connect
from relationship.terminal.console import tell
from relationship.terminal.delivering import deliver
from relationship.terminal.rounds import past_scored, rated, scored, sync
from relationship.terminal.subscribing import keep_subscribed
from relationship.terminal.writing_back import keep_written

log = structlog.get_logger()

SYNC = "sync"
PAST = "past"
INTRODUCTIONS = "introductions"
COMPARED_DAYS = 30
# Somebody watches a page meanwhile.
WISH_SECONDS = 3
# What was enqueued, or failed and is due again, leaves within so many seconds.
DELIVER_SECONDS = 20
# After a rating or new rules the columns of the CRM follow within so many seconds.
WRITE_BACK_SECONDS = 30
# A new day is scored within so many minutes; weeks before, of which more is known, are begun within a minute.
SCORE_MINUTES = 10


def cycle(house: House, microsoft: Microsoft) -> None:
    """One regular cycle: read what changed, then rate."""
    with lease(house.store, SYNC):
        sync(house, microsoft=microsoft)
        rated(house)


def hinted_cycle(house: House, microsoft: Microsoft) -> None:
    """Read at once what Microsoft said has changed."""

    def read(keys: frozenset[str]) -> None:
        began = real_clock()
        sync_once(house, microsoft=microsoft, only=keys, ear=MailEar(house))
        keep_health.after_reading(house, since=began)

    with lease(house.store, SYNC):
        if hints.follow(house.store, read):
            rated(house)


def wished_cycle(house: House, microsoft: Microsoft) -> None:
    """Read everything at once because an administrator asked for it."""

    def read() -> None:
        sync(house, microsoft=microsoft)
        rated(house)

    if read_now.is_waiting(house.store):
        with lease(house.store, SYNC):
            read_now.follow(house.store, read)


def keep_scored(house: House, _microsoft: Microsoft) -> None:
    """Scores of every day, also of one on which nothing could be read."""
    with lease(house.store, SYNC):
        if not is_scored_today(house):
            scored(house)
            due_since(house, recount=True)


def keep_past_scored(house: House, _microsoft: Microsoft) -> None:
    """Past weeks when older facts came in. It may take minutes and asks Microsoft nothing, so no cycle waits for it."""
    with lease(house.store, PAST):
        past_scored(house, bar=False)


def follow_introductions(house: House, _microsoft: Microsoft) -> None:
    """Recognise, remind, give up, and tell sellers; the service's own mails leave only where a server is set."""
    post = BySmtp(house.config) if house.config.smtp_url.get_secret_value() else None
    with lease(house.store, INTRODUCTIONS):
        follow(house, post)


def compare(house: House, microsoft: Microsoft) -> None:
    """Compare the last weeks with the sources, and rate what was healed."""
    with lease(house.store, SYNC):
        reconcile_once(house, days=COMPARED_DAYS, microsoft=microsoft)
        rated(house)


def apply_retention(house: House, _microsoft: Microsoft) -> None:
    with lease(house.store, SYNC):
        retain(house)
        rated(house)


def renew_subscriptions(house: House, _microsoft: Microsoft) -> None:
    keep_subscribed(house)


def write_back(house: House, microsoft: Microsoft) -> None:
    keep_written(house, microsoft)


def understand_words(house: House, _microsoft: Microsoft) -> None:
    """After other lists of words: a turn over the verbatims that were understood with earlier ones."""
    understand_anew(house, most=MOST_OF_A_TURN)


def deliver_waiting(house: House, microsoft: Microsoft) -> None:
    """Act on changes of ratings, and let mails, webhooks and tasks leave."""
    deliver(house, microsoft)


def keep_account_moods(house: House, _microsoft: Microsoft) -> None:
    keep_moods(house)


def learn_from_lost(house: House, _microsoft: Microsoft) -> None:
    """The profile of lost customers, once a week."""
    learn_when_due(house)


Job = Callable[[House, Microsoft], None]


def attempt(job: Job, house: House, microsoft: Microsoft) -> None:
    """Run one job; what fails is told and logged, and the scheduler goes on."""
    try:
        job(house, microsoft)
    except SyncIsOff as error:
        log.info("job_off", job=job.__name__, code=error.code)
    except TryLater as error:
        log.warning("job_waits", job=job.__name__, code=error.code)
    except RelationshipError as error:
        log.error("job_failed", job=job.__name__, code=error.code)
        tell(error)


def run_forever(config: Config, *, every_minutes: int) -> None:
    """Every job when it is due, until interrupted; the connection is kept, so quotas and silences are remembered."""
    with open_house(config) as house, closing(connect(config)) as microsoft:
        scheduler = BlockingScheduler(
            timezone="UTC", executors={"default": ThreadPoolExecutor(1), PAST: ThreadPoolExecutor(1)}
        )
        for job, when in (
            (cycle, {"minutes": every_minutes}),
            (hinted_cycle, {"minutes": 1}),
            (wished_cycle, {"seconds": WISH_SECONDS}),
            (write_back, {"seconds": WRITE_BACK_SECONDS}),
            (deliver_waiting, {"seconds": DELIVER_SECONDS}),
            (renew_subscriptions, {"hours": 1}),
            (follow_introductions, {"minutes": 5}),
            (understand_words, {"minutes": 1}),
            (keep_scored, {"minutes": SCORE_MINUTES}),
            (keep_past_scored, {"minutes": 1}),
            (compare, {"days": 7}),
            (apply_retention, {"days": 1}),
            (keep_account_moods, {"minutes": 1}),
            (learn_from_lost, {"hours": 6}),
        ):
            scheduler.add_job(
                attempt,
                "interval",
                args=[job, house, microsoft],
                id=job.__name__,
                executor=PAST if job is keep_past_scored else "default",
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
                **when,
            )
        attempt(cycle, house, microsoft)
        attempt(renew_subscriptions, house, microsoft)
        scheduler.start()
