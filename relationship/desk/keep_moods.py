"""Keep the mood of every account as lists sort and narrow by it.

Read, work out, write: dying half-way leaves the moods as they were; where nothing was said and the day is the same,
nothing is done.
"""

from relationship.clock import day_number
from relationship.house import House
from relationship.store.verbatims import verbatim_moods


def keep_moods(house: House) -> bool:
    """Whether they were worked out anew."""
    today = day_number(house.clock(), house.config.zone)
    with house.store.reading() as conn:
        basis = verbatim_moods.basis(conn)
        if verbatim_moods.place(conn) == (today, basis):
            return False
        moods = verbatim_moods.mood(conn, None, today=today)
    with house.store.transaction() as conn:
        verbatim_moods.keep(conn, moods, day=today, basis=basis)
    return True
