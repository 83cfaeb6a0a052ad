"""The page of rights to the health fields of accounts: which role sees, fills in, changes."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from werkzeug.wrappers import Response

from relationship.store import rules as stored
from settings.pages import sections
from settings.pages.shell import blueprint
from settings.pages.versions import shown_version
from settings.rules import HealthRight, HealthRights
from settings.rules.health_rights import ROLES
from web.house import house
from web.identity.members import for_admins

RIGHTS: Mapping[HealthRight, tuple[object, object]] = {
    HealthRight.LIST: (_l("List"), _l("sees score, status and flag: on the account, in lists, files and reports")),
    HealthRight.ADD: (_l("Add"), _l("gives a field its first value; what is only computed does not count as one")),
    HealthRight.EDIT: (_l("Edit"), _l("changes or clears a value that somebody has given")),
}
ROLE_NAMES: Mapping[str, object] = {
    "seller": _l("Sellers"),
    "sales_manager": _l("Sales managers"),
    "sales_admin": _l("Sales administrators"),
    "customer_success": _l("Customer success"),
}


@blueprint.get("/health-rights")
@for_admins
def health_rights() -> str:
    with house().store.reading() as conn:
        version, present = stored.current(conn)
    return _page(version, present.health_rights.model_dump())


@blueprint.post("/health-rights")
@for_admins
def save_health_rights() -> str | Response | tuple[str, int]:
    """Save; 422 when somebody could write what they do not see."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    values = sent(request.form.to_dict(flat=False))
    try:
        section = HealthRights.model_validate(values)
    except ValidationError as error:
        return _page(version, values, fault=str(error.errors(include_context=False)[0]["type"])), 422
    return sections.save(
        base,
        base.model_copy(update={"health_rights": section}),
        version=version,
        view="settings.save_health_rights",
        back="settings.health_rights",
        shown={},
    )


def sent(form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The section's values as the ticked boxes say them; a role that is not known is left out."""
    return {
        f"may_{right}": tuple(role for role in ROLES if role in form.get(f"may_{right}", ())) for right in HealthRight
    }


def _page(version: int, values: Mapping[str, Any], *, fault: str = "") -> str:
    return render_template(
        "settings/health_rights.html",
        version=version,
        values=values,
        fault=fault,
        changed=bool(fault),
        rights=RIGHTS,
        roles=ROLE_NAMES,
        note=sections.note() if request.form else "",
        saved=sections.last_saved(),
    )
