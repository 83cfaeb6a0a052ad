"""What happened on the way of a curve: the first meeting, changes of owner and stage, of the organisation's rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from sqlalchemy import Connection

from relationship.clock import day_number
from relationship.health.contact_days import KIND_INDEX, ContactDays
from relationship.health.trend import CurvePoint
from relationship.store import record_changes, rules
from relationship.store.record_changes import OWNER
from relationship.store.rules import Version
from settings.rules import HealthSection
from web import formats
from web.house import house
from web.texts import _

# So many versions of the rules are looked at for a change of those that rate.
MOST_VERSIONS = 100


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
    found = [*_first_meeting(days), *_of_record(conn, record_id, first), *_of_rules(conn)]
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


def _of_rules(conn: Connection) -> Iterator[CurveEvent]:
    """The versions that changed how is rated; the first is held against the rules of the beginning."""
    saved = rules.versions(conn, limit=MOST_VERSIONS)
    sections = [(one, one.rules.health) for one in saved]
    for (one, section), (_before, earlier) in pairwise(sections):
        if section != earlier:
            yield _version(one)
    if saved and saved[-1].number == 1 and saved[-1].rules.health != HealthSection():
        yield _version(saved[-1])


def _version(one: Version) -> CurveEvent:
    detail = _("Version %(version)s", version=one.number)
    return CurveEvent(day_number(one.saved_at, house().config.zone), "rules", _("Other rules"), detail)
