"""The page of relationship health: its controls, their effect before saving, saving and what is refused."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from relationship.activities import KINDS
from relationship.desk.change_rules import change_rules
from relationship.errors import Conflict
from relationship.store import rules as stored
from relationship.store.reading import reading_names, reading_segments
from settings import preview
from settings.pages import health_form, overtaken, permitted, wording
from settings.pages.shell import blueprint, whole_house
from settings.pages.versions import shown_version
from settings.rules import HealthSection, Rules
from web.house import house
from web.identity.members import for_admins, member
from web.lists.listing import LONGEST_SEARCH, MOST_WORDS
from web.texts import _

MOST_FOUND = 8
LONGEST_NOTE = 500
# What was saved last is told once, on the page that follows.
SAVED = "settings.saved"


@blueprint.get("/health")
@for_admins
def health() -> str:
    with house().store.reading() as conn:
        version, present = stored.current(conn)
        section = _with_asked_record(present.health)
        return _page(conn, version, base=present.health, section=section, changed=section != present.health)


@blueprint.post("/health")
@for_admins
def save_health() -> str | Response | tuple[str, int]:
    """Save; 422 with the faults, 409 with the difference when somebody else saved meanwhile."""
    note = _note()
    with house().store.reading() as conn:
        version, base = shown_version(conn)
        in_force, present = stored.current(conn)
        read = health_form.read(request.form, base.health)
        if read.faults:
            return _page(conn, version, base=base.health, section=read.section, faults=read.faults, note=note), 422
    if version != in_force:
        return _conflict(base, read.section, note)
    if read.section == present.health:
        flash("", "unchanged")
        return redirect(url_for("settings.health"))
    moved = preview.preview(whole_house(), read.section).total
    try:
        saved = change_rules(
            whole_house(),
            present.model_copy(update={"health": read.section}),
            expected_version=version,
            by=member().oid,
            by_name=member().name,
            note=note,
        )
    except Conflict:
        return _conflict(base, read.section, note)
    session[SAVED] = {"version": saved.version, "changed": moved}
    return redirect(url_for("settings.health"), 303)


@blueprint.get("/health/records")
@for_admins
def find_records() -> str:
    """Records to make an exception for, by name."""
    with house().store.reading() as conn:
        _version, present = stored.current(conn)
        found = _found(conn)
    return render_template(
        "settings/records_found.html", section=present.health, found=found, find=_wanted(), wording=wording
    )


def _page(
    conn: Connection,
    version: int,
    *,
    base: HealthSection,
    section: HealthSection,
    faults: tuple[health_form.Fault, ...] = (),
    note: str = "",
    changed: bool = True,
) -> str:
    overrides = {**section.overrides.records, **base.overrides.records}
    return render_template(
        "settings/health.html",
        version=version,
        base=base,
        section=section,
        faults=faults,
        note=note,
        changed=changed,
        kinds=[kind.value for kind in KINDS],
        wording=wording,
        team_names={one.guid: one.name or one.guid for one in reading_segments.teams(conn)},
        segment_names={one.name: one.name for one in reading_segments.segments(conn)},
        records={one.key: one for one in permitted.named(reading_names.named(conn, overrides).values())},
        found=_found(conn),
        find=_wanted(),
        texts=_texts(),
        saved=session.pop(SAVED, None),
    )


def _conflict(base: Rules, mine: HealthSection, note: str) -> tuple[str, int]:
    """What the other admin changed, what this one wanted, and both ways on."""

    def fields(theirs: Rules) -> list[overtaken.Field]:
        merged = health_form.merged(base.health, mine, theirs.health)
        return [*health_form.fields(merged, theirs.health).items(), ("note", note)]

    wanted = base.model_copy(update={"health": mine})
    return overtaken.page(base, wanted, action=url_for("settings.save_health"), back="settings.health", fields=fields)


def _note() -> str:
    return "".join(sign for sign in request.form.get("note", "") if sign.isprintable()).strip()[:LONGEST_NOTE]


def _with_asked_record(section: HealthSection) -> HealthSection:
    """With the record named in the address among the exceptions, not saved yet."""
    key = request.args.get("record", "")
    if not key or key in section.overrides.records:
        return section
    return health_form.read(
        {**health_form.fields(section, section), f"record:{key}": str(section.frequency)}, section
    ).section


def _found(conn: Connection) -> list[reading_names.NamedRecord]:
    return permitted.named(reading_names.search(conn, _wanted().split()[:MOST_WORDS], limit=MOST_FOUND))


def _wanted() -> str:
    return " ".join(request.args.get("find", "").replace("\x00", " ").split())[:LONGEST_SEARCH]


def _texts() -> Mapping[str, Any]:
    """What settings.js says; it makes up no word of its own."""
    return {
        "weights": {step: str(word) for step, word in wording.WEIGHTS.items()},
        "fair": _("%(number)s: Fair begins here, Poor ends at %(below)s"),
        "good": _("%(number)s: Good begins here, Fair ends at %(below)s"),
        "clamped": _("Set to %(number)s: Fair must begin above 0 and below Good, and Good ends at 100."),
        "weightClamped": _("Set to %(number)s: a weight goes from 3 to 9."),
        "clean": _("Everything is saved"),
        "dirty": _("Unsaved changes"),
        "saving": _("Saving…"),
    }
