"""Any list as a file: CSV or XLSX, with the lines and columns that the list shows, and a safe name."""

import io
from collections.abc import Iterator
from typing import IO

import structlog
from flask import Blueprint, Response, abort, render_template, send_file
from flask_limiter.util import get_remote_address
from flask_login import current_user
from sqlalchemy import Connection

from relationship.access import HealthRight
from relationship.clock import day_of
from relationship.importing.health_lines import health_lines
from relationship.importing.kinds import ImportKind
from relationship.importing.template import csv_file, xlsx_file
from relationship.store.customers.health_export import health_of_accounts
from relationship.store.importing import import_names
from relationship.store.lists import record_lists as store
from relationship.store.lists.record_lists import RecordRow
from relationship.store.privacy.audit import Action
from web import audit
from web.export import MOST_ROWS, written
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers, member
from web.languages import language
from web.lists.list_fields import file_columns
from web.lists.listing import ListQuery
from web.lists.record_list import filters_of, query_of
from web.nouns import BY_ADDRESS, Noun

log = structlog.get_logger()
blueprint = Blueprint("list_files", __name__)

# Whoever takes out more than this at once is told to those who run the service.
MANY_ROWS = 10_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def reader_or_address() -> str:
    """Whose files are counted: one person's, wherever they sit."""
    return member().oid if current_user.is_authenticated else str(get_remote_address())


@blueprint.get("/<any(opportunities, contacts, leads, accounts):several>.<any(csv, xlsx):form>")
@for_readers
def file(several: str, form: str) -> Response | tuple[str, int]:
    noun = BY_ADDRESS[several]
    query = query_of(noun)
    if query.place:
        abort(422)
    rights.need_figures(noun.kind)
    with house().store.reading() as conn:
        found = store.shares(conn, noun.kind, scope=member().scope, filters=filters_of(query))
    chosen = [share for share in found.shares if not query.ratings or share.rating in query.ratings]
    total = sum(share.count for share in chosen)
    if total > MOST_ROWS:
        audit.note(Action.EXPORT, several, actor=member().oid, result="refused")
        return render_template("records/too_long.html", noun=noun, query=query, total=total, most=MOST_ROWS), 422
    audit.note(Action.EXPORT, several, actor=member().oid, result=f"{total} rows")
    if total >= MANY_ROWS:
        log.warning("large_export", list=several, rows=total)
    with house().store.reading() as conn:
        written_file = written(
            _rows(conn, noun, query),
            file_columns(noun.kind, noun.name.title, query.fields),
            form=form,
            title=str(noun.title),
            language=language(),
        )
    return sent(written_file, noun.file.get(language(), several), form)


@blueprint.get("/accounts/health-fields.<any(csv, xlsx):form>")
@for_readers
def health_fields(form: str) -> Response | tuple[str, int]:
    """The health fields of the accounts of the list as a file that can be edited and imported again."""
    if not member().may(HealthRight.LIST):
        audit.note(Action.ACCESS, "health_fields", actor=member().oid, result="refused")
        abort(403)
    noun = BY_ADDRESS["accounts"]
    query = query_of(noun)
    rights.need_figures(noun.kind)
    with house().store.reading() as conn:
        found = health_of_accounts(
            conn,
            scope=member().scope,
            filters=filters_of(query),
            column=query.column,
            descending=query.descending,
            limit=MOST_ROWS + 1,
        )
        known = import_names.names(conn, ImportKind.HEALTH)
    if len(found) > MOST_ROWS:
        audit.note(Action.EXPORT, "health_fields", actor=member().oid, result="refused")
        return render_template("records/too_long.html", noun=noun, query=query, total=len(found), most=MOST_ROWS), 422
    audit.note(Action.EXPORT, "health_fields", actor=member().oid, result=f"{len(found)} rows")
    lines = health_lines(found, known.accounts, language())
    written_file = xlsx_file if form == "xlsx" else csv_file
    body = written_file(ImportKind.HEALTH, lines, language())
    return sent(io.BytesIO(body), "sante-des-comptes" if language() == "fr" else "account-health", form)


def sent(file: IO[bytes], name: str, form: str) -> Response:
    """A written file as an answer, under a name of ours with the day."""
    return send_file(file, mimetype=TYPES[form], as_attachment=True, download_name=f"{name}-{day_of(today())}.{form}")


def _rows(conn: Connection, noun: Noun, query: ListQuery) -> Iterator[RecordRow]:
    return store.all_records(
        conn,
        noun.kind,
        scope=member().scope,
        filters=filters_of(query),
        column=query.column,
        descending=query.descending,
        limit=MOST_ROWS,
    )
