"""The tab "Additional details" of an account: its health fields, whose value counts, typing them, and their history."""

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from relationship.access import HealthRight
from relationship.desk.type_health import Typist, type_fields, typed_before
from relationship.errors import Conflict
from relationship.signals.health_fields import FIELDS, HealthStatus
from relationship.store.customers import account_health, health_changes
from relationship.store.privacy.audit import Action
from web import audit, formats
from web.crm_link import crm_address
from web.customers import customer_words, score_words
from web.customers.health_told import HealthTold, as_text, changes_allowed, health_told
from web.export import MOST_ROWS, written
from web.house import house
from web.identity.members import for_readers, member
from web.languages import language
from web.lists.list_fields import FileColumn
from web.lists.list_files import sent
from web.nouns import ACCOUNTS
from web.records import record_page
from web.texts import _

blueprint = Blueprint("account_health", __name__)

MOST_HISTORY = 100
FILES = {"fr": "historique-sante", "en": "health-history"}
_SCORE = re.compile(r"\d{1,3}")


@blueprint.get("/accounts/<guid>/health")
@for_readers
def page(guid: str) -> str:
    return _page(guid)


@blueprint.post("/accounts/<guid>/health")
@for_readers
def save(guid: str) -> Response | tuple[str, int]:
    """Type values in, or clear them: an empty field clears what was typed."""
    account_id, told, _record = _opened(guid)
    sent = {field: request.form.get(field, "").strip() for field in FIELDS if field in request.form}
    faults = _faults(sent)
    if faults:
        return _page(guid, sent=sent, faults=faults), 422
    values = {field: as_text(field, value) if value else None for field, value in sent.items()}
    return _write(guid, account_id, told, values, sent)


@blueprint.post("/accounts/<guid>/health/undo")
@for_readers
def undo(guid: str) -> Response | tuple[str, int]:
    """Take back what was typed last."""
    account_id, told, _record = _opened(guid)
    with house().store.reading() as conn:
        values = typed_before(conn, account_id)
    return _write(guid, account_id, told, values, {})


@blueprint.get("/accounts/<guid>/health/history.<any(csv, xlsx):form>")
@for_readers
def history_file(guid: str, form: str) -> Response:
    """Every change of the values in force as a file."""
    account_id, _told, record = _opened(guid)
    with house().store.reading() as conn:
        changes = health_changes.of_account(conn, account_id, limit=MOST_ROWS)
    audit.note(Action.EXPORT, f"account/{record.guid}/health", actor=member().oid, result=f"{len(changes)} rows")
    made = written(changes, _columns(), form=form, title=_("History"), language=language())
    return sent(made, FILES.get(language(), "health-history"), form)


def _columns() -> Sequence[FileColumn]:
    def column(title: str, value: Any) -> FileColumn:
        return FileColumn(title, value)

    def source(found: str) -> str:
        return str(score_words.SOURCES[found]) if found else ""

    return (
        column(_("Moment"), lambda one: formats.in_file(one.at)),
        column(_("Field"), lambda one: str(score_words.FIELDS[one.field])),
        column(_("Before"), lambda one: score_words.value(one.field, one.before)),
        column(_("Source before"), lambda one: source(one.source_before)),
        column(_("After"), lambda one: score_words.value(one.field, one.after)),
        column(_("Source"), lambda one: source(one.source)),
        column(_("Follows from the score"), lambda one: customer_words.flag(one.followed)),
        column(_("Why"), lambda one: str(score_words.CAUSES[one.cause])),
        column(_("Who"), lambda one: one.by_name),
    )


def _write(
    guid: str, account_id: int, told: HealthTold, values: dict[str, str | None], sent: dict[str, str]
) -> Response | tuple[str, int]:
    if not changes_allowed(told, values):
        abort(403)
    version = request.form.get("version", "")
    if not _SCORE.fullmatch(version[:3]) or not version.isascii() or not version.isdigit():
        abort(400)
    try:
        by = Typist(member().oid, member().name)
        after = type_fields(house(), account_id, values, expected_version=int(version), by=by)
    except Conflict:
        return _page(guid, sent=sent, overtaken=True), 409
    flash(_("Saved.") if after != told.version else _("Nothing was changed."), "health")
    return redirect(url_for("account_health.page", guid=guid), 303)


def _opened(guid: str) -> tuple[int, HealthTold, Any]:
    """The account, for somebody who may see its fields."""
    with house().store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid, shown=True)
        if not member().may(HealthRight.LIST):
            abort(403)
        return found.record.id, health_told(conn, found.record.id), found.record


def _page(
    guid: str,
    *,
    sent: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    overtaken: bool = False,
) -> str:
    account_id, told, record = _opened(guid)
    with house().store.reading() as conn:
        changes = health_changes.of_account(conn, account_id, limit=MOST_HISTORY)
        history = account_health.history(conn, account_id, limit=MOST_HISTORY)
        before = typed_before(conn, account_id)
    typed = {field: one.value for (field, source), one in told.told.items() if source == account_health.TYPED}
    can_write = any(told.may_set(field) or told.may_clear(field) for field in FIELDS)
    return render_template(
        "account/health.html",
        noun=ACCOUNTS,
        record=record,
        crm_address=crm_address(house().config.dataverse_url, record.kind, record.guid),
        told=told,
        health_head=told,
        contradictions=score_words.contradictions(told.found, told.said, told.section.limits()),
        changes=changes,
        customer_words=customer_words,
        fields=FIELDS,
        statuses=[one.value for one in HealthStatus],
        typed=typed if sent is None else typed | sent,
        faults=faults or {},
        overtaken=overtaken,
        can_write=can_write,
        can_undo=bool(before) and changes_allowed(told, before),
        history=history,
        score_words=score_words,
    )


def _faults(sent: dict[str, str]) -> dict[str, str]:
    """What cannot be, by field."""
    found = {}
    if (score := sent.get("score", "")) and not (_SCORE.fullmatch(score) and score.isascii() and int(score) <= 100):
        found["score"] = _("Enter a whole number from 0 to 100, or leave it empty.")
    if sent.get("status", "") not in ("", *(one.value for one in HealthStatus)):
        found["status"] = _("Choose one of the three statuses.")
    if sent.get("churn", "") not in ("", "true", "false"):
        found["churn"] = _("Choose yes or no.")
    return found
