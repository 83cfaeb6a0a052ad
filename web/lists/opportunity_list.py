"""The list of opportunities, which has a bubble chart besides: health by days to close, sized by value."""

from typing import Any

from flask import render_template, request, url_for

from relationship.clock import day_of
from relationship.health.rules import Bands
from relationship.store import rules
from relationship.store.lists import record_lists
from relationship.store.lists.record_lists import RecordRow
from web import formats, words
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers, member
from web.lists import record_list
from web.nouns import OPPORTUNITIES
from web.texts import _

blueprint = record_list.room(OPPORTUNITIES)

# More bubbles than this lie on top of one another.
MOST_BUBBLES = 200
BUBBLES_FROM_DAYS, BUBBLES_TO_DAYS = -60, 365


@blueprint.get("/opportunities/chart")
@for_readers
def chart() -> str:
    query = record_list.query_of(OPPORTUNITIES)
    filters = record_list.filters_of(query)
    rights.need_figures(OPPORTUNITIES.kind)
    first, last = (day_of(today() + days) for days in (BUBBLES_FROM_DAYS, BUBBLES_TO_DAYS))
    with house().store.reading() as conn:
        rows = record_lists.largest_with_close_date(
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


def _days_to_close(row: RecordRow) -> int:
    assert row.close_on is not None  # noqa: S101  # the query asks for rows with a closing date only
    return (row.close_on - day_of(today())).days


def _bubbles(rows: tuple[RecordRow, ...], bands: Bands) -> dict[str, Any]:
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
