"""Read everything at once because an administrator wants it, instead of with the next regular cycle.

The page leaves a wish; the scheduler looks for one every few seconds. Twice is harmless: a sync that follows a sync
finds nothing new. It dies half-way: the regular cycle reads what is left, and the wish can be made again.
"""

from collections.abc import Callable

from relationship import failpoints
from relationship.clock import real_clock
from relationship.errors import RelationshipError
from relationship.house import House
from relationship.store import rules
from relationship.store.database import Store
from relationship.store.sources import sync_wishes
from relationship.sync.readers.policy import require_consent


def ask(house: House) -> None:
    """Leave the wish; SyncIsOff while the rules do not allow to read."""
    require_consent(house.store)
    with house.store.transaction() as conn:
        sync_wishes.ask(conn, real_clock())


def is_waiting(store: Store) -> bool:
    """Whether there is a wish that nobody has taken up."""
    with store.reading() as conn:
        wish = sync_wishes.latest(conn)
        return wish is not None and wish.is_waiting and rules.current(conn)[1].sources.may_read


def follow(store: Store, read: Callable[[], object]) -> None:
    """Take the wish up, read, and note how it ended; what stopped it is raised again.

    read  reads and rates everything
    """
    with store.transaction() as conn:
        sync_wishes.begin(conn, real_clock())
    failpoints.passage("desk.read_now.begun")
    reason = "internal_error"
    try:
        read()
        reason = ""
    except RelationshipError as error:
        reason = error.code
        raise
    finally:
        with store.transaction() as conn:
            sync_wishes.end(conn, real_clock(), reason)
