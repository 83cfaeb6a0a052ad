"""The curve of 52 weeks as the page takes it: the drawing, and the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from relationship.clock import day_of
from relationship.health.rules import Bands
from relationship.health.trend import CurvePoint
from relationship.store.reading.reading_record import RatedRecord
from web import formats, words
from web.ratings.curve_events import CurveEvent
from web.texts import _

EVENT_ICONS = {"meeting": "people", "owner": "person_swap", "stage": "flow", "rules": "target_arrow"}


@dataclass(frozen=True, slots=True)
class Week:
    """One line of the table: a point, and what happened in the seven days up to it."""

    point: CurvePoint
    events: tuple[CurveEvent, ...]


def weeks(points: Sequence[CurvePoint], events: Sequence[CurveEvent]) -> tuple[Week, ...]:
    """The latest week first."""
    return tuple(
        Week(point, tuple(one for one in events if point.day - 7 < one.day <= point.day)) for point in reversed(points)
    )


def drawing(
    record: RatedRecord, points: Sequence[CurvePoint], events: Sequence[CurveEvent], bands: Bands
) -> dict[str, Any]:
    """What the chart module draws."""
    return {
        "axes": {"x": _("Week"), "y": _("Health score")},
        "bands": {"good": bands.good, "fair": bands.fair},
        "names": {name: str(words.RATINGS[name]) for name in ("good", "fair", "poor")},
        "summary": _("Health score of the last 52 weeks"),
        "hint": _("Arrow keys choose a week, Enter explains it"),
        "points": [
            {
                "x": day_of(point.day).isoformat(),
                "y": point.score,
                "rating": point.band.value,
                "lines": [
                    formats.day(point.day, "long"),
                    f"{words.RATINGS[point.band.value]} · {point.score}",
                    *(_told(one) for one in week.events),
                ],
                "href": _address(record, point),
            }
            for point, week in zip(points, reversed(weeks(points, events)), strict=True)
        ],
        "events": [
            {
                "x": day_of(one.day).isoformat(),
                "kind": one.kind,
                "name": one.title,
                "lines": [one.detail, formats.day(one.day, "long")],
                "href": _address(record, next(point for point in points if point.day >= one.day)),
            }
            for one in events
        ],
    }


def _told(event: CurveEvent) -> str:
    return f"{event.title} ({event.detail})" if event.detail else event.title


def _address(record: RatedRecord, point: CurvePoint) -> str:
    return url_for(f"{record.kind}.week", guid=record.guid, day=day_of(point.day).isoformat())
