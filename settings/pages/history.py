"""The page of the history: who changed which setting when and why, and taking a change back."""

from flask import abort, flash, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from relationship.desk.change_rules import change_rules
from relationship.errors import Conflict
from relationship.store import rules as stored
from settings import history as told
from settings.pages import difference_words, naming
from settings.pages.shell import blueprint, whole_house
from web import formats
from web.house import house
from web.identity.members import for_admins, member
from web.texts import _

PER_PAGE = 20
MOST_VERSIONS = 2**31 - 1
# Where undoing may lead back to.
PAGES = ("health", "introductions", "exclusions", "sources", "actions", "recommendations", "signals", "themes")


@blueprint.get("/history")
@for_admins
def history() -> str:
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before <= MOST_VERSIONS:
        abort(404)
    with house().store.reading() as conn:
        version, present = stored.current(conn)
        found = told.versions(conn, PER_PAGE + 1, before)
        overtaken = {one.version: told.overtaken(present, one) for one in found}
        names = naming.names(conn, [value for one in found for value in one.differences])
    return render_template(
        "settings/history.html",
        changes=found[:PER_PAGE],
        older=found[PER_PAGE - 1].version if len(found) > PER_PAGE else None,
        latest=before is None,
        version=version,
        overtaken=overtaken,
        names=names,
        told=difference_words.told,
        place=difference_words.place,
    )


@blueprint.post("/history/<int:version>/undo")
@for_admins
def undo(version: int) -> Response:
    """Give the settings that a change touched their values of before it; a change of its own in the history."""
    with house().store.reading() as conn:
        in_force, present = stored.current(conn)
        change = told.version(conn, version) if version <= MOST_VERSIONS else None
    if change is None:
        abort(404)
    back = request.form.get("back", "")
    page = url_for(f"settings.{back if back in PAGES else 'history'}")
    try:
        change_rules(
            whole_house(),
            told.undone(present, change),
            expected_version=request.form.get("version", in_force, type=int),
            by=member().oid,
            by_name=member().name,
            note=_("Takes back the change of %(moment)s", moment=formats.moment(change.saved_at)),
        )
    except ValidationError:
        flash("", "impossible")
        return redirect(url_for("settings.history"), 303)
    except Conflict:
        flash("", "overtaken")
        return redirect(url_for("settings.history"), 303)
    flash("", "undone")
    return redirect(page, 303)
