"""Notes in the time line of records in Dynamics 365, each created once.

What if it runs twice: a note has an id of ours, so the second time Dynamics says that it is there. What if it dies
half-way: the same. What if Microsoft says no: `faults.fault` names who acts. The application needs Create and Append
on notes and Append To on accounts (docs/alerts.md).
"""

from relationship.activities import RecordKind
from relationship.errors import BadItem, RelationshipError, TryLater
from relationship.store.outbox.outbox import CrmNote
from relationship.sync.wire.faults import DUPLICATE_KEY
from relationship.sync.wire.transport import Channel, Json

SCOPE = "crm_tasks"
LONGEST_SUBJECT, LONGEST_TEXT = 500, 10_000
_SETS = {RecordKind.ACCOUNT: "accounts", RecordKind.OPPORTUNITY: "opportunities", RecordKind.CONTACT: "contacts"}


def create(channel: Channel, note: CrmNote, *, guid: str) -> None:
    """Create the note under this GUID, unless it is there.

    raises   what `Channel.change` raises; BadItem for a record that is not there any more
    """
    try:
        channel.change("POST", "/annotations", columns(note, guid=guid), scope=SCOPE)
    except RelationshipError as error:
        if error.code in DUPLICATE_KEY:
            return
        if error.code == "not_offered":
            raise BadItem(
                "The record of a note is not in Dynamics 365 any more.",
                next_step="Nothing to do.",
                code="note_record_gone",
            ) from None
        if error.code == "not_permitted" and not isinstance(error, TryLater):
            error.code = "note_not_permitted"
        raise


def columns(note: CrmNote, *, guid: str) -> Json:
    """The row of a note."""
    kind = note.regarding.kind
    return {
        "annotationid": guid,
        "subject": note.subject[:LONGEST_SUBJECT],
        "notetext": note.text[:LONGEST_TEXT],
        f"objectid_{kind.value}@odata.bind": f"/{_SETS[kind]}({note.regarding.guid})",
    }
