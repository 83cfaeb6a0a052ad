"""The directory: colleagues by users/delta, and our verified mail domains.

What if it runs twice: users are keyed by id. What if it dies half-way: domains are saved before the page
that made us ask for them, so none is missed. What if Microsoft says no: the users known so far stay.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from relationship import failpoints
from relationship.errors import BadItem
from relationship.store import deployment
from relationship.store.crm import colleagues
from relationship.store.crm.colleagues import DirectoryUser
from relationship.store.database import Store
from relationship.store.sources import cursors, quarantine
from relationship.store.sources.cursors import Place
from relationship.sync.readers.delta import Round, Stream, read_round
from relationship.sync.shapes import msgraph
from relationship.sync.wire.transport import Channel, Json

SCOPE = "directory"
SOURCE_KEY = "directory/users"


def read_directory(
    store: Store, channel: Channel, source_id: int, *, refresh: bool, progress: Callable[[int], None]
) -> Round:
    """Bring users and domains up to date; domains are asked for only when a page brings users."""
    reader = _Directory(store, channel, source_id)
    with store.reading() as conn:
        place = cursors.load(conn, source_id).get("")
    stream = Stream(
        room="directory",
        source_id=source_id,
        container="",
        start=msgraph.users_link(channel.base_url),
        fetch=reader.fetch,
        save=reader.save,
        end_full=colleagues.end_full_directory_round,
    )
    return read_round(store, stream, place, refresh=refresh, progress=progress)


class _Directory:
    """One reading of the directory."""

    def __init__(self, store: Store, channel: Channel, source_id: int) -> None:
        self._store = store
        self._channel = channel
        self._source_id = source_id
        self._has_domains = False

    def fetch(self, link: str, is_saved: bool) -> Json:
        page = self._channel.fetch(link, scope=SCOPE, at_saved_link=is_saved)
        page["value"] = [self._whole(row) for row in page["value"]]
        if page["value"] and not self._has_domains:
            self._read_domains()
        return page

    def save(self, conn: Connection, rows: Sequence[Json], place: Place) -> int:
        users: dict[str, DirectoryUser | None] = {}
        bad: dict[str, str] = {}
        for row in rows:
            try:
                user_id = msgraph.item_id(row)
            except BadItem:
                continue  # nothing to name it by
            try:
                users[user_id] = None if msgraph.is_removed(row) else msgraph.directory_user(row)
            except BadItem as error:
                bad[user_id] = error.code
        quarantine.clear(conn, self._source_id, sorted(users))
        for user_id, reason in sorted(bad.items()):
            quarantine.add(conn, self._source_id, user_id, reason)
        present = [user for user in users.values() if user is not None]
        removed = [user_id for user_id, user in users.items() if user is None]
        return colleagues.save_directory(conn, present, removed, place=place)

    def _whole(self, row: Any) -> Any:
        """A changed user may come with the changed properties only: then the user is read alone."""
        if not isinstance(row, dict) or msgraph.is_removed(row) or not msgraph.is_thin_user(row):
            return row
        try:
            return self._channel.fetch_one(msgraph.user_path(msgraph.item_id(row)), scope=SCOPE)
        except BadItem:
            return row

    def _read_domains(self) -> None:
        rows = list(_all_rows(self._channel, msgraph.domains_link(self._channel.base_url)))
        with self._store.transaction() as conn:
            deployment.set_domains(conn, msgraph.verified_domains(rows))
            failpoints.passage("directory.domains_saved")
        self._has_domains = True


def _all_rows(channel: Channel, link: str) -> Iterator[Any]:
    """Every row of a plain list that has few pages."""
    seen: set[str] = set()
    following: str | None = link
    while following is not None and following not in seen:
        seen.add(following)
        page = channel.fetch(following, scope=SCOPE)
        yield from page["value"]
        following = page.get("@odata.nextLink")
