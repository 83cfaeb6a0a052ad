"""The page of who knows whom: whether it is offered, how often a colleague is asked, and the texts that ask."""

from flask import abort, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from relationship.store import rules as stored
from relationship.store.lists import choosing
from relationship.store.lists.choosing import Choice
from relationship.store.reading import reading_choices
from settings.pages import keyed, permitted, sample_letter, sections, template_form, wording_lists
from settings.pages.shell import blueprint
from settings.pages.template_form import Fault, Written
from settings.pages.versions import shown_version
from settings.rules import Introductions, Rules, Template
from settings.rules.introductions import (
    MOST_BODY_SIGNS,
    MOST_SUBJECT_SIGNS,
    MOST_TEMPLATES,
    built_in,
)
from settings.rules.templates import KNOWN
from web.house import house
from web.identity.members import for_admins, member

HOME = "settings.introductions"
MOST_A_WEEK = 20
MOST_FOUND = 6
NEW = "new"
STEPS = {"up": -1, "down": 1}


@blueprint.get("/introductions")
@for_admins
def introductions() -> str:
    with house().store.reading() as conn:
        version, present = stored.current(conn)
    return _page(version, present.introductions)


@blueprint.post("/introductions")
@for_admins
def save_introductions() -> str | Response | tuple[str, int]:
    """Save whether introductions are offered, and the weekly limit."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    section = base.introductions
    typed = request.form.get("weekly_limit", str(section.weekly_limit)).strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) < 4 and 1 <= int(typed) <= MOST_A_WEEK):
        return _page(version, section, fault=Fault("weekly_limit", "weekly_limit_range", found=typed)), 422
    values = {"weekly_limit": int(typed)}
    if "enabled-shown" in request.form:
        values["enabled"] = request.form.get("enabled") == "1"
    shown = {"weekly_limit": str(section.weekly_limit)}
    if values.get("enabled", section.enabled) == section.enabled:
        shown |= {"enabled": "1", "enabled-shown": "1"}
    return _saved(version, base, section.model_copy(update=values), "settings.save_introductions", shown)


@blueprint.post("/introductions/move")
@for_admins
def move_template() -> Response | tuple[str, int]:
    """Offer one text earlier or later than the others of its language."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    step = STEPS.get(request.form.get("step", ""))
    if step is None:
        abort(400)
    section = base.introductions
    order = keyed.moved(section.templates, request.form.get("key", ""), step, among=lambda one: one.language)
    return _saved(version, base, section.model_copy(update={"templates": order}), "settings.move_template", {})


@blueprint.post("/introductions/remove")
@for_admins
def remove_template() -> Response | tuple[str, int]:
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    section = template_form.without(base.introductions, request.form.get("key", ""))
    return _saved(version, base, section, "settings.remove_template", {})


@blueprint.post("/introductions/built-in")
@for_admins
def bring_back_templates() -> Response | tuple[str, int]:
    """Put the texts that everybody starts with in the place of the present ones."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    section = base.introductions.model_copy(update={"templates": built_in()})
    return _saved(version, base, section, "settings.bring_back_templates", {})


@blueprint.get("/introductions/texts/<key>")
@for_admins
def template(key: str) -> str:
    """One text, to be edited; `new` writes another one."""
    with house().store.reading() as conn:
        version, present = stored.current(conn)
        found = _template(present, key)
        typed = template_form.shown(found) if found else _empty()
        return _editor(conn, version, key, template_form.written(typed, _key(found)) if found else Written(typed, None))


@blueprint.post("/introductions/texts/<key>")
@for_admins
def save_template(key: str) -> str | Response | tuple[str, int]:
    """Save one text; 422 with the place of what cannot stand in it."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
        section = base.introductions
        own = keyed.own_key(key, request.form.get("name", ""), section.templates)
        done = template_form.written(request.form, own)
        if done.template is None:
            return _editor(conn, version, key, done, told=True), 422
        templates = keyed.placed(section.templates, done.template)
    if len(templates) > MOST_TEMPLATES:
        abort(422)
    changed = section.model_copy(update={"templates": templates})
    return _saved(version, base, changed, "settings.save_template", {}, key=key)


