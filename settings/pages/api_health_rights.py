"""The rights to the health fields of accounts under /api/v1/settings."""

from flask import Response

from relationship.store import rules as stored
from settings.pages.api import Note, SavedBody, put_in_force
from settings.rules import HealthRights
from web.api import asked
from web.api.document import documented
from web.api.rooms import room
from web.house import house

blueprint = room("health_rights", __name__)


class HealthRightsChange(HealthRights):
    note: Note = ""


@blueprint.put("/settings/health-rights")
@documented({200: SavedBody}, body=HealthRightsChange, whole=True, versioned=True, tag="settings")
def replace_health_rights() -> Response:
    """Put other rights to the health fields of accounts in force

    `may_list`, `may_add` and `may_edit` name the app roles; whoever may add or edit is in `may_list` too.
    """
    asked.rules_admin()
    change = asked.body(HealthRightsChange, whole=True)
    with house().store.reading() as conn:
        version, present = stored.current(conn)
    expected = asked.expected_version(version)
    section = HealthRights(**{name: getattr(change, name) for name in HealthRights.model_fields})
    return put_in_force(present.model_copy(update={"health_rights": section}), expected, change.note)
