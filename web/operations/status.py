"""The status page: how every mailbox, calendar and table is doing, why, and what to do next."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.datastructures import MultiDict

from relationship.clock import number_of, real_clock
from relationship.desk.notice import Outcome
from relationship.store.reading import reading_status as store
from relationship.store.reading.reading_status import KINDS, OTHER, KindTotal, StatusFilters
from relationship.store.sources import subscriptions
from web.house import house
from web.identity.members import for_keepers
from web.lists.listing import LONGEST_SEARCH, MOST_WORDS
from web.operations import reasons

blueprint = Blueprint("status", __name__)

PAGE_SIZE = 50
LAST_PAGE = 10_000
STATES = ("degraded", "new", "unavailable", "healthy", "set_aside")
NOTICES_OF = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class StatusQuery:
    """One state of the page. page: from 1."""

    state: str = ""
    kind: str = ""
    search: str = ""
    page: int = 1

    def but(self, **changes: Any) -> "StatusQuery":
        """The same with something changed, from its first page."""
        return replace(self, **{"page": 1, **changes})

    def arguments(self) -> dict[str, Any]:
        """The address arguments; what is as at the start is left out."""
        pairs = {"state": self.state, "kind": self.kind, "q": self.search, "page": self.page if self.page > 1 else ""}
        return {name: value for name, value in pairs.items() if value}

    @property
    def filters(self) -> StatusFilters:
        return StatusFilters(self.state, self.kind, tuple(self.search.split()[:MOST_WORDS]))


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures over all sources; trouble: those that cannot be read at the moment."""

    sources: int
    healthy: int
    trouble: int
    unavailable: int
    unread: int
    set_aside: int
    streams: int
    complete: int


@dataclass(frozen=True, slots=True)
class Notices:
    """Change notifications: subscriptions, and what came in the last days."""

    living: int
    refused: int
    taken: int
    dropped: int


@blueprint.get("/status")
@for_keepers
def page() -> Response:
    query = _query(request.args)
    wanted = request.headers.get("HX-Target") if request.headers.get("HX-Request") else None
    with house().store.reading() as conn:
        totals = store.totals(conn)
        found = store.status_page(conn, query.filters, page=query.page, size=PAGE_SIZE)
        notices = _notices(conn)
    answer = make_response(
        render_template(
            "status/results.html" if wanted == "results" else "status/page.html",
            query=query,
            totals=totals,
            overview=_overview(totals),
            rows=found.rows,
            total=found.total,
            pages=-(-found.total // PAGE_SIZE),
            notices=notices,
            reasons=reasons,
            choices={"states": STATES, "kinds": [one.kind for one in totals]},
        )
    )
    if wanted:
        answer.headers["HX-Push-Url"] = url_for("status.page", **query.arguments())
    return answer


def _query(arguments: "MultiDict[str, str]") -> StatusQuery:
    """What the address asks for; 422 for a value that no control of ours produces."""
    state, kind, number = (arguments.get(name, "") for name in ("state", "kind", "page"))
    search = " ".join(arguments.get("q", "").replace("\x00", " ").split())[:LONGEST_SEARCH]
    if state not in ("", *STATES) or kind not in ("", *KINDS, OTHER):
        abort(422)
    if number and not (number.isascii() and number.isdigit() and len(number) < 6 and 1 <= int(number) <= LAST_PAGE):
        abort(422)
    return StatusQuery(state, kind, search, int(number or 1))


def _overview(totals: list[KindTotal]) -> Overview:
    def of(state: str) -> int:
        return sum(total.by_state.get(state, 0) for total in totals)

    return Overview(
        sources=sum(total.sources for total in totals),
        healthy=of("healthy"),
        trouble=of("degraded"),
        unavailable=of("unavailable"),
        unread=sum(total.unread for total in totals),
        set_aside=sum(total.quarantined for total in totals),
        streams=sum(total.streams for total in totals),
        complete=sum(total.complete for total in totals),
    )


def _notices(conn: Connection) -> Notices:
    living, refused = subscriptions.counts(conn)
    since = number_of((real_clock() - NOTICES_OF).date())
    counts = subscriptions.notice_counts(conn, since_day=since)
    return Notices(
        living=living,
        refused=refused,
        taken=counts.get(Outcome.TAKEN, 0),
        dropped=sum(number for outcome, number in counts.items() if outcome != Outcome.TAKEN),
    )
