"""What the settings on the screen would do: for the whole pipeline, and for one opportunity, before and after."""

import re

from flask import abort, render_template, request

from relationship.activities import RecordKind
from relationship.store import rules as stored
from relationship.store.ratings import pipeline
from relationship.store.reading import reading_names
from settings import preview
from settings.pages import effect_words, health_form, permitted, wording
from settings.pages.shell import blueprint, whole_house
from settings.pages.versions import shown_version
from web.house import house
from web.identity import rights
from web.identity.members import for_admins
from web.ratings import explaining
from web.texts import _

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@blueprint.post("/health/effect")
@for_admins
def effect() -> str:
    """The part of the page that shows the effect; what cannot be read yet is said instead."""
    read = _read()
    if read.faults:
        return render_template("settings/effect.html", faults=read.faults, wording=wording)
    with house().store.reading() as conn:
        version, present = stored.current(conn)
    return render_template(
        "settings/effect.html",
        faults=(),
        overtaken=request.form["version"] != str(version),
        effect=permitted.effect(preview.preview(whole_house(), read.section)),
        proposed=read.section != present.health,
        wording=wording,
        why=effect_words.why,
    )


@blueprint.post("/health/effect/<guid>")
@for_admins
def compare(guid: str) -> str:
    """The terms of one opportunity under the rules in force and under those on the screen."""
    if not GUID.fullmatch(guid):
        abort(404)
    rights.may_open(RecordKind.OPPORTUNITY, guid)
    section = _read().section
    key = f"{RecordKind.OPPORTUNITY.value}:{guid}"
    with house().store.reading() as conn:
        _version, present = stored.current(conn)
        rated = pipeline.current(house().store, conn)
        found = rated and preview.effect_of(conn, rated, guid, present.health, section)
        record = reading_names.named(conn, [key]).get(key)
    if not found or record is None:
        abort(404)
    sides = [
        (_("Today"), found.before, found.rules_before),
        (_("After"), found.after, found.rules_after),
    ]
    return render_template(
        "settings/compare.html", guid=guid, record=record, sides=sides, explaining=explaining, wording=wording
    )


def _read() -> health_form.Read:
    with house().store.reading() as conn:
        _version, base = shown_version(conn)
    return health_form.read(request.form, base.health)
