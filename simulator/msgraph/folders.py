"""Mail folders: one, the list of a level, and the delta over the whole tree."""

from collections.abc import Callable, Mapping

from simulator.changelog import Change, What
from simulator.mailbox import Folder, Mailbox
from simulator.msgraph.call import Answer, Call, Json, bad_request, checked_select, selected
from simulator.msgraph.links import Place
from simulator.msgraph.mailboxes import folder_of, mailbox_of, window
from simulator.msgraph.rounds import Stream, page
from simulator.organisation import Organisation

_DEFAULT_PAGE = 10

_FIELDS: Mapping[str, Callable[[Mailbox, Folder], object]] = {
    "id": lambda _, folder: folder.id,
    "displayName": lambda _, folder: folder.name,
    "parentFolderId": lambda _, folder: folder.parent.id if folder.parent else None,
    "childFolderCount": lambda mailbox, folder: len(mailbox.children(folder)),
    "unreadItemCount": lambda _, folder: sum(not copy.is_read for copy in folder.copies.values()),
    "totalItemCount": lambda _, folder: len(folder.copies),
    "isHidden": lambda _, folder: folder.is_hidden,
}


def _row(mailbox: Mailbox, folder: Folder, fields: tuple[str, ...]) -> Json:
    row: Json = {"@odata.type": "#microsoft.graph.mailSearchFolder"} if folder.is_search else {}
    for name in fields or _FIELDS:
        row[name] = _FIELDS[name](mailbox, folder)
    row["id"] = folder.id
    return row


def _context(mailbox: Mailbox) -> str:
    return f"users('{mailbox.owner_id}')/mailFolders"


def one_folder(organisation: Organisation, call: Call) -> Answer:
    fields = selected(call, _FIELDS, "mailFolder")
    mailbox = mailbox_of(organisation, call)
    row = _row(mailbox, folder_of(mailbox, call), fields)
    return Answer(body={"@odata.context": f"{call.origin}/$metadata#{_context(mailbox)}/$entity", **row})


def list_folders(organisation: Organisation, call: Call) -> Answer:
    """The top level, or with a folder in the path the level below it."""
    if "$deltatoken" in call.query:
        raise bad_request("Parameter 'DeltaToken' not supported for this request.")
    fields = selected(call, _FIELDS, "mailFolder")
    mailbox = mailbox_of(organisation, call)
    parent = folder_of(mailbox, call) if len(call.segments) > 3 else mailbox.root
    with_hidden = call.query.get("includeHiddenFolders", "").lower() == "true"
    rows = [_row(mailbox, child, fields) for child in mailbox.children(parent) if with_hidden or not child.is_hidden]
    address = f"{call.origin}/{call.path}"
    return Answer(body=window(call, rows, address, _context(mailbox), default=_DEFAULT_PAGE))


def folders_delta(organisation: Organisation, call: Call, secret: bytes) -> Answer:
    for option in ("$search", "$filter", "$orderby", "$top"):
        if option in call.query:
            raise bad_request(f"Parameter '{option}' not supported for this request.")
    selected(call, _FIELDS, "mailFolder")
    mailbox = mailbox_of(organisation, call)

    def row(change: Change[Folder], fields: tuple[str, ...]) -> Json | None:
        folder = change.item
        if change.what is What.GONE:
            return {"@removed": {"reason": "deleted"}, "id": folder.id}
        if folder.id not in mailbox.folders:
            return None
        return _row(mailbox, folder, fields)

    scope = f"folders:{mailbox.owner_id}"
    stream = Stream(
        scope=scope,
        address=f"{call.origin}/users/{mailbox.owner_id}/mailFolders/delta",
        context="Collection(mailFolder)",
        log=mailbox.folder_log,
        version=mailbox.version,
        epoch=organisation.token_epoch + mailbox.token_epoch,
        page_size=call.page_size(_DEFAULT_PAGE),
        key=lambda change: change.item.id,
        fields=lambda select: checked_select(select, _FIELDS, "mailFolder"),
        row=row,
        partial=lambda change: {"id": change.item.id, "isHidden": change.item.is_hidden},
    )
    first = Place(scope, stream.epoch, 0, stream.version, select=call.query.get("$select", ""))
    return page(call, stream, first, secret=secret, expiry=organisation.expiry)
