"""Themes of verbatims under /api/v1/settings."""

from flask import Response

from relationship.store import rules as stored
from settings.pages.api import Note, SavedBody, put_in_force
from settings.rules import Themes
from web.api import asked
from web.api.document import documented
from web.api.rooms import room
from web.house import house

blueprint = room("settings_themes", __name__)


class ThemesChange(Themes):
    note: Note = ""


@blueprint.put("/settings/themes")
@documented({200: SavedBody}, body=ThemesChange, whole=True, versioned=True, tag="settings")
def replace_themes() -> Response:
    """Put other themes of verbatims in force

    `own` are themes that are new or changed, `removed` those of the product that are not wanted, `lists` sensitivities
    and moments with other words. New texts follow at once, earlier ones are understood anew in the background.
    """
    asked.rules_admin()
    change = asked.body(ThemesChange, whole=True)
    with house().store.reading() as conn:
        version, present = stored.current(conn)
    expected = asked.expected_version(version)
    section = Themes(**{name: getattr(change, name) for name in Themes.model_fields})
    return put_in_force(present.model_copy(update={"themes": section}), expected, change.note)
