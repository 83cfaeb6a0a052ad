"""The page of one record: rating, curve, why, forecast, figures and activities. The kinds differ in facts alone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy import Connection

from relationship.activities import Kind
from relationship.clock import number_of
from relationship.desk.rerating import OPEN_WINDOW_BEGAN
from relationship.health.contact_days import ContactDays
from relationship.health.explanation import explain
from relationship.health.forecast import smallest_act
from relationship.health.kpis import kpis
from relationship.health.rules import HealthRules
from relationship.health.trend import CurvePoint, curve
from relationship.store import rules
from relationship.store.activities import contact_days
from relationship.store.ratings import rating_changes
from relationship.store.ratings.ratings import SWITCHED_OFF
from relationship.store.reading import reading_record as store
from relationship.store.reading.reading_record import ActivityPage, RatedRecord
from relationship.store.rules import Version
from settings.rules import HealthSection, Rules
from settings.rules.precedence import rules_for
from web.crm_link import crm_address
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers
from web.lists import cursors
from web.nouns import Noun
from web.ratings import change_words, curve_events, explaining
from web.ratings import curve as drawn_curve
from web.ratings.expectation import expectation
from web.records import kpi_section, signals_section
from web.verbatims import mood_card

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ACTIVITIES_PER_PAGE = 10
MOST_RELATED = 25
MOST_CHANGES = 12


@dataclass(frozen=True)
class Relationship:
    """A record with all that its score is computed from.

    in_force  the version of the organisation's rules, None for those of the beginning
    rules     what they say of this record, with the frequency expected of it alone
    """

    record: RatedRecord
    days: ContactDays
    in_force: Version | None
    section: HealthSection
    rules: HealthRules

    @property
    def as_of(self) -> int:
        return today() if self.record.as_of is None else self.record.as_of

    @cached_property
    def points(self) -> tuple[CurvePoint, ...]:
        """The curve up to the day that the rating is for; () while health is switched off."""
        return () if self.record.state == SWITCHED_OFF else curve(self.days, today=self.as_of, **self.basis)

    @property
    def introductions_offered(self) -> bool:
        """Whether the organisation lets people ask who knows whom."""
        return (self.in_force.rules if self.in_force else Rules()).introductions.enabled

    @property
    def basis(self) -> dict[str, Any]:
        """The arguments that every function of the health room takes, but for the day."""
        read_from = self.record.read_from
        return {
            "created": number_of(self.record.created_on),
            "window_began": number_of(read_from) if read_from else OPEN_WINDOW_BEGAN,
            "rules": self.rules,
        }


def room(noun: Noun, related: Callable[[Connection, Relationship], dict[str, Any]]) -> Blueprint:
    """The page of a record under the noun's address, its weeks and its activities.

    related  what the template of this kind shows besides
    """
    blueprint = Blueprint(noun.kind.value, __name__)

    @blueprint.get(f"/{noun.several}/<guid>")
    @for_readers
    def page(guid: str) -> str:
        return _page(noun, guid, related)

    @blueprint.get(f"/{noun.several}/<guid>/weeks/<day>")
    @for_readers
    def week(guid: str, day: str) -> str:
        return _week(noun, guid, day)

    @blueprint.get(f"/{noun.several}/<guid>/activities")
    @for_readers
    def activities(guid: str) -> str:
        return _activities(noun, guid)

    return blueprint


def _page(noun: Noun, guid: str, related: Callable[[Connection, Relationship], dict[str, Any]]) -> str:
    kind = _kind()
    with house().store.reading() as conn:
        found = relationship(conn, noun, guid)
        besides = related(conn, found)
        if found.record.left_out:
            return render_template(
                f"{noun.kind}/page.html", noun=noun, record=found.record, **_ways_out(found), **besides
            )
        activities = store.activities(conn, found.record.id, per_page=ACTIVITIES_PER_PAGE, kind=kind)
        key_figures = kpi_section.section(conn, found.record, found.days, found.rules, as_of=found.as_of)
        signals = signals_section.of(conn, noun.kind, found.record.id, found.record.guid)
        mood = mood_card.of(conn, found.record)
        story = _story(conn, found)
    return render_template(
        f"{noun.kind}/page.html",
        noun=noun,
        record=found.record,
        **rating(found),
        **story,
        **key_figures,
        **signals,
        **mood,
        **_ways_out(found),
        **besides,
        **_activity_list(noun, guid, activities, kind),
    )


def rating(found: Relationship) -> dict[str, Any]:
    """What the page tells of the rating."""
    record, as_of = found.record, found.as_of
    scored = record.score is not None
    why = explain(found.days, today=as_of, **found.basis) if scored else None
    points = found.points
    forecast = scored and not record.closed and record.state == "rated"
    lift = smallest_act(found.days, today=as_of, **found.basis) if forecast else None
    return {
        "as_of": as_of,
        "why": why,
        "terms": explaining.term_lines(why, found.rules) if why else (),
        "expected": expectation(found.section, record),
        "in_force": found.in_force,
        "points": points,
        "forecast": forecast,
        "lift": lift,
        "lift_sentence": explaining.lift_sentence(lift) if lift else "",
        "acts": explaining.act_lines(lift) if lift else (),
        "kpis": kpis(found.days, today=as_of),
        "rules": found.rules,
    }


def _story(conn: Connection, found: Relationship) -> dict[str, Any]:
    """How the rating came along: the curve with what happened on the way, and the changes that were announced."""
    happened = curve_events.events(conn, found.record.id, found.days, found.points)
    return {
        "curve": drawn_curve.drawing(found.record, found.points, happened, found.rules.bands),
        "weeks": drawn_curve.weeks(found.points, happened),
        "event_icons": drawn_curve.EVENT_ICONS,
        "changes": change_words.lines(rating_changes.of_record(conn, found.record.id, limit=MOST_CHANGES)),
    }


def _ways_out(found: Relationship) -> dict[str, Any]:
    """Where the record goes on elsewhere: in the CRM, and who knows whom."""
    record = found.record
    asked = found.introductions_offered and not record.left_out
    return {
        "crm_address": crm_address(house().config.dataverse_url, record.kind, record.guid),
        "knows_address": url_for("who_knows_whom.page", kind=record.kind.value, guid=record.guid) if asked else "",
    }


def _week(noun: Noun, guid: str, day: str) -> str:
    """The explanation of the score of one week of the curve."""
    number = _day(day)
    with house().store.reading() as conn:
        found = relationship(conn, noun, guid, shown=True)
    point = next((point for point in found.points if point.day == number), None)
    why = explain(found.days, today=number, **found.basis) if point else None
    if point is None or why is None:
        abort(404)
    fragment = request.headers.get("HX-Request") == "true"
    return render_template(
        "record/week.html" if fragment else "record/week_page.html",
        record=found.record,
        point=point,
        why=why,
        terms=explaining.term_lines(why, found.rules),
    )


def _activities(noun: Noun, guid: str) -> str:
    """The list of activities alone: other kinds, further pages."""
    kind = _kind()
    with house().store.reading() as conn:
        found = relationship(conn, noun, guid, shown=True)
        try:
            place = cursors.opened(request.args.get("page", ""), of=_list_name(noun, guid, kind))
            rows = store.activities(conn, found.record.id, per_page=ACTIVITIES_PER_PAGE, kind=kind, place=place)
        except ValueError:
            abort(400)
    more = request.headers.get("HX-Target") == "more-activities"
    fragment = request.headers.get("HX-Request") == "true"
    template = "activity_rows.html" if more else "activities.html" if fragment else "activities_page.html"
    return render_template(f"record/{template}", record=found.record, **_activity_list(noun, guid, rows, kind))


def relationship(conn: Connection, noun: Noun, guid: str, *, shown: bool = False) -> Relationship:
    """404 alike for what does not exist and what the reader may not see; with `shown` also for what is left out."""
    key = guid.lower()
    if not GUID.fullmatch(key):
        abort(404)
    rights.may_open(noun.kind, key)
    found = store.rated_record(conn, noun.kind, scope=rights.opened(noun.kind, key), guid=key)
    if found is None or (shown and found.left_out):
        abort(404)
    in_force = next(iter(rules.versions(conn, limit=1)), None)
    section = in_force.rules.health if in_force else HealthSection()
    days = contact_days.load(conn, [found.id])
    own = rules_for(section, kind=noun.kind, guid=found.guid, segment=found.segment, team=found.team_guid)
    return Relationship(found, days, in_force, section, own)


def _activity_list(noun: Noun, guid: str, activities: ActivityPage, kind: str | None) -> dict[str, Any]:
    return {
        "activities": activities.rows,
        "more": cursors.sealed(activities.next_place, of=_list_name(noun, guid, kind)),
        "kind": kind,
        "kinds": [one.value for one in Kind],
    }


def _list_name(noun: Noun, guid: str, kind: str | None) -> str:
    return f"activities:{noun.kind}:{guid.lower()}:{kind}"


def _kind() -> str | None:
    kind = request.args.get("kind") or None
    if kind is not None and kind not in {one.value for one in Kind}:
        abort(422)
    return kind


def _day(text: str) -> int:
    try:
        return number_of(date.fromisoformat(text))
    except ValueError:
        abort(404)
