"""How far the columns of the CRM follow the ratings: a part of the pages of health and of sources."""

from flask import render_template
from flask_babel import lazy_gettext as _l

from relationship.store.crm import write_back
from settings.pages.shell import blueprint
from web.house import house
from web.identity.members import for_keepers
from web.operations import reasons
from web.operations.reasons import Reason

# What only the writing can meet; everything else is known from the reading.
_REASONS = {
    "columns_missing": Reason(
        _l("Dynamics 365 does not know the columns."),
        _l("Run “relationship crm provision”; new columns are known after some seconds."),
    ),
    "write_not_permitted": Reason(
        _l("The application user may not write the columns."),
        _l("Give it organisation-level Write on opportunity, contact, lead and account."),
    ),
}


@blueprint.app_context_processor
def place() -> dict[str, object]:
    """Whether a page has a place for the progress of the columns: only while they are written."""
    return {"writes_crm_columns": house().config.crm_write}


@blueprint.get("/crm-columns")
@for_keepers
def crm_columns() -> str:
    """The progress as a part of a page, '' while the columns are not written; it asks for itself again."""
    if not house().config.crm_write:
        return ""
    with house().store.reading() as conn:
        found = write_back.progress(conn)
    why = _REASONS.get(found.trouble) or reasons.of_source(found.trouble) if found.trouble else None
    return render_template("settings/crm_columns.html", found=found, why=why)
