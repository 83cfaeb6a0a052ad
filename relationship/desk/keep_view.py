"""Keeping a list under a name: filters, columns and order of one person, for this person alone.

A removed view can be taken back for a day; twice is harmless, and a view of somebody else is like one that does
not exist.
"""

from datetime import timedelta

from relationship.house import House
from relationship.store.lists import views

LONGEST_NAME = 60
MOST_VIEWS = 40
TAKEN_BACK_WITHIN = timedelta(days=1)


def keep(house: House, colleague_key: str, several: str, name: str, arguments: str) -> int | None:
    """Keep a list under a name, in place of a view of this name; returns its number.

    None when the name is empty or too long, or MOST_VIEWS are kept already.
    """
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        return None
    with house.store.transaction() as conn:
        present = views.views(conn, colleague_key, several)
        for view in present:
            if view.name.casefold() == called.casefold():
                views.change(conn, colleague_key, view.id, name=called, arguments=arguments)
                return view.id
        if len(present) >= MOST_VIEWS:
            return None
        return views.add(conn, colleague_key, several, called, arguments)


def rename(house: House, colleague_key: str, several: str, number: int, name: str) -> bool:
    """Give a view another name; False for a name that cannot be, or is another view's, or a view not theirs."""
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        return False
    with house.store.transaction() as conn:
        present = views.views(conn, colleague_key, several)
        taken = any(view.name.casefold() == called.casefold() and view.id != number for view in present)
        return not taken and views.change(conn, colleague_key, number, name=called)


def start_with(house: House, colleague_key: str, several: str, number: int | None) -> bool:
    """Let the list open with a view of theirs, None: as it comes."""
    with house.store.transaction() as conn:
        return views.start_with(conn, colleague_key, several, number)


def remove(house: House, colleague_key: str, number: int) -> bool:
    """Remove a view; what was removed more than a day ago goes for good."""
    now = house.clock()
    with house.store.transaction() as conn:
        views.forget_removed(conn, now - TAKEN_BACK_WITHIN)
        return views.change(conn, colleague_key, number, removed_at=now, starts=False)


def take_back(house: House, colleague_key: str, number: int) -> bool:
    """Bring a removed view back."""
    with house.store.transaction() as conn:
        return views.change(conn, colleague_key, number, removed_at=None)
