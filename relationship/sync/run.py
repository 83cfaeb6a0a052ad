"""One run of the sync: directory, CRM, its activities, then every mailbox; how each source went is written down.

What if it runs twice: nothing is written the second time. What if it dies half-way: the next run goes on
from the last page. What if Microsoft says no: to one source, the others are read; to our credentials,
everything stops with the reason.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

import structlog

from relationship import failpoints
from relationship.errors import (
    FixSettings,
    Reconnect,
    RelationshipError,
    StorageTrouble,
    TryLater,
    Unavailable,
)
from relationship.store import deployment
from relationship.store.activities.sightings import Read
from relationship.store.sources import scope, sources
from relationship.store.sources.sources import SourceRow
from relationship.store.verbatims import feedback_mailboxes
from relationship.sync.parallel import in_parallel
from relationship.sync.readers import calls, crm, crm_activities, directory, feedback, groups
from relationship.sync.readers.delta import Round, page_transaction
from relationship.sync.readers.personal import Personal, personal_sources
from relationship.sync.readers.policy import enforce, move_window, require_consent
from relationship.sync.readers.readers import House, reader_of
from relationship.sync.readers.terms import terms
from relationship.sync.report import (
    DEGRADED,
    HEALTHY,
    READING,
    UNAVAILABLE,
    Progress,
    Report,
    Tally,
    Trouble,
    our_fault,
)
from relationship.sync.shapes.dataverse import TrackedTable
from relationship.sync.shapes.dataverse_activities import ActivityTable
from relationship.sync.shapes.disposition import Circle
from relationship.sync.shapes.own_columns import OwnColumns
from relationship.sync.wire.auth import CREDENTIAL_CODES
from relationship.sync.wire.connection import Microsoft, connect
from settings.rules import Rules

__all__ = ["House", "Progress", "Report", "Trouble", "reader_of", "sync_once"]

log = structlog.get_logger()

# States and places are renewed at most this often while nothing changes, so that a run soon after another
# writes nothing at all.
BOOKKEEPING = timedelta(minutes=10)
# A mailbox that is switched off or out of scope is looked at once a day.
LOOK_AGAIN = timedelta(hours=24)
_STOPPED = "stopped"


def sync_once(
    house: House,
    *,
    microsoft: Microsoft | None = None,
    progress: Callable[[Progress], None] | None = None,
    look_again: bool = False,
    only: frozenset[str] | None = None,
    ear: feedback.Ear | None = None,
) -> Report:
    """Bring everything up to date, once.

    microsoft   an open connection, kept by whoever runs this often (its circuit, quotas and silences
                remember); None opens one for this run
    progress    told after every page and every mailbox, by one thread at a time
    look_again  also ask for mailboxes that were unavailable less than a day ago
    ear         hears what stands in feedback mailboxes; None leaves them alone
    only        read just the users' sources and the calls with these keys, as hints name them
    raises      SyncIsOff: the rules do not allow to read yet, and nothing was asked for; Reconnect, FixSettings:
                our credentials, their rights (in production) or our configuration; StorageTrouble: the database
    """
    present = require_consent(house.store)
    connection = microsoft or connect(house.config)
    try:
        if house.config.mode == "production":
            connection.check_rights()
        return _Run(house, connection, progress, present=present, look_again=look_again, only=only, ear=ear).run()
    finally:
        connection.sessions.close()  # its threads end with the run
        if microsoft is None:
            connection.close()


class _Run:
    """The state of one run."""

    def __init__(
        self,
        house: House,
        microsoft: Microsoft,
        progress: Callable[[Progress], None] | None,
        *,
        present: Rules,
        look_again: bool,
        only: frozenset[str] | None,
        ear: feedback.Ear | None,
    ) -> None:
        self._house = house
        self._config = house.config
        self._store = house.store
        self._clock = house.clock
        self._microsoft = microsoft
        self._tally = Tally(progress)
        self._stop = threading.Event()
        self._sent_before = microsoft.requests_sent
        self._look_again = look_again
        self._only = only
        self._ear = ear
        self._rules = present
        self._known: dict[str, SourceRow] = {}
        self._ids: dict[str, int] = {}
        self._troubles: list[Trouble] = []
        self._tables_ok = 0

    def run(self) -> Report:
        read_from = self._prepare()
        if self._only is None:
            self._read_records()
            self._follow_rules()
        inside, read = reader_of(self._house, read_from)
        if self._microsoft.dataverse and self._config.reads("crm") and self._only is None:
            self._tally.step("activities")
            self._read_activities(inside, read)
        if self._config.reads("calls"):
            self._tally.step("calls")
            self._read_calls(read, read_from, inside.lifts)
        if self._ear is not None:
            self._tally.step("feedback")
            self._read_feedback(self._ear, inside, read, read_from)
        self._tally.step("mail")
        return self._report(*self._read_mailboxes(inside, read, read_from))

    def _read_records(self) -> None:
        """Colleagues and CRM records, by which activities are judged."""
        self._tally.step("directory")
        self._attempt(directory.SOURCE_KEY, self._read_directory)
        self._tally.step("crm")
        for table in crm.TABLES if self._microsoft.dataverse else ():
            self._tables_ok += self._attempt(crm.source_key(table), partial(self._read_table, table))

    def _follow_rules(self) -> None:
        """Bring what is kept in line with who is read and who is left out, as directory and CRM now say."""
        wanted = scope.wanted_groups(self._rules)
        if wanted:
            self._attempt(groups.SOURCE_KEY, partial(self._read_groups, wanted))
        with page_transaction(self._store) as conn:
            if not wanted:
                scope.forget_groups(conn, ())
                sources.forget(conn, groups.SOURCE_KEY)
            unknown = scope.unread_groups(conn, self._rules.exclusions.groups)
            if unknown:
                raise Reconnect(
                    "The members of a group whose members are left out could not be read, so nothing more is read.",
                    next_step="Grant the application GroupMember.Read.All (docs/connect.md, step 3), or take the group "
                    "out of the exclusions.",
                    code="excluded_group_unknown",
                )
            done = enforce(self._house, conn)
            failpoints.passage("policy.enforced")
        failpoints.passage("policy.committed")
        self._tally.add_written(done.written)

    def _read_groups(self, wanted: Sequence[str], _source_id: int, _refresh: bool) -> Round:
        return groups.read_members(self._store, self._microsoft.msgraph, wanted, self._tally.add_records)

    def _is_wanted(self, key: str) -> bool:
        return self._only is None or key in self._only

    def _prepare(self) -> date | None:
        """The organisation and the read window of this database; the window is fixed by the first run."""
        config = self._config
        today = self._clock().astimezone(config.zone).date()
        days = terms(config, self._rules.sources).read_window
        wanted = None if days == "all" else today - timedelta(days=days)
        tables: list[str] = []
        if self._microsoft.dataverse:
            tables += [crm.source_key(table) for table in crm.TABLES]
            tables += [crm_activities.source_key(table) for table in crm_activities.TABLES]
        with self._store.transaction(alone=True) as conn:
            found = deployment.ensure(conn, tenant_id=config.tenant_id, time_zone=config.time_zone, read_from=wanted)
            if self._only is None and move_window(self._house, conn, self._rules):
                found = deployment.load(conn) or found
            self._known = {row.key: row for row in sources.all_sources(conn)}
            lists = [groups.SOURCE_KEY] if scope.wanted_groups(self._rules) else []
            self._ids = sources.ensure(conn, [directory.SOURCE_KEY, *lists, *tables])
        return found.read_from

    # Sources

    def _attempt(self, key: str, read: Callable[[int, bool], Round]) -> bool:
        """Read one source and write down how it went; only what concerns every source is raised."""
        known = self._known.get(key)
        refresh = known is None or self._is_due(known.last_success_at, BOOKKEEPING)
        source_id = self._ids[key]
        if known is None:
            with self._store.transaction() as conn:
                sources.set_state(conn, source_id, READING, at=self._clock(), success=False)
        try:
            done = read(source_id, refresh)
        except (FixSettings, StorageTrouble):
            raise
        except Reconnect as error:
            if error.code in CREDENTIAL_CODES or key == directory.SOURCE_KEY:
                raise
            self._note_trouble(key, source_id, known, error)
        except RelationshipError as error:
            if error.code != _STOPPED:
                self._note_trouble(key, source_id, known, error)
        except Exception as error:  # the rim of one source: a fault of ours stops no other
            log.error("source_failed", key=key, error=type(error).__name__)
            self._note_trouble(key, source_id, known, our_fault(error))
        else:
            self._tally.add_written(done.written)
            self._note_success(source_id, known, refresh=refresh)
            return True
        return False

    def _note_success(self, source_id: int, known: SourceRow | None, *, refresh: bool) -> None:
        if known is not None and known.state == HEALTHY and not refresh:
            return
        with self._store.transaction() as conn:
            sources.set_state(conn, source_id, HEALTHY, at=self._clock(), success=True)

    def _note_trouble(self, key: str, source_id: int, known: SourceRow | None, error: RelationshipError) -> None:
        state = UNAVAILABLE if isinstance(error, Unavailable) else DEGRADED
        wait_seconds = error.wait_seconds if isinstance(error, TryLater) else None
        log.warning("source_trouble", key=key, state=state, code=error.code, wait_seconds=wait_seconds)
        self._troubles.append(Trouble(key, state, error.code, error.message, error.next_step, wait_seconds))
        due = known is None or self._is_due(known.tried_at, BOOKKEEPING)
        if known is not None and (known.state, known.reason) == (state, error.code) and not due:
            return
        with self._store.transaction() as conn:
            sources.set_state(conn, source_id, state, error.code, at=self._clock(), success=False)

    def _is_due(self, last: datetime | None, every: timedelta) -> bool:
        return last is None or self._clock() - last >= every

    def _read_directory(self, source_id: int, refresh: bool) -> Round:
        channel = self._microsoft.msgraph
        return directory.read_directory(
            self._store, channel, source_id, refresh=refresh, progress=self._tally.add_records
        )

    def _read_table(self, table: TrackedTable, source_id: int, refresh: bool) -> Round:
        channel = self._microsoft.dataverse
        if channel is None:
            raise AssertionError("no table is read without a CRM")
        return crm.read_table(
            self._store,
            channel,
            table,
            source_id,
            page_size=self._microsoft.crm_page_size,
            zone=self._config.zone,
            refresh=refresh,
            progress=self._tally.add_records,
            segment_column=self._config.segment_column,
            own=OwnColumns(self._config.crm_columns),
        )

    def _read_activities(self, inside: Circle, read: Read) -> None:
        """The CRM's e-mails, calls, appointments and tasks."""
        channel = self._microsoft.dataverse
        if channel is None:
            raise AssertionError("no table is read without a CRM")
        reading = crm_activities.Reading(
            store=self._store,
            channel=channel,
            page_size=self._microsoft.crm_page_size,
            read=read,
            inside=inside,
            zone=self._config.zone,
            progress=self._tally.add_records,
        )
        for table in crm_activities.TABLES:

            def one(source_id: int, refresh: bool, table: ActivityTable = table) -> Round:
                return crm_activities.read_table(reading, table, source_id, refresh=refresh)

            self._tables_ok += self._attempt(crm_activities.source_key(table), one)

    def _read_calls(self, read: Read, read_from: date | None, lifts: int) -> None:
        """The calls of the whole organisation."""
        reading = calls.Reading(
            store=self._store,
            channel=self._microsoft.msgraph,
            read=read,
            tenant_id=self._config.tenant_id,
            read_from=read_from,
            now=self._clock(),
            zone=self._config.zone,
            progress=self._tally.add_records,
            lifts=lifts,
        )
        resting = self._resting(calls.SOURCES)
        wanted = [key for key in calls.SOURCES if key not in resting and self._is_wanted(key)]
        with self._store.transaction() as conn:
            self._ids |= sources.ensure(conn, wanted)
        for key in wanted:

            def one(source_id: int, refresh: bool, key: str = key) -> Round:
                return calls.read_calls(reading, key, source_id, refresh=refresh)

            self._attempt(key, one)

    def _read_feedback(self, ear: feedback.Ear, inside: Circle, read: Read, read_from: date | None) -> None:
        """What customers write to the declared mailboxes."""
        wanted = feedback.sources_of(
            self._store, self._microsoft, self._rules, ear, inside, read,
            read_from=read_from, zone=self._config.zone, progress=self._tally.add_records,
        )  # fmt: skip
        resting = self._resting([feedback_mailboxes.SOURCE])
        with self._store.transaction() as conn:
            self._ids |= sources.ensure(conn, list(wanted))
        for key, (user_id, one) in wanted.items():
            if key not in resting and self._is_wanted(sources.MAILBOX + user_id):
                self._attempt(key, one)

    # Mailboxes

    def _read_mailboxes(self, inside: Circle, read: Read, read_from: date | None) -> tuple[int, int]:
        """How many mailboxes were read to the end, and how many rest until tomorrow."""
        with self._store.reading() as conn:
            users = scope.readable_users(conn)
        wanted = personal_sources(
            self._config, self._store, self._microsoft, inside, read,
            read_from=read_from, today=self._clock().date(), progress=self._add_messages,
        )  # fmt: skip
        resting = self._resting([source.prefix for source in wanted])
        found = {
            user: [one for one in wanted if one.prefix + user not in resting and self._is_wanted(one.prefix + user)]
            for user in users
        }
        with self._store.transaction() as conn:
            keys = [one.prefix + user for user, some in found.items() for one in some]
            self._ids |= sources.ensure(conn, keys)
        awake = [user for user in users if found[user]]
        self._tally.expect(len(awake))
        outcomes = in_parallel(
            lambda user: self._read_one(user, found[user]), awake, threads=self._config.sync_threads, stop=self._stop
        )
        return sum(outcomes), sum(sources.MAILBOX + user in resting for user in users)

    def _resting(self, prefixes: Sequence[str]) -> set[str]:
        """The sources that are left alone until tomorrow. No mailbox is while all are unavailable: then a right
        is missing and may be granted any minute."""
        if self._look_again:
            return set()
        found: set[str] = set()
        for prefix in prefixes:
            known = [row for key, row in self._known.items() if key.startswith(prefix)]
            closed = [row for row in known if row.state == UNAVAILABLE]
            if prefix != sources.MAILBOX or len(closed) < len(known):
                found |= {row.key for row in closed if not self._is_due(row.tried_at, LOOK_AGAIN)}
        return found

    def _read_one(self, user_id: str, wanted: Sequence[Personal]) -> bool:
        """Read what is wanted of a user, one after the other; returns whether the mailbox was read to the end."""
        is_ok = False
        for personal in wanted:
            if self._stop.is_set():
                return False

            def read(source_id: int, refresh: bool, personal: Personal = personal) -> Round:
                return personal.read(user_id, source_id, refresh=refresh)

            done = self._attempt(personal.prefix + user_id, read)
            is_ok = is_ok or (done and personal.prefix == sources.MAILBOX)
        self._tally.mailbox_done()
        return is_ok

    def _add_messages(self, count: int) -> None:
        self._tally.add_messages(count)
        if self._stop.is_set():
            raise TryLater("The run was stopped.", next_step="Run it again: it goes on from here.", code=_STOPPED)

    def _report(self, mailboxes_ok: int, mailboxes_skipped: int) -> Report:
        return Report(
            requests=self._microsoft.requests_sent - self._sent_before,
            rows=self._tally.rows,
            written=self._tally.written,
            mailboxes_ok=mailboxes_ok,
            mailboxes_skipped=mailboxes_skipped,
            tables_ok=self._tables_ok,
            troubles=tuple(sorted(self._troubles, key=lambda trouble: trouble.key)),
        )
