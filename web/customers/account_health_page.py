"""The tab "Additional details" of an account: its health fields, whose value counts, typing them, and their history."""

import re
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from relationship.access import HealthRight
from relationship.desk.type_health import Typist, type_fields, typed_before
from relationship.errors import Conflict
from relationship.signals.health_fields import FIELDS, HealthStatus
from relationship.store.customers import account_health
from web.crm_link import crm_address
from web.customers import score_words
from web.customers.health_told import HealthTold, as_text, changes_allowed, health_told
from web.house import house
from web.identity.members import for_readers, member
from web.nouns import ACCOUNTS
from web.records import record_page
from web.texts import _

blueprint = Blueprint("account_health", __name__)

MOST_HISTORY = 100
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
