"""A list of records of one kind: rows, shares per rating, export. Every kind has the same list with other columns."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from sqlalchemy import Connection

from relationship.clock import day_of
from relationship.store import record_lists as store
from relationship.store import sources
from relationship.store.audit import Action
from relationship.store.record_lists import RecordPage, Shares
from web import audit, cursors
from web.export import MOST_ROWS, csv_lines
from web.house import house, today
from web.languages import language
from web.listing import NEXT, RATINGS, SIZES, TRENDS, BadAddress, ListQuery, list_query
from web.members import for_readers, member
from web.nouns import Noun


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


def room(noun: Noun) -> Blueprint:
    """The list and its export under the noun's address."""
    blueprint = Blueprint(noun.several, __name__)

    @blueprint.get(f"/{noun.several}")
    @for_readers
    def listing() -> Response:
        return _listing(noun)

    @blueprint.get(f"/{noun.several}.csv")
    @for_readers
    def export() -> Response:
        return _export(noun)

    return blueprint


def query_of(noun: Noun) -> ListQuery:
    """The list that this request asks for; 422 for one that cannot be."""
    try:
        return list_query(request.args, noun.shape)
    except BadAddress:
        abort(422)


def _listing(noun: Noun) -> Response:
    query = query_of(noun)
    wanted = request.headers.get("HX-Target") if request.headers.get("HX-Request") else None
    with house().store.reading() as conn:
        page = _page(conn, noun, query)
        # Another order or page leaves the figures as they are: only the lines are asked for.
        around = {} if wanted == "rows" else _around(conn, noun, query)
    template = {"rows": "rows.html", "results": "results.html"}.get(wanted or "", "list.html")
    answer = make_response(
        render_template(
            f"records/{template}",
            noun=noun,
            query=query,
            page=page,
            next_page=cursors.sealed(page.next_place, of=_name(noun, query)),
            previous_page=cursors.sealed(page.previous_place, of=_name(noun, query)),
            choices={"trends": TRENDS, "next": NEXT, "sizes": SIZES},
            today=day_of(today()),
            swapped=wanted == "rows",
            **around,
        )
    )
    if wanted:
        # A form sends every field; the address that stays names only what was chosen.
        answer.headers["HX-Push-Url"] = url_for(f"{noun.several}.listing", **query.arguments())
    return answer


def _around(conn: Connection, noun: Noun, query: ListQuery) -> dict[str, Any]:
    """The figures over the list and the state of the mailboxes."""
    filters = query.filters(reader_oid=member().oid, today=day_of(today()))
    overview = _overview(store.shares(conn, noun.kind, scope=member().scope, filters=filters), query)
    return {
        "overview": overview,
        "mailboxes": sources.counts_by_state(conn),
        "started": bool(overview.total) or store.any_record(conn, noun.kind),
    }


def _export(noun: Noun) -> Response:
    query = query_of(noun)
    filters = query.filters(reader_oid=member().oid, today=day_of(today()))
    with house().store.reading() as conn:
        rows = list(
            store.all_records(
                conn,
                noun.kind,
                scope=member().scope,
                filters=filters,
                column=query.column,
                descending=query.descending,
                limit=MOST_ROWS,
            )
        )
    audit.note(Action.EXPORT, noun.several, actor=member().oid, result=f"{len(rows)} rows")
    name = f"{noun.file.get(language(), noun.several)}-{day_of(today())}.csv"
    return Response(
        "".join(csv_lines(rows, kind=noun.kind, language=language())),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _page(conn: Connection, noun: Noun, query: ListQuery) -> RecordPage:
    try:
        place = cursors.opened(query.place, of=_name(noun, query))
        return store.record_page(
            conn,
            noun.kind,
            scope=member().scope,
            filters=query.filters(reader_oid=member().oid, today=day_of(today())),
            column=query.column,
            descending=query.descending,
            per_page=query.size,
            place=place,
        )
    except ValueError:
        abort(400)


def _name(noun: Noun, query: ListQuery) -> str:
    return f"{noun.several}:{query.fingerprint}"


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
