"""Subscriptions to changes of mailboxes: made, renewed at half their life, made anew, ended.

What arrives is a hint (`desk/notice.py`); delta remains the truth, so whatever fails here only makes the
next look come with the regular cycle instead of within a minute. What if it runs twice: subscriptions are
kept by resource, and those of ours that we do not know are ended. What if it dies half-way: the same. What
if Microsoft says no (quota, missing right, mailbox gone): noted with its code and tried again tomorrow.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from urllib.parse import quote

import structlog

from relationship.config import Config
from relationship.errors import BadItem, FixSettings, Reconnect, RelationshipError, TryLater
from relationship.store.database import Store
from relationship.store.sources import scope, sources, subscriptions
from relationship.store.sources.subscriptions import SubscriptionRow, hash_of
from relationship.sync.shapes.msgraph import instant
from relationship.sync.wire.transport import Channel, Json

log = structlog.get_logger()

SCOPE = "subscriptions"
PATH = "/subscriptions"
# Microsoft grants mail and events seven days, in older documents 70.5 hours: a little less fits everywhere.
LIFE = timedelta(hours=70)
# A refused subscription is tried again once a day.
TRY_AGAIN = timedelta(hours=24)
# Microsoft allows 1,000 writes in 20 seconds; what is left of a large organisation follows in the next round.
MOST_WRITES = 500
# So many refusals one after the other concern all mailboxes, not these.
MOST_REFUSALS = 20
MOST_PAGES = 1_000
# What is read of every user (`config.SOURCES`), the resource that tells of it, and the key of its source.
WATCHED = (("mail", "messages", sources.MAILBOX), ("calendar", "events", "calendar/"))
# What the whole organisation has one of: Teams tells new and newer records of calls, and never deletes one.
WATCHED_ONCE = (("calls", "communications/callRecords", "calls/records"),)
_CHANGES = "created,updated,deleted"
_CALL_CHANGES = "created,updated"
_LOCAL_MODES = frozenset({"demo", "test"})
# How Microsoft says that a subscription is gone, as `faults` names it.
_GONE = frozenset({"not_found", "no_mailbox"})


class Act(Enum):
    """What a step of a round does."""

    CREATE = "create"
    RENEW = "renew"  # also what `reauthorizationRequired` asks for
    END = "end"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. row: as kept, None for a subscription of ours that nobody knows any more."""

    act: Act
    row: SubscriptionRow | None
    subscription_id: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What one round did. left: steps for the next round."""

    living: int = 0
    created: int = 0
    renewed: int = 0
    ended: int = 0
    refused: int = 0
    left: int = 0


def notification_url(config: Config) -> str | None:
    """Where Microsoft can reach us; None when it cannot: then nothing is subscribed to."""
    if config.base_url.startswith("https://") or config.mode in _LOCAL_MODES:
        return config.base_url.rstrip("/") + "/notifications"
    return None


def keep(
    store: Store,
    channel: Channel,
    *,
    url: str,
    reads: Sequence[str] = ("mail", "calendar"),
    now: datetime | None = None,
) -> Kept:
    """Bring the subscriptions to what is read of every user, with at most `MOST_WRITES` requests that write.

    url     where notifications are sent (`notification_url`)
    reads   which of `config.SOURCES` are read
    now     real time; a frozen clock does not keep a subscription alive
    raises  TryLater, Reconnect, FixSettings when even the list of our subscriptions cannot be read
    """
    moment = now or datetime.now(UTC)
    living = _living(channel, url)
    with store.reading() as conn:
        rows = subscriptions.all_subscriptions(conn)
        wishes = _wanted(scope.readable_users(conn), sources.all_sources(conn), reads)
    steps = plan(rows, living, wishes, now=moment)
    return _Round(store, channel, url, moment, unchanged=len(wishes) - sum(_is_wish(step) for step in steps)).run(steps)


def end_all(store: Store, channel: Channel, *, url: str) -> int:
    """End every subscription that sends to `url`; returns how many there were."""
    living = _living(channel, url)
    for subscription_id in sorted(living):
        _end(channel, subscription_id)
    with store.transaction() as conn:
        for row in subscriptions.all_subscriptions(conn):
            subscriptions.forget(conn, row.resource)
    return len(living)


def plan(
    rows: list[SubscriptionRow], living: Mapping[str, datetime], wishes: Mapping[str, str], *, now: datetime
) -> list[Step]:
    """What is to be done, what ends first. Pure.

    living  Microsoft's list of ours: when each ends, by id
    wishes  the source that each resource to watch concerns
    """
    known = {row.resource: row for row in rows}
    ours = {row.subscription_id for row in rows}
    steps = [Step(Act.END, None, name) for name in sorted(living.keys() - ours)]
    for resource in sorted(known.keys() - wishes.keys()):
        row = known[resource]
        steps.append(Step(Act.END, row, row.subscription_id if row.subscription_id in living else None))
    for resource, source_key in sorted(wishes.items()):
        row = known.get(resource) or SubscriptionRow(resource, source_key, None, "", None, now, "", "")
        if row.subscription_id is None:
            if row.renew_at <= now:
                steps.append(Step(Act.CREATE, row))
        elif row.subscription_id not in living:
            steps.append(Step(Act.CREATE, row))
        elif row.due or row.renew_at <= now:
            steps.append(Step(Act.RENEW, row, row.subscription_id))
    return steps


def _is_wish(step: Step) -> bool:
    return step.act is not Act.END


def _wanted(users: list[str], known: list[sources.SourceRow], reads: Sequence[str]) -> dict[str, str]:
    """The resources to watch, with the source each concerns; what is known to be closed is left out."""
    closed = {row.key for row in known if row.state == "unavailable"}
    once = {resource: key for name, resource, key in WATCHED_ONCE if name in reads and key not in closed}
    return once | {
        f"users/{quote(user, safe='')}/{resource}": prefix + user
        for user in users
        for name, resource, prefix in WATCHED
        if name in reads and not closed & {prefix + user, sources.MAILBOX + user}
    }


class _Round:
    """The state of one round."""

    def __init__(self, store: Store, channel: Channel, url: str, now: datetime, *, unchanged: int) -> None:
        self._store, self._channel, self._url, self._now = store, channel, url, now
        self._kept = Kept(living=unchanged)
        self._refusals = 0

    def run(self, steps: list[Step]) -> Kept:
        for number, step in enumerate(steps):
            if number >= MOST_WRITES or self._refusals >= MOST_REFUSALS:
                return replace(self._kept, left=len(steps) - number)
            try:
                self._do(step)
                self._refusals = 0
            except (FixSettings, Reconnect):
                raise
            except TryLater as error:
                log.info("subscriptions_wait", code=error.code, left=len(steps) - number)
                return replace(self._kept, left=len(steps) - number)
            except RelationshipError as error:
                self._refuse(step, error)
        return self._kept

    def _do(self, step: Step) -> None:
        match step.act:
            case Act.END:
                self._leave(step)
            case Act.RENEW:
                self._renew(step)
            case Act.CREATE:
                self._create(step)

    def _leave(self, step: Step) -> None:
        if step.subscription_id is not None:
            _end(self._channel, step.subscription_id)
        if step.row is not None:
            with self._store.transaction() as conn:
                subscriptions.forget(conn, step.row.resource)
        self._kept = replace(self._kept, ended=self._kept.ended + 1)

    def _renew(self, step: Step) -> None:
        body: Json = {"expirationDateTime": _written(self._now + LIFE)}
        try:
            answer = self._channel.change("PATCH", f"{PATH}/{quote(step.subscription_id or '')}", body, scope=SCOPE)
        except RelationshipError as error:
            if error.code not in _GONE:
                raise
            self._create(step)
            return
        self._save(step, answer, state_hash=step.row.state_hash if step.row else "")
        self._kept = replace(self._kept, renewed=self._kept.renewed + 1, living=self._kept.living + 1)

    def _create(self, step: Step) -> None:
        if step.row is None:
            raise AssertionError("only what is wished for is created")
        client_state = secrets.token_urlsafe(32)
        body: Json = {
            "changeType": _CALL_CHANGES if step.row.resource.startswith("communications/") else _CHANGES,
            "notificationUrl": self._url,
            "lifecycleNotificationUrl": self._url,
            "resource": step.row.resource,
            "expirationDateTime": _written(self._now + LIFE),
            "clientState": client_state,
        }
        answer = self._channel.change("POST", PATH, body, scope=SCOPE)
        self._save(step, answer, state_hash=hash_of(client_state))
        self._kept = replace(self._kept, created=self._kept.created + 1, living=self._kept.living + 1)

    def _save(self, step: Step, answer: Json, *, state_hash: str) -> None:
        """Keep what Microsoft granted; its expiry counts, not the one asked for."""
        name, row = answer.get("id"), step.row
        if not isinstance(name, str) or row is None:
            raise BadItem("A subscription has no id.", next_step="Nothing to do: it is tried again.", code="bad_id")
        until = instant(answer.get("expirationDateTime")) or self._now
        was_lost = row.subscription_id is not None and row.subscription_id != name
        granted = replace(
            row,
            subscription_id=name,
            state_hash=state_hash,
            expires_at=until,
            renew_at=self._now + (until - self._now) / 2,
            due="",
            reason="",
        )
        with self._store.transaction() as conn:
            subscriptions.save(conn, granted)
            if was_lost:  # nobody told us what happened since it went
                subscriptions.add_hints(conn, {row.source_key: 1}, at=self._now)

    def _refuse(self, step: Step, error: RelationshipError) -> None:
        self._refusals += 1
        self._kept = replace(self._kept, refused=self._kept.refused + 1)
        log.warning("subscription_refused", act=step.act.value, code=error.code)
        if step.row is None:
            return
        refused = replace(
            step.row,
            subscription_id=None if step.act is Act.CREATE else step.row.subscription_id,
            renew_at=self._now + TRY_AGAIN,
            due="",
            reason=error.code,
        )
        with self._store.transaction() as conn:
            subscriptions.save(conn, refused)


def _living(channel: Channel, url: str) -> dict[str, datetime]:
    """When each subscription of ours ends, by id; others of the same application are left alone."""
    found: dict[str, datetime] = {}
    for row in _listed(channel):
        name = row.get("id")
        if row.get("notificationUrl") == url and isinstance(name, str):
            found[name] = instant(row.get("expirationDateTime")) or datetime.now(UTC)
    return found


def _listed(channel: Channel) -> Iterator[Json]:
    link: str | None = channel.base_url + PATH
    for _ in range(MOST_PAGES):
        if link is None:
            return
        page = channel.fetch(link, scope=SCOPE)
        yield from (row for row in page["value"] if isinstance(row, dict))
        link = page.get("@odata.nextLink")


def _end(channel: Channel, subscription_id: str) -> None:
    try:
        channel.change("DELETE", f"{PATH}/{quote(subscription_id)}", scope=SCOPE)
    except RelationshipError as error:
        if error.code not in _GONE:
            raise


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
