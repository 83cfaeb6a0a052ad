"""Customer health under /api/v1/settings."""

from flask import Response

from relationship.store import rules as stored
from settings.pages.api import Note, SavedBody, put_in_force
from settings.rules import CustomerHealth
from web.api import asked
from web.api.document import documented
from web.api.rooms import room
from web.house import house

blueprint = room("customer_health", __name__)


class CustomerHealthChange(CustomerHealth):
    note: Note = ""


@blueprint.put("/settings/customer-health")
@documented({200: SavedBody}, body=CustomerHealthChange, whole=True, versioned=True, tag="settings")
def replace_customer_health() -> Response:
    """Put other thresholds and another order of the sources of the health fields in force

    `precedence` names typed, imported, crm and computed once each; `churn_model` is the number of a learnt model,
    null for the published rule.
    """
    asked.rules_admin()
    change = asked.body(CustomerHealthChange, whole=True)
    with house().store.reading() as conn:
        version, present = stored.current(conn)
    expected = asked.expected_version(version)
    section = CustomerHealth(**{name: getattr(change, name) for name in CustomerHealth.model_fields})
    return put_in_force(present.model_copy(update={"customer_health": section}), expected, change.note)
