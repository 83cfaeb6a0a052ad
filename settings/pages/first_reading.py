"""How far a reading that somebody asked for has come, in the few states that a page tells apart."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Connection

from relationship.clock import real_clock
from relationship.store import rules as stored
from relationship.store.ratings import ratings
from relationship.store.reading import reading_status as status
from relationship.store.reading.reading_status import KindTotal
from relationship.store.sources import scope, sync_wishes

# The scheduler looks every three seconds; after this long something keeps it.
UNHEARD_AFTER = timedelta(seconds=20)
# So long after its beginning one may ask again: the process that read may have died.
ASK_AGAIN_AFTER = timedelta(minutes=15)


class State(StrEnum):
    OFF = "off"
    IDLE = "idle"
    WAITING = "waiting"
    UNHEARD = "unheard"
    READING = "reading"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """kinds: of all sources known so far; mailboxes: in the scope as far as known; rated: open opportunities by
    rating; reason: the code of a failure; may_ask: whether asking (again) makes sense."""

    state: State
    kinds: tuple[KindTotal, ...] = ()
    mailboxes: int = 0
    rated: int = 0
    reason: str = ""
    may_ask: bool = False

    @property
    def is_moving(self) -> bool:
        """Whether the page should look again by itself."""
        return self.state in (State.WAITING, State.UNHEARD, State.READING)

    @property
    def unread(self) -> int:
        """Sources that are not read to their end yet."""
        return sum(kind.unread for kind in self.kinds)

    @property
    def troubled(self) -> int:
        """Sources that cannot be read at the moment."""
        return sum(kind.by_state.get("degraded", 0) for kind in self.kinds)


def progress(conn: Connection) -> Progress:
    """The state of the latest wish, with what has been read by now."""
    wish = sync_wishes.latest(conn)
    may_read = stored.current(conn)[1].sources.may_read
    age = real_clock() - (wish.began_at or wish.asked_at) if wish else timedelta(0)
    if not may_read:
        state = State.OFF
    elif wish is None:
        state = State.DONE if sync_wishes.has_read_anything(conn) else State.IDLE
    elif wish.is_waiting:
        state = State.UNHEARD if age > UNHEARD_AFTER else State.WAITING
    elif not wish.is_over:
        state = State.READING
    else:
        state = State.FAILED if wish.reason else State.DONE
    return Progress(
        state=state,
        kinds=tuple(status.totals(conn)),
        mailboxes=len(scope.readable_users(conn)),
        rated=sum(count for name, count in ratings.open_by_rating(conn).items() if name in ("good", "fair", "poor")),
        reason=wish.reason if wish else "",
        may_ask=state in (State.IDLE, State.FAILED, State.DONE) or (state is State.READING and age > ASK_AGAIN_AFTER),
    )
