"""The page of the catalogue of recommendations: texts, ways to act, and which signals and scores lead to each."""

from flask import abort, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from relationship.signals.recommendations import PLACEHOLDERS, Way
from relationship.store import rules as stored
from relationship.store.signals import callings
from settings.pages import keyed, recommendation_form, sections
from settings.pages.recommendation_form import BETTER, WORSE, Typed
from settings.pages.shell import blueprint
from settings.pages.versions import shown_version
from settings.rules import Rules
from settings.rules.recommendations import MOST_RECOMMENDATIONS, CatalogueEntry, Recommendations, ScoreLimits
from web.house import house
from web.identity.members import for_admins
from web.recommendations import recommendation_words

HOME = "settings.recommendations"
NEW = "new"
_FIRST = {"enabled": True, "way": Way.TASK.value, "days": 7, "triggers": ()}


@blueprint.get("/recommendations")
@for_admins
def recommendations() -> str:
    with house().store.reading() as conn:
        version, present = stored.current(conn)
        section = present.recommendations
        return _page(conn, version, section, Typed(section.limits.model_dump(), section.limits, {}))


@blueprint.post("/recommendations")
@for_admins
def save_recommendation_limits() -> str | Response | tuple[str, int]:
    """Save from where on scores carry a recommendation."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
        found = recommendation_form.limits(request.form.to_dict(flat=False))
        if not isinstance(found.made, ScoreLimits):
            return _page(conn, version, base.recommendations, found), 422
    shown = {name: str(value) for name, value in base.recommendations.limits.model_dump().items()}
    section = base.recommendations.model_copy(update={"limits": found.made})
    return _saved(version, base, section, "settings.save_recommendation_limits", shown)


@blueprint.get("/recommendations/<key>")
@for_admins
def recommendation(key: str) -> str:
    """One recommendation, to be edited; `new` writes another one."""
    with house().store.reading() as conn:
        version, present = stored.current(conn)
        one = next((one for one in present.recommendations.catalogue if one.key == key), None)
        if one is None and key != NEW:
            abort(404)
        return _editor(conn, version, key, Typed(recommendation_form.shown(one) if one else dict(_FIRST), one, {}))


@blueprint.post("/recommendations/<key>")
@for_admins
def save_recommendation(key: str) -> str | Response | tuple[str, int]:
    """Save one; 422 with what cannot be, or show what it would lead to."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
        own = keyed.own_key(key, request.form.get("fr_title", ""), base.recommendations.catalogue)
        found = recommendation_form.entry(request.form.to_dict(flat=False), own)
        if request.form.get("preview") or not isinstance(found.made, CatalogueEntry):
            return _editor(conn, version, key, found, looked=bool(request.form.get("preview"))), (
                200 if request.form.get("preview") else 422
            )
    section = recommendation_form.placed(base.recommendations, found.made)
    if len(section.catalogue) > MOST_RECOMMENDATIONS:
        abort(422)
    return _saved(version, base, section, "settings.save_recommendation", {}, key=key)


@blueprint.post("/recommendations/<key>/<any('up','down','remove'):step>")
@for_admins
def change_recommendation(key: str, step: str) -> Response | tuple[str, int]:
    """Propose it earlier or later, or not any more."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    section = base.recommendations
    wanted = (
        recommendation_form.moved(section, key, step)
        if step in (BETTER, WORSE)
        else recommendation_form.without(section, key)
    )
    return _saved(version, base, wanted, "settings.change_recommendation", {}, key=key, step=step)


def _saved(
    version: int, base: Rules, section: Recommendations, view: str, shown: dict[str, str], **address: str
) -> Response | tuple[str, int]:
    wanted = base.model_copy(update={"recommendations": section})
    return sections.save(base, wanted, version=version, view=view, back=HOME, shown=shown, address=address)


def _page(conn: Connection, version: int, section: Recommendations, limits: Typed) -> str:
    opened = callings.triggers_open(conn)
    covered = {name for one in section.catalogue if one.enabled for name in one.triggers}
    return render_template(
        "settings/recommendations.html",
        version=version,
        section=section,
        counts={one.key: sum(opened.get(name, 0) for name in one.triggers) for one in section.catalogue},
        uncovered=[name for name in recommendation_words.TRIGGERS if name not in covered],
        limits=limits,
        most=MOST_RECOMMENDATIONS,
        advice_words=recommendation_words,
        note=sections.note() if request.form else "",
        saved=sections.last_saved(),
    )


def _editor(conn: Connection, version: int, key: str, found: Typed, *, looked: bool = False) -> str:
    opened = callings.triggers_open(conn)
    made = found.made if isinstance(found.made, CatalogueEntry) else None
    return render_template(
        "settings/recommendation.html",
        current_page=HOME,
        version=version,
        key=key,
        new=key == NEW,
        found=found,
        looked=looked,
        count=sum(opened.get(name, 0) for name in made.triggers) if made else None,
        placeholders=PLACEHOLDERS,
        advice_words=recommendation_words,
        note=sections.note() if request.form else "",
    )
