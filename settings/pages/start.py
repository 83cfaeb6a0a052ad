"""The first steps of a sales admin, one page each: connect, mailboxes, exclusions, consultation, frequency, weights,
and the first reading. Every step saves its own part of the rules, so nothing is lost by leaving."""

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from relationship.activities import KINDS
from relationship.desk import read_now as wishing
from relationship.errors import RelationshipError, SyncIsOff
from relationship.store import rules as stored
from relationship.store.lists import choosing
from relationship.store.sources import sync_wishes
from relationship.sync.checks import doctor
from relationship.sync.checks.findings import Finding, Mark
from relationship.sync.wire.connection import connect
from settings.pages import (
    exclusions,
    first_reading,
    sections,
    sources,
    sources_form,
    wording,
    wording_lists,
    wording_start,
)
from settings.pages.exclusions_form import LISTS
from settings.pages.exclusions_form import Read as ReadExclusions
from settings.pages.shell import blueprint, whole_house
from settings.pages.sources_form import Read as ReadSources
from settings.pages.versions import shown_version
from settings.rules import HealthSection, Rules, WeightsForm
from web.house import house
from web.identity.members import for_admins
from web.operations import reasons

STEPS = tuple(wording_start.STEPS)
HOME = "settings.begin"

Answer = str | Response | tuple[str, int]


@blueprint.before_app_request
def lead_new_admins() -> Response | None:
    """Whoever may change the rules arrives here while nothing has ever been read."""
    if request.endpoint != "_home" or not current_user.is_authenticated or not current_user.changes_rules:
        return None
    with house().store.reading() as conn:
        is_new = not sync_wishes.has_read_anything(conn) and not choosing.choices(conn, "account", "", 1)
    return redirect(url_for(HOME)) if is_new else None


@blueprint.get("/start")
@for_admins
def begin() -> Response:
    """The first step that is not done yet."""
    with house().store.reading() as conn:
        done = _done(conn)
    return redirect(
        url_for("settings.start", step=next((step for step in STEPS if not done.get(step, True)), STEPS[-1]))
    )


@blueprint.get("/start/<step>")
@for_admins
def start(step: str) -> str:
    if step not in STEPS:
        abort(404)
    with house().store.reading() as conn:
        version, present = stored.current(conn)
        return _page(conn, step, version, present)


@blueprint.post("/start/<step>")
@for_admins
def save_step(step: str) -> Answer:
    """Save one step and go on to the next."""
    save = _SAVES.get(step)
    if save is None:
        abort(404)
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    return save(version, base)


@blueprint.post("/start/connect/check")
@for_admins
def check_connection() -> str:
    """Look at every part of the connection; takes some seconds, for Microsoft is asked."""
    config, store = house().config, house().store
    try:
        with closing(connect(config)) as microsoft:
            findings = doctor.examine(config, microsoft, lambda: store)
    except RelationshipError as error:
        findings = [Finding("configuration", Mark.BAD, error.message, error.next_step)]
    return render_template("settings/start_checks.html", findings=findings, said=wording_start)


@blueprint.post("/start/reading/now")
@for_admins
def read_now() -> Response:
    """Wish that everything is read now; the scheduler follows within seconds."""
    try:
        wishing.ask(whole_house())
    except SyncIsOff:
        flash("", "reading_off")
    return redirect(url_for("settings.start", step="reading"), 303)


@blueprint.get("/start/reading/progress")
@for_admins
def reading_progress() -> str:
    with house().store.reading() as conn:
        present = stored.current(conn)[1]
        return render_template(
            "settings/start_progress.html", progress=first_reading.progress(conn), rules=present, reasons=reasons
        )


def _page(conn: Connection, step: str, version: int, present: Rules, **more: Any) -> str:
    place = STEPS.index(step)
    return render_template(
        f"settings/start_{step}.html",
        step=step,
        steps=wording_start.STEPS,
        done=_done(conn),
        before=STEPS[place - 1] if place else None,
        after=STEPS[place + 1] if place + 1 < len(STEPS) else None,
        version=version,
        rules=present,
        said=wording_start,
        lists=wording_lists,
        wording=wording,
        reasons=reasons,
        **{**_SHOWN[step](conn, present), **more},
    )


def _done(conn: Connection) -> dict[str, bool]:
    """The steps whose end can be told; those with a sensible beginning need none."""
    present = stored.current(conn)[1]
    config = house().config
    return {
        "connect": bool(config.tenant_id and config.client_id and config.dataverse_url),
        "mailboxes": present.sources.everyone or bool(present.sources.groups),
        "consultation": present.sources.consulted_on is not None,
        "reading": sync_wishes.has_read_anything(conn),
    }


# What each step shows


def _connect_shown(_conn: Connection, _present: Rules) -> dict[str, Any]:
    config = house().config
    return {
        "configured": {
            "microsoft": bool(config.tenant_id and config.client_id),
            "credential": bool(config.certificate or config.client_secret.get_secret_value()),
            "dynamics": bool(config.dataverse_url),
        },
        "dataverse": config.dataverse_url.removeprefix("https://"),
    }


