"""The page of the themes: the tree, the words of each in both languages, and what a change would do to the latest
texts."""

from typing import Any

from flask import abort, render_template, request
from pydantic import ValidationError
from werkzeug.wrappers import Response

from relationship.activities import RecordKind, RecordRef
from relationship.store import rules as stored
from relationship.store.verbatims import verbatim_lists
from relationship.verbatims import word_lists
from relationship.verbatims.catalogue import DEEPEST, default_catalogue
from relationship.verbatims.understand import THREAT_THEME
from settings.pages import sections, themes_form
from settings.pages.shell import blueprint
from settings.pages.themes_form import Written
from settings.pages.versions import shown_version
from settings.rules import Rules, Themes
from settings.rules.themes import LISTS
from settings.themes_preview import LOOKED_AT, Effect, effect
from web.house import house
from web.identity import rights
from web.identity.members import for_admins
from web.verbatims import verbatim_words

HOME = "settings.themes"
# Texts shown of those that get or lose a theme.
MOST_SHOWN = 3
# Texts read to find so many different ones.
MOST_READ = 12


@blueprint.get("/themes")
@for_admins
def themes() -> str:
    with house().store.reading() as conn:
        version, present = stored.current(conn)
    section = present.themes
    own = {one.key for one in section.own}
    product = {one.path: one for one in default_catalogue().themes}
    return render_template(
        "settings/themes.html",
        version=version,
        themes=section.catalogue().themes,
        own=own,
        product=product,
        removed=[product[path] for path in section.removed],
        needed=(THREAT_THEME, THREAT_THEME.partition("/")[0]),
        lists=_lists(section),
        deepest=DEEPEST,
        saved=sections.last_saved(),
    )


@blueprint.get("/themes/edit")
@for_admins
def theme() -> str:
    """One theme (`path`), a new one `under` another, or the words of a `list`."""
    with house().store.reading() as conn:
        version, present = stored.current(conn)
    path, under, key = (request.args.get(name, "") for name in ("path", "under", "list"))
    section = present.themes
    if key:
        typed = themes_form.shown_list(section, key)
    elif path:
        typed = themes_form.shown_theme(section, path)
    else:
        there = under == "" or any(one.path == under and one.level < DEEPEST for one in section.catalogue().themes)
        typed = dict.fromkeys(themes_form.FIELDS, "") if there else None
    if typed is None:
        abort(404)
    return _editor(version, Written(typed, section, key or path))


@blueprint.post("/themes/edit")
@for_admins
def save_theme() -> str | Response | tuple[str, int]:
    """Save one; 422 with what cannot be."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    found = _written(base.themes)
    if found.section is None:
        return _editor(version, found), 422
    return _saved(version, base, found.section, "settings.save_theme")


@blueprint.post("/themes/effect")
@for_admins
def theme_effect() -> str:
    """Which of the latest texts would get or lose what; nothing is written."""
    with house().store.reading() as conn:
        _version, base = shown_version(conn)
        found = _written(base.themes)
        told = effect(conn, base.themes.catalogue(), found.section.catalogue()) if found.section else None
    proposed = found.section.catalogue() if found.section else None
    texts = _texts(told) if told else {}
    return render_template(
        "settings/themes_effect.html",
        effect=told,
        fault=found.fault,
        looked_at=LOOKED_AT,
        most=MOST_SHOWN,
        texts=texts,
        different=lambda ids: list({texts[one]: one for one in reversed(ids) if one in texts}.values())[::-1],
        name=lambda sort, word: verbatim_words.named(sort, word, proposed),
    )


@blueprint.post("/themes/<any('remove','restore'):step>")
@for_admins
def change_theme(step: str) -> Response | tuple[str, int]:
    """Do without a theme and what is below it, or have it as it comes with the product."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    key = request.form.get("key", "")
    try:
        wanted = (themes_form.without if step == "remove" else themes_form.as_at_first)(base.themes, key)
    except ValidationError:
        abort(422)
    return _saved(version, base, wanted, "settings.change_theme", step=step)


def _written(section: Themes) -> Written:
    key, path, under = (request.form.get(name, "") for name in ("list", "path", "under"))
    form = request.form.to_dict()
    if key:
        if themes_form.shown_list(section, key) is None:
            abort(404)
        return themes_form.word_list(section, form, key=key)
    if path and themes_form.shown_theme(section, path) is None:
        abort(404)
    return themes_form.theme(section, form, path=path, under=under)


def _saved(version: int, base: Rules, section: Themes, view: str, **address: str) -> Response | tuple[str, int]:
    wanted = base.model_copy(update={"themes": section})
    return sections.save(base, wanted, version=version, view=view, back=HOME, shown={}, address=address)


def _editor(version: int, found: Written) -> str:
    key, path, under = (request.values.get(name, "") for name in ("list", "path", "under"))
    sort, _, word = key.partition(":")
    return render_template(
        "settings/theme.html",
        current_page=HOME,
        version=version,
        found=found,
        list=key,
        path=path,
        under=under,
        title=verbatim_words.named(sort, word) if key else verbatim_words.theme(path) if path else "",
        sort=sort,
        note=sections.note() if request.form else "",
        looked_at=LOOKED_AT,
    )


def _lists(section: Themes) -> list[dict[str, Any]]:
    """Sensitivities and moments with how many words each has."""
    own = {one.key for one in section.lists}
    found = []
    for sort, name in LISTS.items():
        for word in word_lists.words_of(name):
            shown = themes_form.shown_list(section, f"{sort}:{word}") or {}
            counts = {language: len(shown[f"words_{language}"].splitlines()) for language in word_lists.LANGUAGES}
            key = f"{sort}:{word}"
            found.append({"sort": sort, "key": key, "word": word, "counts": counts, "changed": key in own})
    return found


def _texts(told: Effect) -> dict[int, str]:
    """Some of the texts that change, of accounts that the reader may read."""
    ids = [one for move in told.moves for several in (move.gained, move.lost) for one in several[:MOST_READ]]
    with house().store.reading() as conn:
        found = [one for number in dict.fromkeys(ids[:60]) if (one := verbatim_lists.one(conn, number))]
    refs = {one.guid: RecordRef(RecordKind.ACCOUNT, one.guid) for one in found if one.guid}
    may = rights.among(refs.values()) if refs else frozenset()
    return {one.verbatim.id: one.verbatim.text for one in found if not one.guid or refs[one.guid] in may}
