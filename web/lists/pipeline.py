"""The pipeline by rating: how many, worth how much, moving where, closing when. It rates relationships, never staff:
groups of fewer than five people are not told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.clock import day_of
from relationship.store import rules
from relationship.store.lists import pipeline_figures, record_lists
from relationship.store.lists.list_filters import Filters
from relationship.store.lists.pipeline_figures import ByDay, ByGroup, Grouping
from relationship.store.privacy.audit import Action
from relationship.store.sources import sources
from web import audit, formats, words
from web.export import written
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers, member
from web.knows.small_groups import Told, told
from web.languages import language
from web.lists import pipeline_weeks, record_list
from web.lists.list_fields import FileColumn
from web.lists.list_files import sent
from web.lists.listing import RATINGS, ListQuery
from web.nouns import OPPORTUNITIES
from web.texts import _

blueprint = Blueprint("pipeline", __name__)
MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """What closes in a month by rating, in one currency. first: its first day; late: all before this month."""

    first: date
    late: bool
    currency: str
    counts: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A group with its figures by rating, in every currency."""

    name: str
    counts: tuple[int, ...]
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The group that the page is narrowed to, and what may be chosen."""

    team: str
    segment: str
    teams: Told
    segments: Told

    @property
    def filters(self) -> Filters:
        return Filters(statuses=frozenset({"open"}), team=self.team, segment=self.segment)

    @property
    def arguments(self) -> dict[str, str]:
        return {name: value for name, value in (("team", self.team), ("segment", self.segment)) if value}


@blueprint.get("/pipeline")
@for_readers
def page() -> str:
    if rights.figures_wait(RecordKind.OPPORTUNITY):
        return render_template("pipeline/page.html", waiting=True)
    with house().store.reading() as conn:
        chosen = _choice(conn)
        overview = record_list.overview_of(
            record_lists.shares(conn, RecordKind.OPPORTUNITY, scope=member().scope, filters=chosen.filters),
            _query(chosen),
        )
        months = _months(pipeline_figures.by_day(conn, member().scope, chosen.filters), day_of(today()))
        # Narrowed to one group, the other grouping would tell small groups by what is missing.
        groups = {} if chosen.arguments else {name: _lines(conn, chosen, name) for name in ("team", "segment")}
        started = bool(overview.total) or record_lists.any_record(conn, RecordKind.OPPORTUNITY)
        mailboxes = sources.counts_by_state(conn)
    currencies = sorted({month.currency for month in months})
    return render_template(
        "pipeline/page.html",
        waiting=False,
        started=started,
        mailboxes=mailboxes,
        chosen=chosen,
        query=_query(chosen),
        overview=overview,
        months=months,
        currencies=currencies,
        month_charts={currency: _month_chart(months, currency) for currency in currencies},
        groups=groups,
        ratings=RATINGS,
    )


@blueprint.get("/pipeline/weeks")
@for_readers
def weeks() -> str:
    """The bands of the last weeks, which take longer than the rest of the page."""
    rights.need_figures(RecordKind.OPPORTUNITY)
    since = day_of(today()) - timedelta(weeks=pipeline_weeks.WEEKS)
    with house().store.reading() as conn:
        chosen = _choice(conn)
        version, in_force = rules.current(conn)
        stays = pipeline_figures.stays(conn, member().scope, chosen.filters, since=since)
        counts = pipeline_weeks.counts(conn, stays, in_force, version, today=today())
    days = [day_of(today() - 7 * back) for back in range(pipeline_weeks.WEEKS - 1, -1, -1)]
    fragment = request.headers.get("HX-Request") == "true"
    return render_template(
        "pipeline/weeks.html" if fragment else "pipeline/weeks_page.html",
        chosen=chosen,
        days=days,
        counts=counts,
        ratings=RATINGS,
        chart=_week_chart(days, counts),
    )


@blueprint.get("/pipeline.<any(csv, xlsx):form>")
@for_readers
def file(form: str) -> Response:
    """The figures by closing month as a file."""
    rights.need_figures(RecordKind.OPPORTUNITY)
    with house().store.reading() as conn:
        chosen = _choice(conn)
        months = _months(pipeline_figures.by_day(conn, member().scope, chosen.filters), day_of(today()))
    rows = [(month, place, rating) for month in months for place, rating in enumerate(RATINGS) if month.counts[place]]
    audit.note(Action.EXPORT, "pipeline", actor=member().oid, result=f"{len(rows)} rows")
    return sent(written(rows, _FILE, form=form, title=_("Pipeline"), language=language()), "pipeline", form)


_FILE = (
    FileColumn(_l("Closing month"), lambda row: _("Overdue") if row[0].late else row[0].first.isoformat()[:7]),
    FileColumn(_l("Rating"), lambda row: str(words.RATINGS[row[2]])),
    FileColumn(_l("Opportunities"), lambda row: row[0].counts[row[1]]),
    FileColumn(_l("Value"), lambda row: row[0].values[row[1]]),
    FileColumn(_l("Currency"), lambda row: row[0].currency),
)


def _choice(conn: Connection) -> Choice:
    """What the address narrows the page to; 422 for a group that may not be told apart, or for both at once."""
    scope, everything = member().scope, Filters(statuses=frozenset({"open"}))
    teams, segments = (told(pipeline_figures.people(conn, scope, everything, name)) for name in ("team", "segment"))
    team, segment = request.args.get("team", ""), request.args.get("segment", "")
    if (team and segment) or (team and team not in teams.shown) or (segment and segment not in segments.shown):
        abort(422)
    return Choice(team, segment, teams, segments)


def _query(chosen: Choice) -> ListQuery:
    return OPPORTUNITIES.shape.start.but(team=chosen.team, segment=chosen.segment)


def _lines(conn: Connection, chosen: Choice, grouping: Grouping) -> list[Line]:
    may = chosen.teams if grouping == "team" else chosen.segments
    rows = pipeline_figures.by_group(conn, member().scope, chosen.filters, grouping)
    lines = [_line(name or _("Without"), [row for row in rows if row.group == name]) for name in may.shown]
    if may.together:
        lines.append(_line(_("Others together"), [row for row in rows if row.group in may.together]))
    return lines


def _line(name: str, rows: Sequence[ByGroup]) -> Line:
    counts = tuple(sum(row.count for row in rows if row.rating == rating) for rating in RATINGS)
    currencies = sorted({row.currency for row in rows if row.value})
    values = tuple((one, sum(row.value for row in rows if row.currency == one)) for one in currencies)
    return Line(name, counts, values)


def _months(rows: Sequence[ByDay], now: date) -> list[Month]:
    """By month from this one on, what is overdue before them; what closes later than a year on, or never, is not
    in it."""
    this = now.replace(day=1)
    last = (this + timedelta(days=31 * MOST_MONTHS)).replace(day=1)
    found: dict[tuple[str, date, bool], list[ByDay]] = {}
    for row in rows:
        if row.day is None or row.day >= last:
            continue
        late = row.day < now
        month = this if late else row.day.replace(day=1)
        found.setdefault((row.currency, month, late), []).append(row)
    return [
        Month(
            first=month,
            late=late,
            currency=currency,
            counts=tuple(sum(row.count for row in part if row.rating == rating) for rating in RATINGS),
            values=tuple(sum(row.value for row in part if row.rating == rating) for rating in RATINGS),
        )
        for (currency, month, late), part in sorted(
            found.items(), key=lambda pair: (pair[0][0], not pair[0][2], pair[0][1])
        )
    ]


def _month_chart(months: Sequence[Month], currency: str) -> dict[str, Any]:
    shown = [month for month in months if month.currency == currency]
    titles = [_("Overdue") if month.late else formats.month(month.first) for month in shown]
    return {
        "axes": {"x": "", "y": ""},
        "summary": _("Value by closing month and rating, %(currency)s", currency=currency or "–"),
        "labels": titles,
        "titles": titles,
        "series": [
            {
                "rating": rating,
                "name": str(words.RATINGS[rating]),
                "values": [month.values[place] for month in shown],
                "texts": [formats.money(month.values[place], currency) for month in shown],
            }
            for place, rating in enumerate(RATINGS)
        ],
    }


def _week_chart(days: Sequence[date], counts: pipeline_weeks.Counts) -> dict[str, Any]:
    return {
        "axes": {"x": "", "y": ""},
        "summary": _("Opportunities by rating over the last twelve weeks"),
        "labels": [formats.day_and_month(day) for day in days],
        "titles": [formats.day(day, "long") for day in days],
        "series": [
            {
                "rating": rating,
                "name": str(words.RATINGS[rating]),
                "values": [week[place] for week in counts],
                "texts": [formats.number(week[place]) for week in counts],
            }
            for place, rating in enumerate(RATINGS)
        ],
    }
