"""Thresholds of signals under /api/v1/settings."""

from flask import Response

from relationship.store import rules as stored
from settings.pages.api import Note, SavedBody, put_in_force
from settings.rules import Signals
from web.api import asked
from web.api.document import documented
from web.api.rooms import room
from web.house import house

blueprint = room("settings_signals", __name__)


class SignalsChange(Signals):
    note: Note = ""


@blueprint.put("/settings/signals")
@documented({200: SavedBody}, body=SignalsChange, whole=True, versioned=True, tag="settings")
def replace_signals() -> Response:
    """Put other thresholds of signals in force

    Signals follow with the next detection. `off` names detectors that are switched off.
    """
    asked.rules_admin()
    change = asked.body(SignalsChange, whole=True)
    with house().store.reading() as conn:
        version, present = stored.current(conn)
    expected = asked.expected_version(version)
    section = Signals(**{name: getattr(change, name) for name in Signals.model_fields})
    return put_in_force(present.model_copy(update={"signals": section}), expected, change.note)
