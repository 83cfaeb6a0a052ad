"""Tell the columns of the CRM what the ratings are now, in turns that end soon.

Twice is harmless: what was told is noted, and only what differs is told. It dies half-way: at most one batch is told
a second time. Our own writing comes back with the next reading of the CRM and changes nothing there.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import groupby

from relationship import failpoints
from relationship.errors import FixSettings, RelationshipError, TryLater, Unavailable
from relationship.house import House
from relationship.store.crm import write_back as store
from relationship.store.crm.write_back import ToTell
from relationship.sync.outward.write_back import write
from relationship.sync.wire.batch import MOST_REQUESTS
from relationship.sync.wire.transport import Channel

# Microsoft allows 6,000 requests in five minutes for reading and writing together: a turn of so many rows every
# thirty seconds leaves a third of them to the reading.
MOST_IN_A_TURN = 400
LEASE = "write_back"


@dataclass(frozen=True, slots=True)
class Turn:
    """told, refused: rows; is_over: nothing is left to tell; trouble: what kept the rest from being told."""

    told: int
    refused: int
    is_over: bool
    trouble: RelationshipError | None = None


def turn(
    house: House,
    channel: Channel,
    *,
    most: int = MOST_IN_A_TURN,
    progress: Callable[[int], object] = lambda _told: None,
) -> Turn:
    """One turn: the rows that differ, opportunities first. A table that refuses us is left out for this turn.

    progress  is called with the number of rows told, after each batch
    """
    with house.store.reading() as conn:
        if store.is_settled(conn):
            return Turn(0, 0, is_over=True)
        stamp = store.latest_round(conn)
    told = refused = 0
    closed: dict[str, RelationshipError] = {}
    try:
        while told + refused < most:
            rows = _next(house, most=most - told - refused, without=closed)
            if not rows:
                break
            outcome = write(channel, rows, prefix=house.config.crm_prefix, at=house.clock())
            failpoints.passage("write_back.answered")
            _note(house, outcome.rows)
            failpoints.passage("write_back.noted")
            taken = sum(not why for _, why in outcome.rows)
            told, refused = told + taken, refused + len(outcome.rows) - taken
            progress(taken)
            if isinstance(outcome.stopped, (FixSettings, Unavailable)):
                closed[rows[0].kind] = outcome.stopped
            elif outcome.stopped is not None:
                raise outcome.stopped
    except RelationshipError as error:
        is_patience = isinstance(error, TryLater) and error.code.startswith("0x")
        _note_trouble(house, "silence_asked" if is_patience else error.code)
        return Turn(told, refused, is_over=False, trouble=error)
    return _ended(house, Turn(told, refused, is_over=not rows, trouble=next(iter(closed.values()), None)), stamp)


def tell_all_again(house: House) -> None:
    """Let the next turns write every column anew, whatever it was told before."""
    with house.store.transaction() as conn:
        store.forget(conn)


def _ended(house: House, found: Turn, stamp: int) -> Turn:
    if found.trouble is not None:
        _note_trouble(house, found.trouble.code)
        return Turn(found.told, found.refused, is_over=False, trouble=found.trouble)
    with house.store.transaction() as conn:
        if found.is_over:
            store.note_settled(conn, stamp=stamp)
        else:
            store.note_trouble(conn, "")
    return found


def _next(house: House, *, most: int, without: Collection[str]) -> list[ToTell]:
    """The next batch: rows of one kind."""
    with house.store.reading() as conn:
        rows = store.to_tell(conn, limit=min(most, MOST_REQUESTS), without=without)
    batch = next((list(same) for _, same in groupby(rows, key=lambda row: row.kind)), [])
    if batch:
        with house.store.transaction() as conn:
            store.note_begun(conn, at=house.clock())
    return batch


def _note(house: House, rows: list[tuple[ToTell, str]]) -> None:
    if rows:
        with house.store.transaction() as conn:
            store.note_told(conn, rows, at=house.clock())


def _note_trouble(house: House, code: str) -> None:
    with house.store.transaction() as conn:
        store.note_trouble(conn, code)
