"""The list of accounts to watch or to celebrate: with filters, in several orders, and as a file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from sqlalchemy import Connection

from relationship.access import HealthRight
from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of, number_of
from relationship.signals.scores import Movement, Score, movement
from relationship.store import rules
from relationship.store.customers import account_scores
from relationship.store.customers.customer_list import (
    CustomerRow,
    Limits,
    Narrowed,
    Sort,
    Wanted,
    customers,
    owners,
)
from relationship.store.lists import list_choices
from relationship.store.privacy.audit import Action
from settings.rules import Rules
from web import audit
from web.customers import customer_words, score_words
from web.export import MOST_ROWS, written
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers, member
from web.languages import language
from web.lists.list_fields import FileColumn
from web.lists.list_files import sent
from web.texts import _

blueprint = Blueprint("customers", __name__)

PAGE_SIZE, LAST_PAGE = 50, 200
MOVED_DAYS = 30
LONGEST_SEARCH, MOST_WORDS, LONGEST_SEGMENT = 100, 6, 200
FILES = {"fr": "clients", "en": "customers"}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """row: the account; moved: its health since 30 days, None when it was not scored then."""

    row: CustomerRow
    moved: Movement | None
    days_to_renewal: int | None


@dataclass(frozen=True, slots=True)
class CustomerQuery:
    """A list of customers as its address says. owner: '', 'me' or a systemuser; least, most: value at stake."""

    show: str = Wanted.WATCH.value
    owner: str = ""
    segment: str = ""
    status: str = ""
    renewal: str = ""
    least: float | None = None
    most: float | None = None
    search: str = ""
    sort: str = Sort.STAKE.value
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        return replace(self, show=Wanted.WATCH.value, sort=Sort.STAKE.value, page=1) != CustomerQuery()

    def but(self, **changes: Any) -> "CustomerQuery":
        """The same list with something changed, from its first page."""
        return replace(self, **{"page": 1, **changes})

    def arguments(self) -> dict[str, Any]:
        """The address arguments; what is as at the start is left out."""
        pairs = {
            "show": "" if self.show == Wanted.WATCH else self.show,
            "owner": self.owner,
            "segment": self.segment,
            "health": self.status,
            "renewal": self.renewal,
            "min": _written(self.least),
            "max": _written(self.most),
            "q": self.search,
            "sort": "" if self.sort == Sort.STAKE else self.sort,
            "page": "" if self.page == 1 else self.page,
        }
        return {name: value for name, value in pairs.items() if value}

    def narrowed(self) -> Narrowed:
        return Narrowed(
            owner="" if self.owner == "me" else self.owner,
            owner_key=member().oid if self.owner == "me" else None,
            segment=self.segment,
            status=self.status if member().may(HealthRight.LIST) else "",
            renewal=_days(self.renewal),
            least=self.least,
            most=self.most,
            words=tuple(self.search.split()[:MOST_WORDS]),
        )


def query_of() -> CustomerQuery:
    """The list that this request asks for; 400 for one that cannot be."""
    told = request.args
    owner, page = told.get("owner", "").lower(), told.get("page", "1")
    if owner not in ("", "me") and not _GUID.fullmatch(owner):
        abort(400)
    if not (page.isascii() and page.isdigit() and 0 < int(page[:4]) <= LAST_PAGE):
        abort(400)
    return CustomerQuery(
        show=_one_of("show", tuple(Wanted)),
        owner=owner,
        segment=told.get("segment", "")[:LONGEST_SEGMENT].replace("\x00", ""),
        status=_one_of("health", tuple(customer_words.HEALTH_FILTERS)),
        renewal=_one_of("renewal", tuple(customer_words.RENEWALS)),
        least=_number("min"),
        most=_number("max"),
        search=" ".join(told.get("q", "").replace("\x00", " ").split())[:LONGEST_SEARCH],
        sort=_one_of("sort", tuple(Sort)),
        page=int(page),
    )


@blueprint.get("/customers")
@for_readers
def page() -> Response:
    query = query_of()
    waits = rights.figures_wait(RecordKind.ACCOUNT)
    with house().store.reading() as conn:
        _version, present = rules.current(conn)
        found = _found(conn, query, present, place=(query.page - 1) * PAGE_SIZE, size=PAGE_SIZE)
        seen = rights.among(RecordRef(RecordKind.ACCOUNT, one.guid) for one in found.rows)
        rows = [one for one in found.rows if RecordRef(RecordKind.ACCOUNT, one.guid) in seen]
        lines = _lines(conn, rows)
        offered = list_choices.choices(conn, RecordKind.ACCOUNT, scope=member().scope)
        sellers = owners(conn, scope=member().scope)
    wanted = request.headers.get("HX-Target") == "results" and request.headers.get("HX-Request") == "true"
    answer = make_response(
        render_template(
            "customers/results.html" if wanted else "customers/page.html",
            query=query,
            tabs=_tabs(),
            sorts=_sorts(),
            owners=sellers,
            segments=offered.segments,
            segments_offered=[(one, one) for one in offered.segments],
            lines=lines,
            total=found.total - len(found.rows) + len(rows),
            has_more=found.total > query.page * PAGE_SIZE,
            section=present.customer_health,
            churn_from=present.recommendations.limits.churn_from,
            sees_fields=member().may(HealthRight.LIST),
            waits=waits,
            score_words=score_words,
            customer_words=customer_words,
        )
    )
    if wanted:
        answer.headers["HX-Push-Url"] = url_for("customers.page", **query.arguments())
    return answer


@blueprint.get("/customers.<any(csv, xlsx):form>")
@for_readers
def file(form: str) -> Response:
    """The list as a file, with the reason that moved each score."""
    query = query_of()
    if query.page > 1:
        abort(400)
    rights.need_figures(RecordKind.ACCOUNT)
    with house().store.reading() as conn:
        _version, present = rules.current(conn)
        found = _found(conn, query, present, place=0, size=MOST_ROWS)
        lines = _lines(conn, found.rows)
    audit.note(Action.EXPORT, "customers", actor=member().oid, result=f"{len(lines)} rows")
    made = written(lines, _columns(), form=form, title=_("Customers"), language=language())
    return sent(made, FILES.get(language(), "customers"), form)


def _found(conn: Connection, query: CustomerQuery, present: Rules, *, place: int, size: int) -> Any:
    section = present.customer_health
    return customers(
        conn,
        Wanted(query.show),
        limits=Limits(section.watch_below, section.celebrate_from, present.recommendations.limits.churn_from),
        scope=member().scope,
        narrowed=query.narrowed(),
        sort=Sort(query.sort),
        place=place,
        size=size,
        by_fields=member().may(HealthRight.LIST),
    )


def _lines(conn: Connection, rows: Sequence[CustomerRow]) -> list[CustomerLine]:
    ids = [one.account_id for one in rows]
    now = account_scores.latest(conn, account_ids=ids)
    then = account_scores.before(conn, day=today() - MOVED_DAYS, account_ids=ids)
    return [_line(row, now.get(row.account_id, {}), then.get(row.account_id, {})) for row in rows]


def _line(row: CustomerRow, now: account_scores.ByScore, then: account_scores.ByScore) -> CustomerLine:
    both = Score.HEALTH in now and Score.HEALTH in then
    moved = movement(then[Score.HEALTH].reasons, now[Score.HEALTH].reasons) if both else None
    return CustomerLine(row, moved, number_of(row.renewal_on) - today() if row.renewal_on else None)


def _tabs() -> list[tuple[str, str]]:
    return [
        (Wanted.WATCH.value, _("To watch")),
        (Wanted.CELEBRATE.value, _("To celebrate")),
        (Wanted.ALL.value, _("All accounts")),
    ]


def _sorts() -> list[tuple[str, str]]:
    return [
        (Sort.STAKE.value, _("Value at stake")),
        (Sort.RENEWAL.value, _("Next renewal")),
        (Sort.HEALTH.value, _("Lowest health")),
        (Sort.CHURN.value, _("Highest risk of churn")),
        (Sort.UPSELL.value, _("Highest openness to more")),
        (Sort.NAME.value, _("Name")),
    ]


def _columns() -> Sequence[FileColumn]:
    def column(title: object, value: Any) -> FileColumn:
        return FileColumn(title, value)

    fields = (
        column(customer_words.SCORE, lambda line: line.row.score),
        column(customer_words.STATUS, lambda line: customer_words.status(line.row.status)),
        column(customer_words.FLAG, lambda line: customer_words.flag(line.row.churn)),
        column(
            _("Contradiction"),
            lambda line: " ".join(str(score_words.CONTRADICTIONS[one]) for one in (line.row.contradicts or "").split()),
        ),
    )
    return (
        column(_("Account"), lambda line: line.row.name),
        column(_("Account number"), lambda line: line.row.number),
        column(_("Owner"), lambda line: line.row.owner),
        column(_("Segment"), lambda line: line.row.segment),
        column(_("Value at stake"), lambda line: line.row.stake),
        column(_("Currency"), lambda line: line.row.stake_currency),
        column(_("Renewal date"), lambda line: line.row.renewal_on),
        column(_("Days before the renewal"), lambda line: line.days_to_renewal),
        *(fields if member().may(HealthRight.LIST) else ()),
        column(score_words.SCORES["health"], lambda line: line.row.health),
        column(_("Movement of health in 30 days"), lambda line: line.moved.points if line.moved else None),
        column(
            _("Main cause"),
            lambda line: str(score_words.REASONS[line.moved.cause]) if line.moved and line.moved.cause else "",
        ),
        column(score_words.SCORES["churn"], lambda line: line.row.churn_risk),
        column(score_words.SCORES["upsell"], lambda line: line.row.upsell),
    )


def _days(renewal: str) -> tuple[date | None, date | None]:
    """First and last day of a choice of `customer_words.RENEWALS`."""
    if not renewal:
        return None, None
    now = day_of(today())
    return (None, now - timedelta(days=1)) if renewal == "past" else (now, now + timedelta(days=int(renewal)))


def _one_of(name: str, known: Sequence[str]) -> str:
    value = request.args.get(name) or known[0]
    if value not in known:
        abort(400)
    return str(value)


def _number(name: str) -> float | None:
    bare = re.sub(r"[\s\u00a0\u202f]", "", request.args.get(name, "")).replace(",", ".")
    if not bare:
        return None
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", bare):
        abort(400)
    return float(bare)


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".removesuffix(".00")
