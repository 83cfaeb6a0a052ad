"""One delta round: pages in order, each saved together with its place.

What if it runs twice: rows are keyed, the second time writes nothing. What if it dies half-way: the place
is saved last, in the page's own transaction, so at most one page is read again. What if Microsoft drops
our place: the list is read again from the start beside what we have, and at the end of that full round
what did not come back is gone.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from relationship import failpoints
from relationship.errors import CursorExpired, TryLater
from relationship.store.database import Store
from relationship.store.sources import cursors
from relationship.store.sources.cursors import Place
from relationship.sync.wire.transport import Json

# Bounds against a service that never ends; far above what any list needs.
MOST_RESTARTS = 3
MOST_PAGES = 100_000
MOST_EMPTY_PAGES = 1_000
MOST_STALE_PAGES = 50  # pages in a row that bring only rows of this round again
REMEMBERED_ROWS = 200_000

PLACES = (
    "before_fetch", "fetched", "transaction_open", "rows_saved", "before_full_end", "full_end_saved",
    "place_saved", "committed",
)  # fmt: skip


_one_writer = threading.Lock()


@contextmanager
def page_transaction(store: Store) -> Iterator[Connection]:
    """A transaction that keeps one page, one at a time.

    Two mailboxes that hold copies of one mail must each see what the other kept, or the activity would
    depend on who came first; PostgreSQL alone would let both work beside each other.
    """
    with _one_writer, store.transaction(alone=True) as conn:
        yield conn


@dataclass(frozen=True, slots=True)
class Stream:
    """One list that tells its changes.

    room       prefix of the fail points: directory, crm, mail
    start      link of the first page of a full round
    fetch      link and whether it was handed out earlier; the page as JSON out
    save       rows of one page into the store; returns how many rows were written
    end_full   a full round is complete: remove what it did not bring; returns how many rows were written
    """

    room: str
    source_id: int
    container: str
    start: str
    fetch: Callable[[str, bool], Json]
    save: Callable[[Connection, Sequence[Json], Place], int]
    end_full: Callable[[Connection, Place], int]


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did."""

    pages: int = 0
    rows: int = 0
    written: int = 0


def started(place: Place | None) -> Place:
    """The place to read on from; without one, the start of the first full round."""
    return place if place is not None else Place(round=1, full=True)


def anew(place: Place) -> Place:
    """The start of another full round, when the place is lost or everything must be judged again."""
    return Place(delta_link=None, next_link=None, round=place.round + 1, full=True)


def read_round(
    store: Store, stream: Stream, place: Place | None, *, refresh: bool, progress: Callable[[int], None]
) -> Round:
    """Read on from `place` to the end of the round and keep what came.

    refresh   keep the newest delta link even if nothing was written, so that it does not grow old
    progress  told the number of rows of each page
    raises    what `stream.fetch` raises; TryLater `link_loop` when the pages lead in a circle: the old
              place is kept and the next run reads the round again
    """
    here, done, path, restarts = started(place), Round(), _Path(), 0
    is_under_way = here.next_link is not None
    while True:
        link = here.next_link or here.delta_link or stream.start
        failpoints.passage(f"{stream.room}.before_fetch")
        try:
            page = stream.fetch(link, link != stream.start)
        except CursorExpired as error:
            restarts += 1
            if restarts > MOST_RESTARTS:
                raise _no_end("Microsoft drops our place as soon as it gives it.", "place_never_kept") from error
            here, path = anew(here), _Path()
            continue
        failpoints.passage(f"{stream.room}.fetched")
        rows, next_link, delta_link = page["value"], page.get("@odata.nextLink"), page.get("@odata.deltaLink")
        if next_link is None and delta_link is None:
            raise _no_end("A page leads nowhere: it has neither a next link nor a delta link.", "no_link")
        if path.leads_in_a_circle(link, next_link, rows):
            _go_back(store, stream, here)
            raise _no_end("Microsoft's pages lead in a circle.", "link_loop")
        if next_link is not None:
            after = replace(here, next_link=next_link)
        else:
            after = replace(here, delta_link=delta_link, next_link=None, full=False)
        must_move = here.full or is_under_way or (refresh and next_link is None)
        written = _save(store, stream, here, after, rows, must_move=must_move)
        is_under_way = must_move or written > 0
        here = after
        progress(len(rows))
        done = Round(done.pages + 1, done.rows + len(rows), done.written + written)
        if next_link is None:
            return done


def _save(store: Store, stream: Stream, here: Place, after: Place, rows: Sequence[Json], *, must_move: bool) -> int:
    """Keep one page and, last, the place behind it; returns how many rows were written.

    A page that changes nothing in a round that changed nothing so far leaves the place alone too: read
    again it is as harmless as before.
    """
    if not rows and not must_move:
        return 0
    with page_transaction(store) as conn:
        failpoints.passage(f"{stream.room}.transaction_open")
        written = stream.save(conn, rows, here) if rows else 0
        failpoints.passage(f"{stream.room}.rows_saved")
        if here.full and not after.full:
            failpoints.passage(f"{stream.room}.before_full_end")
            written += stream.end_full(conn, here)
            failpoints.passage(f"{stream.room}.full_end_saved")
        if written or must_move:
            cursors.save(conn, stream.source_id, stream.container, after)
        failpoints.passage(f"{stream.room}.place_saved")
    failpoints.passage(f"{stream.room}.committed")
    return written


def _go_back(store: Store, stream: Stream, here: Place) -> None:
    """Leave the round: the next one starts where this one did."""
    back = anew(here) if here.full else replace(here, next_link=None)
    with store.transaction() as conn:
        cursors.save(conn, stream.source_id, stream.container, back)


class _Path:
    """The links and rows of one round so far, to notice a circle."""

    def __init__(self) -> None:
        self._links: set[int] = set()
        self._rows: set[int] = set()
        self._pages = 0
        self._empty = 0
        self._stale = 0

    def leads_in_a_circle(self, link: str, next_link: str | None, rows: Sequence[Any]) -> bool:
        self._links.add(hash(link))
        self._pages += 1
        self._empty = 0 if rows else self._empty + 1
        known = {hash(_version(row)) for row in rows}
        self._stale = self._stale + 1 if rows and known <= self._rows else 0
        if len(self._rows) < REMEMBERED_ROWS:
            self._rows |= known
        return next_link is not None and (
            hash(next_link) in self._links
            or self._pages >= MOST_PAGES
            or self._empty >= MOST_EMPTY_PAGES
            or self._stale >= MOST_STALE_PAGES
        )


def _version(row: Any) -> str:
    """What tells a row from a later version of the same item."""
    if not isinstance(row, dict):
        return repr(row)
    return f"{row.get('id', '')} {row.get('@odata.etag', '')} {'@removed' in row}"


def _no_end(message: str, code: str) -> TryLater:
    return TryLater(message, next_step="Nothing to do: the next run reads the list again.", code=code)
