"""The page of deliveries: what left by itself, what failed and why, and sending it again."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from relationship.clock import real_clock
from relationship.store import rules as stored
from relationship.store.outbox import outbox
from relationship.store.outbox.outbox import Kind, OneDelivery, State
from relationship.store.privacy.audit import Action
from relationship.store.reading import reading_deliveries
from settings.pages.shell import blueprint
from web import audit
from web.house import house
from web.identity.members import for_admins, member
from web.operations import action_words

PAGE_SIZE = 50
LARGEST_ID = 10**12


@blueprint.get("/deliveries")
@for_admins
def deliveries() -> str:
    state, kind, before = _query()
    with house().store.reading() as conn:
        rows = reading_deliveries.page(conn, state=state, kind=kind, before=before, limit=PAGE_SIZE + 1)
        counts = reading_deliveries.counts(conn)
        endpoints = {one.key: one.name for one in stored.current(conn)[1].actions.endpoints}
    config = house().config
    return render_template(
        "settings/deliveries.html",
        rows=[(row, _target(row, endpoints)) for row in rows[:PAGE_SIZE]],
        older=rows[PAGE_SIZE - 1].id if len(rows) > PAGE_SIZE else None,
        begins=before is None,
        counts=counts,
        state=state,
        kind=kind,
        states=[one.value for one in State],
        kinds=[one.value for one in Kind],
        words_of=action_words,
        has_mail_server=bool(config.smtp_url.get_secret_value() and config.mail_from),
    )


@blueprint.post("/deliveries/again")
@for_admins
def send_again() -> Response:
    """Send one again, or all that failed or were given up, each under its own id."""
    which = request.form.get("id", "")
    state, kind, _before = _query()
    if not (which == "all" or (which.isascii() and which.isdigit() and int(which) < LARGEST_ID)):
        abort(400)
    with house().store.transaction() as conn:
        ids = reading_deliveries.given_up(conn) if which == "all" else [int(which)]
        count = sum(outbox.again(conn, ids[at : at + 500], at=real_clock()) for at in range(0, len(ids), 500))
    audit.note(Action.JOB, f"deliveries/{which}", actor=member().oid, result="again")
    flash(str(count), "again")
    return redirect(url_for("settings.deliveries", state=state or None, kind=kind or None), 303)


def _query() -> tuple[str, str, int | None]:
    """State, kind and where the page begins; 422 for what no control of ours sends."""
    state, kind, before = (request.values.get(name, "") for name in ("state", "kind", "before"))
    if state not in ("", *State) or kind not in ("", *Kind):
        abort(422)
    if before and not (before.isascii() and before.isdigit() and int(before) < LARGEST_ID):
        abort(422)
    return state, kind, int(before) if before else None


def _target(row: OneDelivery, endpoints: dict[str, str]) -> dict[str, Any]:
    """To whom it goes: the name of a webhook; of people only whether they are colleagues."""
    sort, _, rest = row.target.partition("/")
    return {"sort": sort, "name": endpoints.get(rest, rest) if sort == "endpoint" else ""}
