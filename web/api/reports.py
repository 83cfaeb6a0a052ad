"""Custom reports under /api/v1: those that the caller may open, and what is in them for the caller."""

from datetime import date, datetime
from typing import Annotated

from flask import Response
from pydantic import BaseModel, Field

from relationship.activities import RecordKind
from relationship.reports.definition import Definition
from relationship.reports.table import Head
from relationship.store.reports import reports as store
from relationship.store.reports.reports import Kept
from settings.rules.form import Form
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.identity import rights
from web.identity.members import member
from web.reports import report_words
from web.reports.report_work import worked_out

blueprint = room("reports", __name__)

MOST_LINES = 1_000


class ReportBody(BaseModel):
    """is_own: of the caller, else of somebody who shares it."""

    id: int
    name: str
    owner: str
    is_own: bool
    is_shared: bool
    changed_at: datetime
    definition: Definition


class ReportsBody(BaseModel):
    """The caller's own first, each by name."""

    items: list[ReportBody]


class HeadBody(BaseModel):
    """key: of the column, or `count`; how: of a figure; currency: of a figure of money."""

    key: str
    title: str
    how: str | None
    currency: str


class LineBody(BaseModel):
    """account: GUID, null for a group. Of a group by day the first value is the first of its month."""

    account: str | None
    values: list[bool | int | float | date | str | None]
    currencies: list[str]


class RunBody(BaseModel):
    """accounts: how many the report holds; lines: from `offset` on; withheld: whether columns are left out that the
    caller may not see; totals: of the figures, as their heads."""

    accounts: int
    count: int
    withheld: bool
    heads: list[HeadBody]
    lines: list[LineBody]
    total_heads: list[HeadBody]
    totals: list[int | float | None]


class RunQuery(Form):
    limit: Annotated[int, Field(ge=1, le=MOST_LINES)] = 200
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0


@blueprint.get("/reports")
@documented({200: ReportsBody}, tag="reports")
def list_reports() -> Response:
    """The reports that the caller keeps, and those that others share"""
    asked.reader()
    with house().store.reading() as conn:
        return answer(ReportsBody(items=[_report(one) for one in store.kept(conn, member().oid)]))


@blueprint.get("/reports/<int:number>")
@documented({200: ReportBody}, problems=(404,), tag="reports")
def show_report(number: int) -> Response:
    """One report: what it shows"""
    asked.reader()
    return answer(_report(_kept(number)))


@blueprint.get("/reports/<int:number>/lines")
@documented({200: RunBody}, query=RunQuery, problems=(404, 503), tag="reports")
def run_report(number: int) -> Response:
    """Work a report out

    As things stand now, over the accounts that the caller may read.
    """
    asked.reader()
    return _run(_kept(number).definition, asked.query(RunQuery))


@blueprint.post("/reports/run")
@documented({200: RunBody}, query=RunQuery, body=Definition, problems=(503,), tag="reports")
def run_definition() -> Response:
    """Work a report out that is not kept"""
    asked.reader()
    return _run(asked.body(Definition), asked.query(RunQuery))


def _run(definition: Definition, wish: RunQuery) -> Response:
    worked = worked_out(definition)
    if worked.is_waiting:
        rights.need_figures(RecordKind.ACCOUNT)
        rights.need_figures(RecordKind.OPPORTUNITY)
    if worked.table is None:
        raise Refused(403, Fault("wrong_role"))
    table = worked.table
    lines = table.lines[wish.offset : wish.offset + wish.limit]
    body = RunBody(
        accounts=table.accounts,
        count=len(table.lines),
        withheld=worked.withheld,
        heads=[_head(one) for one in table.heads],
        lines=[
            LineBody(account=one.guid or None, values=list(one.values), currencies=list(one.currencies))
            for one in lines
        ],
        total_heads=[_head(one) for one in table.total_heads],
        totals=[value if isinstance(value, int | float) else None for value in table.totals],
    )
    return answer(body)


def _head(one: Head) -> HeadBody:
    return HeadBody(key=one.key, title=report_words.title(one), how=one.how, currency=one.currency)


def _kept(number: int) -> Kept:
    with house().store.reading() as conn:
        found = store.one(conn, member().oid, number)
    if found is None:
        raise Refused(404, Fault("not_found"))
    return found


def _report(one: Kept) -> ReportBody:
    return ReportBody(
        id=one.id,
        name=one.name,
        owner=one.owner_name,
        is_own=one.is_own,
        is_shared=one.is_shared,
        changed_at=one.changed_at,
        definition=one.definition,
    )
