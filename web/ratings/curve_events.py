"""What happened on the way of a curve: the first meeting, changes of owner and stage, of the organisation's rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from sqlalchemy import Connection

from relationship.clock import day_number, day_of
from relationship.health.contact_days import KIND_INDEX, ContactDays
from relationship.health.trend import CurvePoint
from relationship.store import rules
from relationship.store.crm import record_changes
from relationship.store.crm.record_changes import OWNER
from web import formats
from web.house import house
from web.texts import _

EventKind = Literal["meeting", "owner", "stage", "rules"]


@dataclass(frozen=True, slots=True)
class CurveEvent:
    """day: day number; title, detail: in the reader's language."""

    day: int
    kind: EventKind
    title: str
    detail: str = ""


def events(conn: Connection, record_id: int, days: ContactDays, points: Sequence[CurvePoint]) -> tuple[CurveEvent, ...]:
    """What happened between the first and the last point, oldest first; () without a point."""
    if not points:
        return ()
    first, last = points[0].day - 6, points[-1].day
    found = [*_first_meeting(days), *_of_record(conn, record_id, first), *_of_rules(conn, first)]
    return tuple(sorted((one for one in found if first <= one.day <= last), key=lambda one: one.day))


def _first_meeting(days: ContactDays) -> Iterator[CurveEvent]:
    meetings = days.day[days.kind == KIND_INDEX["meeting"]]
    if len(meetings):
        yield CurveEvent(int(meetings.min()), "meeting", _("First meeting"))


def _of_record(conn: Connection, record_id: int, first: int) -> Iterator[CurveEvent]:
    for one in record_changes.events(conn, record_id, since_day=first):
        if one.what == OWNER:
            names = {"before": one.before or _("nobody"), "after": one.after or _("nobody")}
            yield CurveEvent(one.day, "owner", _("Another owner"), _("%(before)s, then %(after)s", **names))
        else:
            names = {"before": formats.stage(one.before), "after": formats.stage(one.after)}
            yield CurveEvent(one.day, "stage", _("Another stage"), _("%(before)s, then %(after)s", **names))


def _of_rules(conn: Connection, first: int) -> Iterator[CurveEvent]:
    zone = house().config.zone
    since = datetime.combine(day_of(first), time.min, tzinfo=zone)
    for version, saved_at in rules.changes_of_health(conn, since=since):
        yield CurveEvent(
            day_number(saved_at, zone), "rules", _("Other rules"), _("Version %(version)s", version=version)
        )
