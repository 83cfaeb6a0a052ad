"""How a list of verbatims develops: the emotional index by month, and against the period before."""

from dataclasses import dataclass, replace
from datetime import date

from flask_babel import format_date
from sqlalchemy import Connection

from relationship.clock import day_of
from relationship.store.reading.reading_scope import Scope
from relationship.store.verbatims import verbatim_figures
from relationship.store.verbatims.verbatim_lists import Wish
from relationship.verbatims import development
from relationship.verbatims.development import LEAST, Span
from relationship.verbatims.emotions import COLDEST, WARMEST
from web.house import today
from web.verbatims.verbatim_filters import Chosen

# Without a period a list may reach back ten years; months of so many days are drawn.
LONGEST_DAYS = 731


@dataclass(frozen=True, slots=True)
class Bar:
    """A span with its name and how far along the scale it lies, in hundredths; change: °C since the span before."""

    span: Span
    name: str
    share: int
    change: float | None


@dataclass(frozen=True, slots=True)
class Development:
    """bars: oldest first;  whole, before: the period of the list and the one of the same length before it, None where
    fewer than `least` texts were said."""

    bars: tuple[Bar, ...]
    whole: Span | None
    before: Span | None
    days: int
    least: int = LEAST


def of(conn: Connection, chosen: Chosen, *, scope: Scope) -> Development:
    wish = chosen.wish()
    length = int(chosen["days"]) if chosen["days"] else LONGEST_DAYS
    since = today() - length
    now = _days(conn, replace(wish, since=since), scope)
    earlier = _days(conn, replace(wish, since=since - length, until=since - 1), scope) if chosen["days"] else []
    found = development.spans(now)
    bars = tuple(
        Bar(
            span,
            _name(span),
            round(100 * (span.temperature - COLDEST) / (WARMEST - COLDEST)),
            None if place == 0 else round(span.temperature - found[place - 1].temperature, 1),
        )
        for place, span in enumerate(found)
    )
    return Development(bars, development.whole(now), development.whole(earlier), length)


def _days(conn: Connection, wish: Wish, scope: Scope) -> list[tuple[date, int, float, float]]:
    return [
        (day_of(one.day), one.count, one.warmth, one.force) for one in verbatim_figures.days(conn, wish, scope=scope)
    ]


def _name(span: Span) -> str:
    """January 2026, or January to March 2026."""
    last = str(format_date(span.last, "MMM yyyy"))
    if span.first == span.last:
        return last
    form = "MMM" if span.first.year == span.last.year else "MMM yyyy"
    return f"{format_date(span.first, form)} – {last}"
