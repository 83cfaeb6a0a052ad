"""The section of a record's page that shows its key figures: what the template takes, and the data of its chart."""

from collections.abc import Sequence
from typing import Any

from flask import abort, request
from sqlalchemy import Connection

from relationship.activities import KINDS
from relationship.clock import day_of
from relationship.health.contact_days import ContactDays
from relationship.health.kpis.daily import SPANS, DayOfActivities, daily
from relationship.health.rules import HealthRules
from relationship.store.reading.reading_record import RatedRecord
from web import words
from web.identity.members import member
from web.knows import tie_words
from web.records import kpi_words, kpis
from web.texts import _


def section(
    conn: Connection, record: RatedRecord, days: ContactDays, rules: HealthRules, *, as_of: int
) -> dict[str, Any]:
    """What `record/kpis.html` shows of a record on a day (day number); 422 for a period that is not offered."""
    span = _span()
    figures = kpis.figures(conn, record, days, rules, as_of=as_of, reader=member())
    every_day = daily(figures.days, today=as_of, span=span)
    return {
        "figures": figures,
        "span": span,
        "spans": SPANS,
        "daily": [one for one in every_day if one.total],
        "daily_chart": _chart(every_day, span),
        "kpi_words": kpi_words,
        "tie_words": tie_words,
    }


def _span() -> int:
    """The period of the chart that is asked for: the longer one unless the address names another."""
    given = request.args.get("days", str(SPANS[-1]))
    if given not in map(str, SPANS):
        abort(422)
    return int(given)


def _chart(every_day: Sequence[DayOfActivities], span: int) -> dict[str, Any]:
    """What the chart module draws; empty without an activity."""
    if not any(one.total for one in every_day):
        return {}
    return {
        "axes": {"y": _("Activities")},
        "summary": _("Activities of the last %(days)s days by kind", days=span),
        "days": [day_of(one.day).isoformat() for one in every_day],
        "series": [
            {
                "kind": kind.value,
                "name": str(words.KIND_PLURALS[kind.value]),
                "counts": [one.counts[place] for one in every_day],
            }
            for place, kind in enumerate(KINDS)
            if any(one.counts[place] for one in every_day)
        ],
    }
