"""Understand anew what was understood with other lists of words or themes, in turns that let others work in between.

What if it runs twice, or dies half-way: each turn is one transaction, and what is done is not found again. Corrections
by people stay in force. Alert rules do not look at these texts again: nobody said anything new.
"""

from collections.abc import Callable

from relationship.house import House
from relationship.store import rules as stored
from relationship.store.verbatims import verbatim_corrections, verbatims
from relationship.verbatims import analyse

AT_ONCE = 250
# What the scheduler does in one go, so that reading and rating wait seconds at most.
MOST_OF_A_TURN = 2_000

Progress = Callable[[int, int], None]


def waiting(house: House) -> int:
    """How many texts are to be understood anew."""
    with house.store.reading() as conn:
        return verbatims.count_outdated(conn, words=stored.current(conn)[1].themes.words_version())


def understand_anew(house: House, *, most: int | None = None, progress: Progress | None = None) -> int:
    """Understand texts anew, at most so many; returns how many."""
    total = waiting(house) if progress else 0
    done = 0
    while most is None or done < most:
        with house.store.reading() as conn:
            themes = stored.current(conn)[1].themes
            words = themes.words_version()
            rows = verbatims.outdated(conn, limit=AT_ONCE, words=words)
        if not rows:
            break
        found = [(one, analyse(one.text, one.language, themes.catalogue())) for one in rows]
        with house.store.transaction() as conn:
            for one, analysis in found:
                verbatims.understood(conn, one.id, analysis, words=words, text=one.text)
            verbatim_corrections.reapply(conn, [one.key for one in rows])
        done += len(rows)
        if progress:
            progress(done, max(total, done))
    return done
