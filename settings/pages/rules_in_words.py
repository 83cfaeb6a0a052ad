"""The rules of the score in plain words, for everybody who sees one."""

from datetime import datetime

from flask import render_template
from sqlalchemy import Connection

from relationship.activities import KINDS
from relationship.store import rules as stored
from settings import history
from settings.pages import wording
from settings.pages.shell import blueprint
from web.house import house
from web.identity.members import for_readers


@blueprint.get("/rules")
@for_readers
def rules() -> str:
    """What counts, how much, how often contact is expected and where the bands lie."""
    with house().store.reading() as conn:
        _version, present = stored.current(conn)
        since = _in_force_since(conn)
    return render_template(
        "settings/rules.html",
        since=since,
        section=present.health,
        kinds=[kind.value for kind in KINDS],
        wording=wording,
    )


def _in_force_since(conn: Connection) -> datetime | None:
    """When the rules of relationship health were last changed; None for those of the beginning."""
    before: int | None = None
    while changes := history.versions(conn, 20, before):
        for change in changes:
            if any(one.path[0] == "health" for one in change.differences):
                return change.saved_at
        before = changes[-1].version
    return None
