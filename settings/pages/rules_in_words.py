"""The rules of the score in plain words, for everybody who sees one."""

from flask import render_template

from relationship.activities import KINDS
from relationship.store import rules as store
from settings.pages import wording
from settings.pages.shell import blueprint
from web.house import house
from web.members import for_readers


@blueprint.get("/rules")
@for_readers
def rules() -> str:
    """What counts, how much, how often contact is expected and where the bands lie."""
    with house().store.reading() as conn:
        version, present = store.current(conn)
    return render_template(
        "settings/rules.html",
        version=version,
        section=present.health,
        kinds=[kind.value for kind in KINDS],
        wording=wording,
    )
