"""Let what is enqueued leave: webhooks, mails, CRM tasks, files, each until it has left or is given up.

The order of writes is the design. A delivery is taken on lease and committed; then it is sent under its own id; then
it is marked. A process that dies in between leaves a lease that ends by itself, and the same thing leaves once more
under the same id: at least once, never under two ids. A target that fails is left in peace for as long as the failed
delivery waits, so that one broken endpoint costs one try at a time.
"""

import random
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import orjson
import structlog
from sqlalchemy import Connection

from relationship import failpoints
from relationship.activities import RecordKind, RecordRef
from relationship.clock import real_clock
from relationship.desk import enqueue
from relationship.errors import BadItem, FixSettings, RelationshipError, TryLater
from relationship.house import House
from relationship.letters import teams_cards
from relationship.letters.digests import Notice, composed, personal
from relationship.store import rules as stored
from relationship.store.crm import mail_refusals
from relationship.store.importing import import_runs
from relationship.store.knows import reading_introduction
from relationship.store.outbox import hook_secrets, mail_choices, outbox
from relationship.store.outbox.mail_choices import How
from relationship.store.outbox.outbox import CrmNote, CrmTask, Kind, OneDelivery, State
from relationship.store.rights import kept_answers
from relationship.sync.outward import crm_notes, crm_tasks
from relationship.sync.outward.mail_out import BySmtp, ServiceMail, ServicePost
from relationship.sync.outward.sftp import SftpFolder
from relationship.sync.outward.webhooks import Hook, HookPost
from relationship.sync.wire.connection import Microsoft
from relationship.sync.wire.transport import Channel
from settings.rules.actions import MailTimes

log = structlog.get_logger()

LEASE = "deliveries"
MOST_ATTEMPTS = 12
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
# Somebody has to mend something first; asking sooner helps nobody.
MENDING_PAUSE = timedelta(hours=1)
# How long a row is kept once it is settled, and how long one waits for a way out that is not there.
KEPT_DAYS, OLDEST_DAYS = 90, 14
TURN = timedelta(seconds=45)
DAY = timedelta(days=1)
_BUNDLES = uuid.UUID("0b5b4a4e-6f0c-5a55-8a0e-2f4d6a1c9e77")


@dataclass(frozen=True, slots=True)
class Ways:
    """How things leave; None: not from here, they wait."""

    mail: ServicePost | None = None
    crm: Channel | None = None
    hooks: HookPost | None = None
    files: SftpFolder | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        ways = (
            (Kind.MAIL, self.mail),
            (Kind.LETTER, self.mail),
            (Kind.CRM_TASK, self.crm),
            (Kind.CRM_NOTE, self.crm),
            (Kind.WEBHOOK, self.hooks),
            (Kind.FILE, self.files),
        )
        return tuple(kind for kind, way in ways if way is not None)

    def close(self) -> None:
        """What was opened on the way; it opens again when it is used again."""
        if self.files is not None:
            self.files.close()


def ways(house: House, microsoft: Microsoft | None) -> Ways:
    """How things leave from here: mails where a mail server is set, tasks where there is a CRM, files where SFTP is."""
    post = BySmtp(house.config) if house.config.smtp_url.get_secret_value() and house.config.mail_from else None
    files = SftpFolder(house.config) if house.config.alert_sftp else None
    return Ways(
        mail=post, crm=microsoft.dataverse if microsoft else None, hooks=HookPost(house.config), files=files
    )  # fmt: skip


