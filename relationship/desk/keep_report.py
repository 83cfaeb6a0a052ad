"""Keeping reports: save, rename, share, duplicate, remove and take back; each person changes only their own.

Twice is harmless, and a report of somebody else is like one that does not exist. A removed one can be taken back for
a day.
"""

from datetime import timedelta

from sqlalchemy import Connection

from relationship.house import House
from relationship.reports.definition import Definition
from relationship.store.reports import reports

LONGEST_NAME = 80
MOST_REPORTS = 100
TAKEN_BACK_WITHIN = timedelta(days=1)


def keep(house: House, colleague_key: str, owner_name: str, name: str, definition: Definition) -> int | None:
    """Keep a report under a name, in place of their own of this name; returns its number.

    None when the name is empty or too long, or MOST_REPORTS are kept already.
    """
    called = _called(name)
    if called is None:
        return None
    with house.store.transaction() as conn:
        theirs = _theirs(conn, colleague_key)
        for one in theirs:
            if one.name.casefold() == called.casefold():
                reports.change(
                    conn, colleague_key, one.id, name=called, definition=definition, changed_at=house.clock()
                )
                return one.id
        if len(theirs) >= MOST_REPORTS:
            return None
        return reports.add(conn, colleague_key, owner_name, called, definition, at=house.clock())


def edit(house: House, colleague_key: str, number: int, definition: Definition) -> bool:
    """Let a report of theirs show something else."""
    with house.store.transaction() as conn:
        return reports.change(conn, colleague_key, number, definition=definition, changed_at=house.clock())


def rename(house: House, colleague_key: str, number: int, name: str) -> bool:
    """Give a report another name; False for one that cannot be or is taken by them, and for a report not theirs."""
    called = _called(name)
    if called is None:
        return False
    with house.store.transaction() as conn:
        theirs = _theirs(conn, colleague_key)
        taken = any(one.name.casefold() == called.casefold() and one.id != number for one in theirs)
        return not taken and reports.change(conn, colleague_key, number, name=called, changed_at=house.clock())


def share(house: House, colleague_key: str, number: int, *, with_all: bool) -> bool:
    """Let everybody who reads records open a report, or nobody else any more."""
    with house.store.transaction() as conn:
        return reports.change(conn, colleague_key, number, is_shared=with_all)


def duplicate(house: House, colleague_key: str, owner_name: str, number: int, name: str) -> int | None:
    """Keep a report that they may open once more, as theirs, under `name` or that with a number behind it."""
    with house.store.transaction() as conn:
        found = reports.one(conn, colleague_key, number)
        theirs = _theirs(conn, colleague_key)
        if found is None or len(theirs) >= MOST_REPORTS:
            return None
        taken = {one.name.casefold() for one in theirs}
        start = (_called(name[:LONGEST_NAME]) or found.name)[: LONGEST_NAME - 4].rstrip()
        called, next_number = start, 2
        while called.casefold() in taken:
            called, next_number = f"{start} {next_number}", next_number + 1
        return reports.add(conn, colleague_key, owner_name, called, found.definition, at=house.clock())


def remove(house: House, colleague_key: str, number: int) -> bool:
    """Remove a report; what was removed more than a day ago goes for good."""
    now = house.clock()
    with house.store.transaction() as conn:
        reports.forget_removed(conn, now - TAKEN_BACK_WITHIN)
        return reports.change(conn, colleague_key, number, removed_at=now)


def take_back(house: House, colleague_key: str, number: int) -> bool:
    """Bring a removed report back."""
    with house.store.transaction() as conn:
        return reports.change(conn, colleague_key, number, removed_at=None)


def _theirs(conn: Connection, colleague_key: str) -> list[reports.Kept]:
    return [one for one in reports.kept(conn, colleague_key) if one.is_own]


def _called(name: str) -> str | None:
    called = " ".join(name.split())
    return called if called and len(called) <= LONGEST_NAME and called.isprintable() else None