@blueprint.post("/introductions/preview")
@for_admins
def preview_template() -> str:
    """The text as a letter, and what of it cannot be saved; that a field is still empty is no fault yet."""
    done = template_form.written(request.form, "preview")
    started = tuple(fault for fault in done.faults if done.typed[fault.field])
    done = Written(done.typed, done.template, started)
    with house().store.reading() as conn:
        return render_template("settings/letter.html", **_letter(conn, done), oob=True)


@blueprint.get("/introductions/contacts")
@for_admins
def find_contacts() -> str:
    """Contacts and leads for whom the letter is shown, by name."""
    with house().store.reading() as conn:
        found = _contacts(conn)
    return render_template("settings/contacts_found.html", wanted=_wanted(), found=found)


def _page(version: int, section: Introductions, fault: Fault | None = None) -> str:
    return render_template(
        "settings/introductions.html",
        version=version,
        section=section,
        weekly_limit=fault.found if fault else section.weekly_limit,
        fault=fault,
        changed=fault is not None,
        by_language={code: [one for one in section.templates if one.language == code] for code in ("fr", "en")},
        is_built_in=section.templates == built_in(),
        most=MOST_TEMPLATES,
        most_a_week=MOST_A_WEEK,
        lists=wording_lists,
        note=sections.note() if request.form else "",
        saved=sections.last_saved(),
    )


def _editor(conn: Connection, version: int, key: str, done: Written, *, told: bool = False) -> str:
    return render_template(
        "settings/template.html",
        current_page=HOME,
        version=version,
        key=key,
        new=key == NEW,
        told=told,
        names=KNOWN,
        longest={"subject": MOST_SUBJECT_SIGNS, "body": MOST_BODY_SIGNS},
        wanted=_wanted(),
        found=_contacts(conn),
        note=sections.note() if request.form else "",
        **_letter(conn, done),
    )


def _letter(conn: Connection, done: Written) -> dict[str, object]:
    """The letter for the chosen contact; faults of an empty new text wait until something is written."""
    guid = request.values.get("contact", "")
    known = reading_choices.people(conn, [guid]) if guid else {}
    chosen = permitted.chosen(known, permitted.PEOPLE).get(guid)
    language = done.typed["language"] if done.typed["language"] in wording_lists.LANGUAGES else "fr"
    values = sample_letter.values(conn, guid if chosen else "", seller=member().name, language=language)
    return {
        "written": done,
        "letter": done.template.letter(values) if done.template else None,
        "chosen": chosen,
        "lists": wording_lists,
    }


def _saved(
    version: int, base: Rules, section: Introductions, view: str, shown: dict[str, str], **address: str
) -> Response | tuple[str, int]:
    wanted = base.model_copy(update={"introductions": section})
    return sections.save(base, wanted, version=version, view=view, back=HOME, shown=shown, address=address)


def _template(present: Rules, key: str) -> Template | None:
    found = next((one for one in present.introductions.templates if one.key == key), None)
    if found is None and key != NEW:
        abort(404)
    return found


def _empty() -> dict[str, str]:
    language = request.args.get("language", "fr")
    return {
        "name": "",
        "language": language if language in wording_lists.LANGUAGES else "fr",
        "subject": "",
        "body": "",
    }


def _key(found: Template | None) -> str:
    return found.key if found else NEW


def _contacts(conn: Connection) -> list[Choice]:
    found = choosing.choices(conn, "contact", _wanted(), MOST_FOUND) if _wanted() else []
    return permitted.choices(found, permitted.PEOPLE)


def _wanted() -> str:
    return sections.searched("find-contact")
