"""Tell the columns of the CRM the mood of each account and the risk that open alerts speak of, in turns that end soon.

Twice is harmless: what was told is noted, and only what differs is told. It dies half-way: at most one batch is told
a second time. It keeps nothing from the ratings: an organisation that has not made these columns yet is told of it.
"""

from relationship import failpoints
from relationship.desk.write_back import MOST_IN_A_TURN, Turn
from relationship.errors import RelationshipError
from relationship.house import House
from relationship.store.crm import mood_write_back as store
from relationship.sync.outward.write_back import write_moods
from relationship.sync.wire.batch import MOST_REQUESTS
from relationship.sync.wire.transport import Channel


def turn(house: House, channel: Channel, *, most: int = MOST_IN_A_TURN) -> Turn:
    """One turn: the accounts that differ."""
    told = refused = 0
    trouble: RelationshipError | None = None
    rows: list[store.MoodToTell] = []
    while told + refused < most and trouble is None:
        with house.store.reading() as conn:
            rows = store.to_tell(conn, limit=min(most - told - refused, MOST_REQUESTS))
        if not rows:
            break
        try:
            outcome = write_moods(channel, rows, prefix=house.config.crm_prefix)
        except RelationshipError as error:
            trouble = error
            break
        failpoints.passage("write_moods.answered")
        if outcome.rows:
            with house.store.transaction() as conn:
                store.note_told(conn, outcome.rows, at=house.clock())
        taken = sum(not why for _, why in outcome.rows)
        told, refused, trouble = told + taken, refused + len(outcome.rows) - taken, outcome.stopped
    with house.store.reading() as conn:
        known = store.trouble(conn)
    if known != (code := trouble.code if trouble else ""):
        with house.store.transaction() as conn:
            store.note_trouble(conn, code)
    return Turn(told, refused, is_over=not rows, trouble=trouble)