@dataclass(slots=True)
class Delivered:
    """Deliveries, not mails: what is joined counts one by one. tired, closed: targets and kinds that are left in peace
    for the rest of the turn."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0
    dropped: int = 0
    tired: set[str] = field(default_factory=set)
    closed: set[Kind] = field(default_factory=set)


class _NotWantedError(Exception):
    """Nobody wants this any more. args[0]: a code."""


class _NotNowError(Exception):
    """It waits, which is no failure. args: until when, and whether it is to be joined with others."""


def drain(house: House, ways: Ways, *, clock: Callable[[], datetime] = real_clock, turn: timedelta = TURN) -> Delivered:
    """Send what is due, one after the other, for so long at most.

    clock   real time; tests have another one
    """
    done = Delivered()
    began = clock()
    with closing(ways):
        while clock() - began < turn:
            with house.store.transaction() as conn:
                kinds = [kind for kind in ways.kinds if kind not in done.closed]
                taken = outbox.claim(conn, now=clock(), kinds=kinds, without=done.tired)
            if not taken:
                break
            failpoints.passage("deliver.claimed")
            _one_round(house, ways, taken, clock, done)
    return done


def deliver_now(
    house: House, ways: Ways, key: str, *, clock: Callable[[], datetime] = real_clock
) -> OneDelivery | None:
    """Try this one at once, because somebody waits for it; what became of it, None when there is none."""
    with house.store.transaction() as conn:
        taken = outbox.claim_one(conn, key, now=clock())
    if taken is not None and taken.kind in ways.kinds:
        with closing(ways):
            _one_round(house, ways, [taken], clock, Delivered())
    with house.store.reading() as conn:
        return outbox.by_key(conn, key)


def tidy(house: House, *, clock: Callable[[], datetime] = real_clock) -> int:
    """Give up what has waited too long for a way out, forget what was settled long ago, and files of imports about
    which nobody decided; returns how many deliveries went."""
    now = clock()
    with house.store.transaction() as conn:
        import_runs.forget_waiting(conn, now=house.clock())
        kept_answers.forget_older(conn, before=now - timedelta(hours=kept_answers.KEPT_HOURS))
        outbox.give_up_older(conn, before=now - timedelta(days=OLDEST_DAYS), at=now)
        return outbox.forget(conn, before=now - timedelta(days=KEPT_DAYS))


def pause(attempts: int, error: RelationshipError, *, draw: Callable[[], float] = random.random) -> timedelta:
    """How long to wait after so many failed tries: twice as long each time, spread so that not all come at once.

    draw   a number from 0 to 1
    """
    asked = error.wait_seconds if isinstance(error, TryLater) else None
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(attempts, 12)))
    found = longest * (0.5 + draw() / 2)
    if isinstance(error, FixSettings) or not isinstance(error, TryLater):
        found = max(found, MENDING_PAUSE * (1 + draw() / 10))
    return max(found, timedelta(seconds=asked)) if asked else found


def _one_round(
    house: House, ways: Ways, taken: Sequence[OneDelivery], clock: Callable[[], datetime], done: Delivered
) -> None:
    ids = [one.id for one in taken]
    try:
        _send(house, ways, taken, clock())
        failpoints.passage("deliver.sent")
    except _NotWantedError as reason:
        _settle(house, ids, State.DROPPED, clock(), str(reason))
        done.dropped += len(ids)
    except _NotNowError as later:
        with house.store.transaction() as conn:
            outbox.postpone(conn, ids, later.args[0], digest=later.args[1])
    except BadItem as error:
        _settle(house, ids, State.GIVEN_UP, clock(), error.code)
        done.given_up += len(ids)
    except RelationshipError as error:
        _failed(house, taken, error, clock(), done)
    else:
        _settle(house, ids, State.SENT, clock(), "")
        done.sent += len(ids)
    failpoints.passage("deliver.marked")


def _settle(house: House, ids: Sequence[int], state: State, at: datetime, code: str) -> None:
    with house.store.transaction() as conn:
        outbox.note_settled(conn, ids, state, at=at, code=code)


def _failed(
    house: House, taken: Sequence[OneDelivery], error: RelationshipError, now: datetime, done: Delivered
) -> None:
    attempts = taken[0].attempts
    log.warning("delivery_failed", kind=taken[0].kind.value, code=error.code, attempts=attempts + 1)
    ids = [one.id for one in taken]
    if attempts + 1 >= MOST_ATTEMPTS:
        _settle(house, ids, State.GIVEN_UP, now, error.code)
        done.given_up += len(ids)
        return
    until = now + pause(attempts, error)
    with house.store.transaction() as conn:
        outbox.note_failed(conn, ids, code=error.code, at=now, due_at=until)
        outbox.hold_back(conn, taken[0].target, until)
    done.failed += len(ids)
    done.tired.add(taken[0].target)
    if taken[0].kind is not Kind.WEBHOOK:
        # One mail server, one CRM, one folder: what it does not take now it takes from nobody.
        done.closed.add(taken[0].kind)


def _send(house: House, ways: Ways, taken: Sequence[OneDelivery], now: datetime) -> None:
    match taken[0].kind:
        case Kind.MAIL:
            if ways.mail is not None:
                ways.mail.send(_mail(house, taken, now))
        case Kind.LETTER:
            if ways.mail is not None:
                ways.mail.send(_letter(house, taken[0], now))
        case Kind.WEBHOOK:
            if ways.hooks is not None:
                ways.hooks.send(_hook(house, taken[0], now), at=now)
        case Kind.CRM_TASK:
            if ways.crm is not None:
                _change_task(ways.crm, taken[0])
        case Kind.FILE:
            if ways.files is not None:
                _change_file(ways.files, taken[0])
        case Kind.CRM_NOTE:
            if ways.crm is not None:
                crm_notes.create(ways.crm, _note(taken[0]), guid=outbox.note_guid(taken[0].key))


def _hook(house: House, one: OneDelivery, now: datetime) -> Hook:
    key = one.payload["endpoint"]
    with house.store.reading() as conn:
        endpoint = stored.current(conn)[1].actions.endpoint(key)
        if endpoint is None:
            raise _NotWantedError("endpoint_gone")
        if not endpoint.enabled:
            raise _NotNowError(now + MENDING_PAUSE, None)
        if endpoint.format == "teams":
            told = orjson.loads(one.payload["body"])
            card = teams_cards.message(told, language=endpoint.language, base_url=house.config.base_url)
            return Hook(one.message_id, endpoint.url, card, (), is_signed=False)
        secrets = hook_secrets.secrets(conn, house.vault(), key, now=now)
    return Hook(one.message_id, endpoint.url, one.payload["body"].encode(), secrets)


def _change_task(crm: Channel, one: OneDelivery) -> None:
    if guid := one.payload.get("close"):
        crm_tasks.close(crm, guid)
        return
    crm_tasks.create(crm, _task(one), guid=outbox.task_guid(one.key), as_user=one.payload["as_user"])


def _change_file(files: SftpFolder, one: OneDelivery) -> None:
    if name := one.payload.get("remove"):
        files.remove(name)
        return
    files.put(one.payload["name"], one.payload["text"].encode())


def _note(one: OneDelivery) -> CrmNote:
    body = one.payload["note"]
    kind, _, guid = body["regarding"].partition(":")
    return CrmNote(body["subject"], body["text"], RecordRef(RecordKind(kind), guid))


def _task(one: OneDelivery) -> CrmTask:
    body = one.payload["task"]
    kind, _, guid = body["regarding"].partition(":")
    return CrmTask(
        subject=body["subject"],
        description=body["description"],
        due_on=date.fromisoformat(body["due_on"]) if body["due_on"] else None,
        regarding=RecordRef(RecordKind(kind), guid) if kind else None,
        owner_guid=body["owner_guid"],
        priority=body["priority"],
    )


def _letter(house: House, one: OneDelivery, now: datetime) -> ServiceMail:
    """The mail of one person to a customer, as they released it."""
    with house.store.reading() as conn:
        allowed = enqueue.mail_time(stored.current(conn)[1].actions.mails, house, now, digest=False)
        language, _, address = one.target.removeprefix(outbox.CUSTOMER).partition("/")
        if mail_refusals.addresses(conn, [address], bulk=False):
            raise _NotWantedError(outbox.NOT_WANTED)
    if allowed > now:
        raise _NotNowError(allowed, None)
    said = one.payload
    mail = personal(said["subject"], said["body"], name=said["name"], language=language)
    key = uuid.uuid5(_BUNDLES, one.key).hex
    return ServiceMail(
        address, mail.subject, mail.text, language, html=mail.html, key=key,
        reply_to=said["reply_to"], sender=said["name"],
    )  # fmt: skip


def _mail(house: House, taken: Sequence[OneDelivery], now: datetime) -> ServiceMail:
    """The mail in which these leave; which ones is written down before it does."""
    with house.store.transaction() as conn:
        to, language, page = _reader(house, conn, taken, now)
        bundle = taken[0].bundle or uuid.uuid5(_BUNDLES, "\n".join(one.key for one in taken)).hex
        outbox.note_bundle(conn, [one.id for one in taken], bundle)
    failpoints.passage("deliver.bundled")
    mail = composed([Notice.of(one.payload["notice"]) for one in taken], language=language, choice_link=page)
    about = taken[0].event or "notice"
    return ServiceMail(to, mail.subject, mail.text, language, about, mail.html, key=bundle, stop=page)


def _reader(
    house: House, conn: Connection, taken: Sequence[OneDelivery], now: datetime
) -> tuple[str, str, str]:  # fmt: skip
    """Address, language and the address of the page of choices ('' for outside readers)."""
    sort, _, rest = taken[0].target.partition("/")
    times = stored.current(conn)[1].actions.mails
    if sort != "person":
        language, _, address = rest.partition("/")
        if mail_refusals.addresses(conn, [address], bulk=True):
            raise _NotWantedError(outbox.NOT_WANTED)
        _wait_if_too_many(house, conn, taken, times, now)
        return address, language, ""
    choice = mail_choices.choice(conn, rest)
    if choice.how is How.OFF:
        raise _NotWantedError("off_by_choice")
    person = reading_introduction.correspondent(conn, rest)
    if person is None or not person.address:
        raise _NotWantedError("reader_gone")
    _wait_if_too_many(house, conn, taken, times, now)
    return person.address, choice.language, house.config.base_url.rstrip("/") + "/notices"


def _wait_if_too_many(
    house: House, conn: Connection, taken: Sequence[OneDelivery], times: MailTimes, now: datetime
) -> None:
    """What is more than anybody wants in a day waits for the digest, and so does what quiet hours have caught up with;
    a mail that may have left already is sent again as it was."""
    if taken[0].bundle or all(one.payload.get("urgent") for one in taken):
        return
    if taken[0].is_digest:
        return
    allowed = enqueue.mail_time(times, house, now, digest=False)
    if allowed > now:
        raise _NotNowError(allowed, None)
    if outbox.mails_since(conn, taken[0].target, now - DAY) >= times.most_a_day:
        raise _NotNowError(enqueue.mail_time(times, house, now, digest=True), True)
