"""Whom an account's relationship rests on, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from relationship.health.shares import Share, Shares, Side, Standing
from relationship.store.lists.record_lists import RecordRow
from relationship.store.reading.reading_shares import Person
from web import formats
from web.texts import _


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One person of an account with their share; reason: one sentence; rated: their own rating."""

    person: Person
    share: Share
    last_day: int | None
    reason: str
    is_alive: bool
    rated: RecordRow | None = None


ALIVE = frozenset({Standing.CARRIES, Standing.ALIVE, Standing.UNANSWERED})


def lines(people: Sequence[Person], sides: Sequence[Side], found: Shares) -> list[ShareLine]:
    """The largest share first; equal shares: the latest contact first, then by name."""
    rows = [
        ShareLine(person, share, side.last_day, reason(share.standing, side), share.standing in ALIVE)
        for person, side, share in zip(people, sides, found.people, strict=True)
    ]
    return sorted(rows, key=lambda row: (-row.share.volume, -(row.last_day or 0)))


def reason(standing: Standing | None, side: Side) -> str:
    """Why this share."""
    if standing is None or side.last_day is None:
        return _("No contact yet.")
    day = formats.day(side.last_day, "long")
    if standing is Standing.CARRIES:
        return _("Carries the relationship; last contact on %(day)s.", day=day)
    if standing is Standing.CARRIED:
        return _("Carried the relationship, and is silent since %(day)s.", day=day)
    if standing is Standing.SILENT:
        return _("Silent since %(day)s.", day=day)
    if standing is Standing.ALIVE:
        return _("Last contact on %(day)s.", day=day)
    if side.last_from_them is None:
        return _("We write, there has been no answer; last on %(day)s.", day=day)
    answered = formats.day(side.last_from_them, "long")
    return _("We write, last on %(day)s; no answer since %(answered)s.", day=day, answered=answered)


def summary(rows: Sequence[ShareLine], found: Shares) -> tuple[str, ...]:
    """Whom it rests on, and how many are alive: sentences. () without people."""
    if not rows:
        return ()
    figures = {"alive": formats.number(found.alive), "known": formats.number(len(rows))}
    alive = _("We are in touch with %(alive)s of its %(known)s contacts.", **figures)
    return (_rests_on(rows[0]), alive) if rows[0].share.percent else (alive,)


def _rests_on(first: ShareLine) -> str:
    figures = {"name": first.person.name or _("Without a name"), "percent": formats.percent(first.share.percent / 100)}
    if first.share.standing is Standing.CARRIED:
        return _("%(name)s carried this relationship, with %(percent)s of the volume, and has gone silent.", **figures)
    if first.share.standing is Standing.CARRIES:
        return _("%(name)s carries this relationship: %(percent)s of the volume.", **figures)
    return _("Nobody carries this relationship alone; the largest share is %(percent)s.", **figures)
