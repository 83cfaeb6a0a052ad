"""An opportunity beside similar ones that were won and lost: asked for by its page once that shows, and by the API."""

from dataclasses import dataclass

from sqlalchemy import Connection

from relationship.clock import day_of, number_of
from relationship.health.kpis.deals import ENOUGH, Comparison, compare
from relationship.store import deployment
from relationship.store.reading import reading_similar
from relationship.store.reading.reading_record import RatedRecord
from relationship.store.reading.reading_similar import Lifetime, Likeness
from web import formats
from web.texts import _


@dataclass(frozen=True, slots=True)
class Similar:
    """The comparison, and what the opportunities of the group have in common with this one."""

    comparison: Comparison
    like: Likeness


def similar(conn: Connection, record: RatedRecord, *, as_of: int) -> Similar:
    """The comparison with the closest group that has enough: segment and size, then the segment, then all.

    The group is of the whole organisation, whoever reads: a median of 30 and more tells of no single one.
    """
    narrow = reading_similar.likeness(record)
    organisation = deployment.load(conn)
    # Contact days may be kept for longer; a deal is measured by its activities.
    read_from = organisation.read_from if organisation else None
    won: list[Lifetime] = []
    lost: list[Lifetime] = []
    for like in dict.fromkeys((narrow, Likeness(segment=narrow.segment), Likeness())):
        won, lost = (
            reading_similar.closed(conn, record, like, status, until=day_of(as_of), read_from=read_from)
            for status in ("won", "lost")
        )
        if len(won) >= ENOUGH and len(lost) >= ENOUGH:
            break
    own = Lifetime(record.id, number_of(record.created_on), as_of)
    found = reading_similar.deals(conn, [own, *won, *lost])
    return Similar(compare(found[0], found[1 : 1 + len(won)], found[1 + len(won) :]), like)


def in_words(like: Likeness, currency: str) -> str:
    """What the opportunities of the comparison have in common."""
    parts = []
    if like.segment is not None:
        parts.append(_("segment %(segment)s", segment=like.segment))
    if like.least is not None:
        low, high = formats.money(like.least, currency), formats.money(like.most, currency)
        parts.append(_("from %(low)s to %(high)s", low=low, high=high))
    if not parts:
        return _("All opportunities, since too few resemble this one.")
    return _("Similar: %(parts)s.", parts=", ".join(parts))