def _mailboxes_shown(conn: Connection, present: Rules) -> dict[str, Any]:
    section = present.sources
    wanted = sections.searched("find-groups")
    return {
        "section": section,
        "groups": sources.chosen_groups(conn, section, section),
        "known_groups": bool(choosing.choices(conn, "group", "", 1)),
        "wanted": wanted,
        "found": choosing.choices(conn, "group", wanted, sources.MOST_FOUND) if wanted else [],
        "chosen": section.groups,
        "faults": (),
        "effect": sources.Effect(),
    }


def _exclusions_shown(conn: Connection, present: Rules) -> dict[str, Any]:
    section = present.exclusions
    return {
        "proposals": exclusions.proposed(conn, section),
        "left_out": sum(len(getattr(section, name)) for name in LISTS),
        "known": bool(choosing.choices(conn, "group", "", 1) or choosing.choices(conn, "domain", "", 1)),
        "effect": None,
    }


def _consultation_shown(_conn: Connection, present: Rules) -> dict[str, Any]:
    return {"shown": sources_form.fields(present.sources), "today": sources.today(), "faults": ()}


def _plain_shown(_conn: Connection, _present: Rules) -> dict[str, Any]:
    return {"kinds": [kind.value for kind in KINDS]}


def _reading_shown(conn: Connection, present: Rules) -> dict[str, Any]:
    return {"progress": first_reading.progress(conn), "may_read": present.sources.may_read}


_SHOWN: Mapping[str, Callable[[Connection, Rules], dict[str, Any]]] = {
    "connect": _connect_shown,
    "mailboxes": _mailboxes_shown,
    "exclusions": _exclusions_shown,
    "consultation": _consultation_shown,
    "frequency": _plain_shown,
    "weights": _plain_shown,
    "reading": _reading_shown,
}


# What each step saves


def _save_mailboxes(version: int, base: Rules) -> Answer:
    found = sources_form.read(_only("scope", "add-groups", "remove-groups"), base.sources, today=sources.today())
    return _save_sources("mailboxes", version, base, found)


def _save_consultation(version: int, base: Rules) -> Answer:
    found = sources_form.read(_only("consulted_on"), base.sources, today=sources.today())
    return _save_sources("consultation", version, base, found)


def _save_sources(step: str, version: int, base: Rules, found: ReadSources) -> Answer:
    wanted = base.model_copy(update={"sources": found.section})
    with house().store.reading() as conn:
        effect = sources.effect_of(conn, stored.current(conn)[1], found.section)
        unconfirmed = bool(effect.confirmation) and request.form.get("confirmed") != effect.confirmation
        if found.faults or unconfirmed:
            entered = {fault.field: fault.entered for fault in found.faults}
            more: dict[str, Any] = {"faults": found.faults, "effect": effect}
            if step == "mailboxes":
                more["groups"] = sources.chosen_groups(conn, base.sources, found.section)
            else:
                more["shown"] = sources_form.fields(found.section) | entered
            return _page(conn, step, version, wanted, **more), 422
    return _save(step, version, base, wanted, sources_form.fields(base.sources))


def _save_exclusions(version: int, base: Rules) -> Answer:
    with house().store.reading() as conn:
        found: ReadExclusions = exclusions.checked(conn, base.exclusions)
        effect = exclusions.effect_of(conn, found, stored.current(conn)[1])
        if effect.confirmation and request.form.get("confirmed") != effect.confirmation:
            picked = {*request.form.getlist("add-groups"), *request.form.getlist("add-domains")}
            return _page(conn, "exclusions", version, base, effect=effect, picked=picked), 422
    return _save("exclusions", version, base, base.model_copy(update={"exclusions": found.section}), {})


def _save_frequency(version: int, base: Rules) -> Answer:
    return _save_health("frequency", version, base, {"frequency": _choice("frequency", range(1, 6))}, {})


def _save_weights(version: int, base: Rules) -> Answer:
    weights = WeightsForm(**{kind.value: _choice(f"weight-{kind.value}", range(3, 10)) for kind in KINDS})
    shown = {f"weight-{kind.value}": str(getattr(base.health.weights, kind.value)) for kind in KINDS}
    return _save_health("weights", version, base, {"weights": weights}, shown)


def _save_health(step: str, version: int, base: Rules, values: dict[str, Any], shown: Mapping[str, str]) -> Answer:
    section = HealthSection.model_validate({**dict(base.health), **values})
    return _save(step, version, base, base.model_copy(update={"health": section}), shown)


def _save(step: str, version: int, base: Rules, wanted: Rules, shown: Mapping[str, str]) -> Answer:
    onward = url_for("settings.start", step=STEPS[STEPS.index(step) + 1])
    return sections.save(
        base,
        wanted,
        version=version,
        view="settings.save_step",
        back=HOME,
        shown=shown,
        address={"step": step},
        onward=onward,
    )


_SAVES: Mapping[str, Callable[[int, Rules], Answer]] = {
    "mailboxes": _save_mailboxes,
    "exclusions": _save_exclusions,
    "consultation": _save_consultation,
    "frequency": _save_frequency,
    "weights": _save_weights,
}


def _choice(name: str, legal: range) -> int:
    """A number that a list of ours offers; 400 for another one."""
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text) in legal):
        abort(400)
    return int(text)


def _only(*names: str) -> dict[str, list[str]]:
    return {name: found for name, found in request.form.to_dict(flat=False).items() if name in names}
