"""Feedback mailboxes: what customers write to those that an administrator declared, read by the second application.

Nothing else is ever asked with its token, and no other reader asks for a body. Texts are understood before the page's
transaction, which keeps them together with our place.

What if it runs twice: a mail is known by its message id. What if it dies half-way: every folder has its own place.
What if Microsoft says no: to the application, these mailboxes say so and everything else is read. A mail that is
deleted at the source leaves its text: whoever tidies a mailbox takes nothing back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from relationship.errors import BadItem, FixSettings, Reconnect, RelationshipError, Unavailable
from relationship.store.activities.sightings import Read as ReadActivity
from relationship.store.database import Store
from relationship.store.sources import folders, quarantine
from relationship.store.sources.cursors import Place
from relationship.store.verbatims import feedback_mailboxes
from relationship.store.verbatims.feedback_mailboxes import Declared
from relationship.sync.checks.permissions import too_wide
from relationship.sync.readers.delta import Round, Stream, read_round
from relationship.sync.readers.folder_tree import FolderTree
from relationship.sync.shapes import feedback_mail, msgraph
from relationship.sync.shapes.disposition import Circle
from relationship.sync.shapes.feedback_mail import Letter
from relationship.sync.wire.connection import Microsoft
from relationship.sync.wire.transport import Channel, Json
from settings.rules import Rules

ROOM = "feedback"


class Ear(Protocol):
    """The door by which texts come in (`relationship/desk/hear_mail.py`)."""

    def understand(self, letters: Sequence[Letter]) -> Any: ...

    def keep(self, conn: Connection, source_id: int, understood: Any) -> int: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading any feedback mailbox needs. read: of the activities, for folders that go."""

    store: Store
    channel: Channel
    ear: Ear
    headers: Mapping[str, str]
    read: ReadActivity
    inside: Circle
    read_from: date | None
    zone: ZoneInfo
    progress: Callable[[int], None]

    @property
    def circle_mark(self) -> str:
        return self.inside.mark


Read = Callable[[int, bool], Round]


def sources_of(
    store: Store,
    microsoft: Microsoft,
    present: Rules,
    ear: Ear,
    inside: Circle,
    read: ReadActivity,
    *,
    read_from: date | None,
    zone: ZoneInfo,
    progress: Callable[[int], None],
) -> dict[str, tuple[str, Read]]:
    """By the key of the source: the user whose mailbox it is, and what reads it."""
    with store.reading() as conn:
        wanted = feedback_mailboxes.declared(conn, present)

    def one(mailbox: Declared, source_id: int, refresh: bool) -> Round:
        if mailbox.code:
            raise _unread(mailbox.code)
        reading = Reading(
            store=store,
            channel=check_application(microsoft),
            ear=ear,
            headers=feedback_mail.headers(microsoft.mail_page_size),
            read=read,
            inside=inside,
            read_from=read_from,
            zone=zone,
            progress=progress,
        )
        return read_feedback(reading, mailbox.key, source_id, refresh=refresh)

    return {mailbox.source_key: (mailbox.key, partial(one, mailbox)) for mailbox in wanted}


def check_application(microsoft: Microsoft) -> Channel:
    """The way of the second application, which Entra must not have given more than RBAC for Applications does.

    raises  Reconnect, with a code of feedback mailboxes, so that nothing else stops
    """
    channel, credentials = microsoft.feedback, microsoft.feedback_credentials
    if channel is None or credentials is None:
        raise Reconnect(
            "No second application is configured, so no feedback mailbox is read.",
            next_step="Register it and set RELATIONSHIP_FEEDBACK_CLIENT_ID (docs/connect.md, step 12).",
            code="feedback_not_configured",
        )
    try:
        token = credentials.source(channel.base_url).token()
    except (Reconnect, FixSettings) as error:
        raise _of_feedback(error) from error
    if wide := too_wide(token):
        raise Reconnect(
            f"The second application may read all mailboxes, so it reads none: {', '.join(wide)}.",
            next_step="Remove this consent in Entra; RBAC for Applications in Exchange grants it for the feedback "
            "mailboxes alone (docs/connect.md, step 12).",
            code="feedback_too_wide",
        )
    return channel


def read_feedback(reading: Reading, user_id: str, source_id: int, *, refresh: bool) -> Round:
    """Bring one feedback mailbox up to date; a folder that fails is left for the next run, the others are read.

    raises  Unavailable, Reconnect: nothing of it can be read; else the first failure of a folder, at the end
    """
    tree = FolderTree(
        ROOM, reading, user_id, source_id, refresh=refresh, unread=feedback_mail.UNREAD_FOLDERS
    )  # fmt: skip
    try:
        tree.judge_anew_if_circle_changed()
        tree.read_folders()
        return tree.each_readable(partial(_read_folder, reading, user_id, source_id, refresh))
    except (Reconnect, FixSettings) as error:
        raise _of_feedback(error) from error


def _unread(code: str) -> Unavailable:
    """A declared mailbox that is not read: it belongs to nobody of the directory, or to somebody who is left out."""
    if code == "feedback_unknown":
        return Unavailable(
            "A declared feedback mailbox is not in the directory.",
            next_step="Correct its address under Settings > Sources and privacy.",
            code=code,
        )
    return Unavailable(
        "A declared feedback mailbox belongs to somebody who is left out, so it is not read.",
        next_step="Withdraw it, or lift the exclusion, under Settings.",
        code=code,
    )


def _of_feedback(error: RelationshipError) -> Reconnect:
    """The same under a code that does not stop the other sources."""
    return Reconnect(error.message, next_step=error.next_step, code=f"feedback_{error.code}")


def _read_folder(
    reading: Reading, user_id: str, source_id: int, refresh: bool, folder_id: str, place: Place | None
) -> Round:
    folder = _Folder(reading, user_id, source_id)
    stream = Stream(
        room=ROOM,
        source_id=source_id,
        container=folders.container_of(folder_id),
        start=feedback_mail.messages_link(reading.channel.base_url, user_id, folder_id),
        fetch=folder.fetch,
        save=folder.save,
        end_full=lambda _conn, _place: 0,
    )
    return read_round(reading.store, stream, place, refresh=refresh, progress=reading.progress)


class _Folder:
    """One folder, page by page: `fetch` understands what `save` then keeps."""

    def __init__(self, reading: Reading, user_id: str, source_id: int) -> None:
        self._to = reading
        self._user_id = user_id
        self._source_id = source_id
        self._understood: Any = None
        self._bad: dict[str, str] = {}

    def fetch(self, link: str, is_saved: bool) -> Json:
        page = self._to.channel.fetch(link, scope=self._user_id, headers=self._to.headers, at_saved_link=is_saved)
        letters: dict[str, Letter] = {}
        self._bad = {}
        for row in page["value"]:
            if isinstance(row, dict) and not msgraph.is_removed(row):
                self._take(row, letters)
        self._understood = self._to.ear.understand(list(letters.values()))
        return page

    def _take(self, row: Json, letters: dict[str, Letter]) -> None:
        try:
            item_id = msgraph.item_id(row)
        except BadItem:
            return  # nothing to name it by
        try:
            found = feedback_mail.letter(row, self._to.inside, read_from=self._to.read_from, zone=self._to.zone)
        except BadItem as error:
            self._bad[item_id] = error.code
            return
        if found is not None:
            letters[found.key] = found

    def save(self, conn: Connection, _rows: Sequence[Json], _place: Place) -> int:
        for item_id, reason in sorted(self._bad.items()):
            quarantine.add(conn, self._source_id, item_id, reason)
        return self._to.ear.keep(conn, self._source_id, self._understood) + len(self._bad)
