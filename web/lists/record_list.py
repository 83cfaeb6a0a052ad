"""A list of records of one kind: rows and shares per rating. Every kind has the same list with other columns."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from relationship.access import HealthRight
from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of
from relationship.store.lists import list_choices, views
from relationship.store.lists import record_lists as store
from relationship.store.lists.list_choices import Choices
from relationship.store.lists.list_filters import Filters
from relationship.store.lists.record_lists import LAST_PAGE, RecordPage, Shares
from relationship.store.lists.views import View
from relationship.store.reading.reading_scope import Scope
from relationship.store.sources import sources
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers, member
from web.lists import cursors
from web.lists.list_fields import FIELDS
from web.lists.listing import HEALTH_FIELDS, RATINGS, SIZES, BadAddress, ListQuery, list_query
from web.nouns import Noun
from web.texts import _

OFFERED_SECONDS = 60.0
# Figures over more records than this come after the lines.
MOST_AT_ONCE = 20_000


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
    """The list under the noun's address."""
    blueprint = Blueprint(noun.several, __name__)

    @blueprint.get(f"/{noun.several}")
    @for_readers
    def listing() -> Response | AnyResponse:
        return _listing(noun)

    return blueprint


def query_of(noun: Noun) -> ListQuery:
    """The list that this request asks for; 422 for one that cannot be."""
    try:
        found = list_query(request.args, noun.shape)
    except BadAddress:
        abort(422)
    return found if member().may(HealthRight.LIST) else found.without_health()


def filters_of(query: ListQuery) -> Filters:
    """The filters of a list for whoever asks, today."""
    now = day_of(today())
    midnight = datetime.combine(now, time(), house().config.zone).astimezone(UTC)
    return query.filters(reader_oid=member().oid, today=now, midnight=midnight)


def _listing(noun: Noun) -> Response | AnyResponse:
    query = query_of(noun)
    wanted = request.headers.get("HX-Target") if request.headers.get("HX-Request") else None
    if wanted == "figures":
        return _figures(noun, query)
    # Another order or page leaves the figures as they are: only the lines are asked for.
    kept: tuple[View, ...] = ()
    around: dict[str, Any] = {}
    if wanted != "rows":
        with house().store.reading() as conn:
            kept = views.views(conn, member().oid, noun.several)
            start = next((view for view in kept if view.starts), None)
            if start and not request.query_string:
                return redirect(f"{url_for(f'{noun.several}.listing')}?{start.arguments}")
            around = _around(conn, noun, query)
    page = _page(noun, query)
    template = {"rows": "rows.html", "results": "results.html"}.get(wanted or "", "list.html")
    here = urlencode(query.but().arguments(), doseq=True)
    answer = make_response(
        render_template(
            f"records/{template}",
            noun=noun,
            query=query,
            fields=[FIELDS[key] for key in query.fields],
            page=page,
            next_page=cursors.sealed(page.next_place, of=_name(noun, query)),
            previous_page=cursors.sealed(page.previous_place, of=_name(noun, query)),
            last_page=cursors.sealed(LAST_PAGE, of=_name(noun, query)) if page.next_place else None,
            sizes=SIZES,
            all_fields=FIELDS,
            unseen=() if member().may(HealthRight.LIST) else HEALTH_FIELDS,
            views=kept,
            here=here,
            current=next((view for view in kept if view.arguments == here), None),
            choosing_columns=request.args.get("menu") == "columns",
            removed=request.args.get("removed", type=int),
            today=day_of(today()),
            ratings=RATINGS,
            swapped=wanted == "rows",
            **around,
        )
    )
    if wanted:
        # A form sends every field; the address that stays names only what was chosen.
        answer.headers["HX-Push-Url"] = url_for(f"{noun.several}.listing", **query.arguments())
    return answer


def _figures(noun: Noun, query: ListQuery) -> Response:
    """The figures alone, for a page that shows its lines already."""
    rights.need_figures(noun.kind)
    with house().store.reading() as conn:
        overview = _overview(conn, noun, query)
    return make_response(
        render_template("records/figures.html", noun=noun, query=query, overview=overview, ratings=RATINGS, later=True)
    )


def _overview(conn: Connection, noun: Noun, query: ListQuery) -> Overview:
    return overview_of(store.shares(conn, noun.kind, scope=member().scope, filters=filters_of(query)), query)


def _around(conn: Connection, noun: Noun, query: ListQuery) -> dict[str, Any]:
    """The figures over the list, what its filters offer and the state of the mailboxes; None for figures that take
    longer than the lines."""
    later = request.args.get("figures") != "now" and store.more_than(conn, noun.kind, MOST_AT_ONCE)
    overview = None if later else _overview(conn, noun, query)
    offered = _offered(conn, noun)
    return {
        "overview": overview,
        "mailboxes": sources.counts_by_state(conn),
        "started": bool(overview and overview.total) or store.any_record(conn, noun.kind),
        "offered": offered,
        "account_name": _account_name(conn, query.account) if query.account else "",
        "waiting": rights.figures_wait(noun.kind),
    }


def _offered(conn: Connection, noun: Noun) -> Choices:
    """What the filters offer to the reader, which changes rarely and is looked for in all that they may see: kept for
    a minute."""
    kept: dict[tuple[str, str], tuple[float, Choices]] = current_app.extensions.setdefault("offered", {})
    place, now = (noun.several, member().oid), monotonic()
    for old in [one for one, (until, _found) in list(kept.items()) if until < now]:
        kept.pop(old, None)
    if place in kept:
        return kept[place][1]
    found = list_choices.choices(conn, noun.kind, scope=member().scope)
    if not rights.figures_wait(noun.kind):
        kept[place] = (now + OFFERED_SECONDS, found)
    return found


def _account_name(conn: Connection, guid: str) -> str:
    """What a chip calls the account that the list is narrowed to; its name only where it may be read."""
    seen = rights.among([RecordRef(RecordKind.ACCOUNT, guid)])
    return (list_choices.account_name(conn, guid) if seen else "") or _("Account")


def _page(noun: Noun, query: ListQuery) -> RecordPage:
    """The lines of one page, every one asked of the CRM."""
    filters = filters_of(query)

    def read(scope: Scope, place: str | None, size: int) -> RecordPage:
        with house().store.reading() as conn:
            return store.record_page(
                conn,
                noun.kind,
                scope=scope,
                filters=filters,
                column=query.column,
                descending=query.descending,
                per_page=size,
                place=place,
            )

    try:
        place = cursors.opened(query.place, of=_name(noun, query))
        return rights.page(noun.kind, read, place=place, size=query.size)
    except ValueError:
        abort(400)


def _name(noun: Noun, query: ListQuery) -> str:
    return f"{noun.several}:{query.fingerprint}"


def overview_of(found: Shares, query: ListQuery) -> Overview:
    """The figures of a list by rating."""
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
