"""Finding the mailbox and folder a call is about, or the refusal the service gives."""

from urllib.parse import quote

from simulator.mailbox import Folder, Mailbox, MailboxState
from simulator.msgraph.call import Call, GraphError, Json
from simulator.organisation import Organisation


def mailbox_of(organisation: Organisation, call: Call) -> Mailbox:
    user = organisation.directory.find(call.mailbox_key)
    if user is None:
        raise GraphError(404, "ErrorInvalidUser", "The requested user is invalid.")
    mailbox = organisation.mailbox(user.id)
    if mailbox.state is MailboxState.UNAVAILABLE:
        message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        raise GraphError(404, "MailboxNotEnabledForRESTAPI", message)
    if mailbox.state is MailboxState.FORBIDDEN:
        raise GraphError(403, "ErrorAccessDenied", "Access to OData is disabled.")
    return mailbox


def is_scoped(organisation: Organisation, call: Call) -> bool:
    """Whether the second application asks for a mailbox that RBAC for Applications opens to it."""
    feedback = organisation.feedback
    is_second = (call.claims or {}).get("appid") == feedback.client_id
    return is_second and feedback.covers(organisation.directory.find(call.mailbox_key))


def folder_of(mailbox: Mailbox, call: Call) -> Folder:
    """The folder in the path, by id or well-known name."""
    key = call.segments[3]
    folder = mailbox.folder(key)
    if folder is not None and key in (folder.id, folder.well_known):
        return folder
    if "$deltatoken" in call.query or "$skiptoken" in call.query:
        raise GraphError(410, "ErrorSyncFolderNotFound", "The folder of the sync state is gone.")
    raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def window(call: Call, rows: list[Json], address: str, context: str, *, default: int) -> Json:
    """A page of a plain list by `$top` and `$skip`."""
    size = call.number("$top", default, most=1000) or default
    start = call.number("$skip", 0, most=10**9)
    body: Json = {"@odata.context": f"{call.origin}/$metadata#{context}", "value": rows[start : start + size]}
    if start + size < len(rows):
        options = {**call.query, "$skip": str(start + size), "$top": str(size)}
        body["@odata.nextLink"] = (
            address + "?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())
        )
    return body
