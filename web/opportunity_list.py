"""The list of opportunities: rows, shares per rating, bubble chart, export."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection

from relationship.clock import day_of
from relationship.health.rules import Bands
from relationship.store import opportunities as store
from relationship.store import rules, sources
from relationship.store.audit import Action
from relationship.store.opportunities import Column, OpportunityPage, OpportunityRow, Shares
from web import audit, cursors, formats, words
from web.export import MOST_ROWS, csv_lines
from web.house import house, today
from web.languages import language
from web.listing import CLOSINGS, NEXT, RATINGS, SIZES, STATUSES, TRENDS, BadAddress, ListQuery, list_query
from web.members import for_readers, member
from web.texts import _

blueprint = Blueprint("opportunities", __name__)

# More bubbles than this lie on top of one another.
MOST_BUBBLES = 200
BUBBLES_FROM_DAYS, BUBBLES_TO_DAYS = -60, 365


@dataclass(frozen=True, slots=True)
class Share:
    """One rating of the overview: how many, what part of all, worth how much per currency."""

    rating: str
    count: int
    part: float
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures over the whole filtered list; shown: how many the chosen ratings leave."""

    shares: tuple[Share, ...]
    total: int
    shown: int
    as_of: int | None


@blueprint.get("/opportunities")
@for_readers
def listing() -> Response:
    query = _query()
    wanted = request.headers.get("HX-Target") if request.headers.get("HX-Request") else None
    with house().store.reading() as conn:
        page = _page(conn, query)
        # Another order or page leaves the figures as they are: only the lines are asked for.
        around = {} if wanted == "rows" else _around(conn, query)
    template = {"rows": "rows.html", "results": "results.html"}.get(wanted or "", "list.html")
    answer = make_response(
        render_template(
            f"opportunities/{template}",
            query=query,
            page=page,
            next_page=cursors.sealed(page.next_place, of=query.fingerprint),
            previous_page=cursors.sealed(page.previous_place, of=query.fingerprint),
            columns=_COLUMNS,
            choices={"trends": TRENDS, "statuses": STATUSES, "closings": CLOSINGS, "next": NEXT, "sizes": SIZES},
            today=day_of(today()),
            swapped=wanted == "rows",
            **around,
        )
    )
    if wanted:
        # A form sends every field; the address that stays names only what was chosen.
        answer.headers["HX-Push-Url"] = url_for("opportunities.listing", **query.arguments())
    return answer


def _around(conn: Connection, query: ListQuery) -> dict[str, Any]:
    """The figures over the list and the state of the mailboxes."""
    filters = query.filters(reader_oid=member().oid, today=day_of(today()))
    overview = _overview(store.shares(conn, scope=member().scope, filters=filters), query)
    return {
        "overview": overview,
        "mailboxes": sources.counts_by_state(conn),
        "started": bool(overview.total) or store.any_opportunity(conn),
    }


@blueprint.get("/opportunities/chart")
@for_readers
def chart() -> str:
    query = _query()
    filters = query.filters(reader_oid=member().oid, today=day_of(today()))
    first, last = (day_of(today() + days) for days in (BUBBLES_FROM_DAYS, BUBBLES_TO_DAYS))
    with house().store.reading() as conn:
        rows = store.largest_with_close_date(
            conn, scope=member().scope, filters=filters, between=(first, last), limit=MOST_BUBBLES + 1
        )
        _version, current = rules.current(conn)
    fragment = request.headers.get("HX-Request") == "true"
    return render_template(
        "opportunities/chart.html" if fragment else "opportunities/chart_page.html",
        query=query,
        rows=rows[:MOST_BUBBLES],
        capped=len(rows) > MOST_BUBBLES,
        most=MOST_BUBBLES,
        days_to_close={row.guid: _days_to_close(row) for row in rows},
        chart=_bubbles(rows[:MOST_BUBBLES], current.rating_rules().bands),
        window=(BUBBLES_FROM_DAYS, BUBBLES_TO_DAYS),
    )


