"""Saving a section of the rules from its page, and telling it once on the page that follows."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from relationship.desk.change_rules import change_rules
from relationship.errors import Conflict
from relationship.store import rules as stored
from settings.pages import overtaken
from settings.pages.shell import whole_house
from settings.rules import Rules
from web.house import house
from web.identity.members import member

LONGEST_NOTE = 500
_SAVED = "settings.saved_section"


def save(
    base: Rules,
    wanted: Rules,
    *,
    version: int,
    view: str,
    back: str,
    shown: Mapping[str, str],
    address: Mapping[str, str] | None = None,
    onward: str = "",
) -> Response | tuple[str, int]:
    """Put `wanted`, edited from `base` of `version`, in force and lead to the page `back`; 409 when overtaken.

    view, address  where the form was sent to; shown: its fields as they stood when it was shown
    onward         where to go instead of `back`, without a word about what was saved
    """
    arguments: dict[str, Any] = dict(address or {})
    with house().store.reading() as conn:
        in_force, present = stored.current(conn)
    if version == in_force and wanted == present:
        if not onward:
            flash("", "unchanged")
        return redirect(onward or url_for(back), 303)
    try:
        saved = change_rules(
            whole_house(),
            wanted,
            expected_version=version,
            by=member().oid,
            by_name=member().name,
            note=note(),
        )
    except Conflict:
        action = url_for(view, **arguments)
        return overtaken.page(
            base, wanted, action=action, back=back, fields=lambda _theirs: overtaken.sent_again(shown)
        )
    if not onward:
        session[_SAVED] = saved.version
    return redirect(onward or url_for(back), 303)


def last_saved() -> int | None:
    """The version that was saved just before; told once."""
    found: int | None = session.pop(_SAVED, None)
    return found


def note() -> str:
    """Why, in the admin's words."""
    return "".join(sign for sign in request.form.get("note", "") if sign.isprintable()).strip()[:LONGEST_NOTE]


def searched(name: str) -> str:
    """What is looked for in the field of this name."""
    return " ".join(request.values.get(name, "").replace("\x00", " ").split())[:100]