@blueprint.get("/opportunities.csv")
@for_readers
def export() -> Response:
    query = _query()
    filters = query.filters(reader_oid=member().oid, today=day_of(today()))
    with house().store.reading() as conn:
        rows = list(
            store.all_opportunities(
                conn,
                scope=member().scope,
                filters=filters,
                column=query.column,
                descending=query.descending,
                limit=MOST_ROWS,
            )
        )
    audit.note(Action.EXPORT, "opportunities", actor=member().oid, result=f"{len(rows)} rows")
    name = f"opportunites-{day_of(today())}.csv" if language() == "fr" else f"opportunities-{day_of(today())}.csv"
    return Response(
        "".join(csv_lines(rows, language=language())),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _query() -> ListQuery:
    try:
        return list_query(request.args)
    except BadAddress:
        abort(422)


def _page(conn: Connection, query: ListQuery) -> OpportunityPage:
    try:
        place = cursors.opened(query.place, of=query.fingerprint)
        return store.opportunity_page(
            conn,
            scope=member().scope,
            filters=query.filters(reader_oid=member().oid, today=day_of(today())),
            column=query.column,
            descending=query.descending,
            per_page=query.size,
            place=place,
        )
    except ValueError:
        abort(400)


def _overview(found: Shares, query: ListQuery) -> Overview:
    total = sum(share.count for share in found.shares)
    shares = []
    for rating in RATINGS:
        parts = [share for share in found.shares if share.rating == rating]
        count = sum(share.count for share in parts)
        values = tuple(
            (share.currency, share.value) for share in sorted(parts, key=lambda share: -share.value) if share.value
        )
        shares.append(Share(rating, count, count / total if total else 0.0, values))
    shown = sum(share.count for share in shares if not query.ratings or share.rating in query.ratings)
    return Overview(tuple(shares), total, shown, found.as_of)


def _days_to_close(row: OpportunityRow) -> int:
    assert row.close_on is not None  # noqa: S101  # the query asks for rows with a closing date only
    return (row.close_on - day_of(today())).days


def _bubbles(rows: tuple[OpportunityRow, ...], bands: Bands) -> dict[str, Any]:
    """What the chart module draws; every text is in the reader's language already."""
    return {
        "axes": {"x": _("Days to close"), "y": _("Health score")},
        "bands": {"good": bands.good, "fair": bands.fair},
        "summary": _("Bubble chart of opportunities: health score by days to close, sized by value"),
        "points": [
            {
                "name": row.name,
                "x": _days_to_close(row),
                "y": 0 if row.score is None else row.score,
                "value": row.value or 0,
                "rating": row.rating or "none",
                "lines": [
                    row.account,
                    f"{words.RATINGS[row.rating or 'none']}" + ("" if row.score is None else f" · {row.score}"),
                    formats.money(row.value, row.currency),
                    f"{formats.day(row.close_on)} ({formats.away(row.close_on)})",
                ],
                "href": url_for("opportunity.page", guid=row.guid),
            }
            for row in rows
        ],
    }


@dataclass(frozen=True, slots=True)
class _Column:
    key: Column
    title: object
    style: str


# One table column each; two facts that share a column are sorted by one link each.
_COLUMNS = (
    (_Column(Column.NAME, _l("Opportunity"), "name"), _Column(Column.ACCOUNT, _l("Account"), "name")),
    (_Column(Column.SCORE, _l("Rating"), "rating"),),
    (_Column(Column.TREND, _l("Trend"), "trend"),),
    (_Column(Column.VALUE, _l("Value"), "number"),),
    (_Column(Column.CLOSE, _l("Closing date"), "date"),),
    (_Column(Column.LAST, _l("Last activity"), "date"),),
    (_Column(Column.NEXT, _l("Next activity"), "date"),),
    (_Column(Column.STAGE, _l("Stage"), "stage"), _Column(Column.OWNER, _l("Owner"), "stage")),
)
