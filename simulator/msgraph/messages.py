"""Messages: one, plain lists, and the delta of a folder."""

from datetime import datetime
from itertools import chain

from simulator.changelog import Change, What
from simulator.mailbox import Copy
from simulator.msgraph.call import Answer, Call, GraphError, Json, bad_request, checked_select, selected
from simulator.msgraph.links import Place
from simulator.msgraph.mailboxes import folder_of, is_scoped, mailbox_of, window
from simulator.msgraph.message_rows import FIELDS, View, full_row, item_id, partial_row
from simulator.msgraph.rounds import Stream, change_type, page
from simulator.organisation import Organisation

_DEFAULT_PAGE = 10
_CONTENT_ROLES = frozenset({"Mail.Read", "Mail.ReadWrite"})
_ORDERS = {"": False, "receivedDateTime": False, "receivedDateTime asc": False, "receivedDateTime desc": True}


def _may_see_content(organisation: Organisation, call: Call) -> bool:
    roles = (call.claims or {}).get("roles", ())
    return not _CONTENT_ROLES.isdisjoint(roles) or is_scoped(organisation, call)


def one_message(organisation: Organisation, call: Call) -> Answer:
    fields = selected(call, FIELDS, "message")
    mailbox = mailbox_of(organisation, call)
    wanted = call.segments[-1]
    for copy in mailbox.all_copies():
        if wanted in (item_id(mailbox, copy.serial, copy.generation), item_id(mailbox, copy.serial, None)):
            view = View(organisation, mailbox, copy, call.wants_immutable_ids, call.wants_text)
            row = full_row(view, fields, with_content=_may_see_content(organisation, call))
            context = f"{call.origin}/$metadata#users('{mailbox.owner_id}')/messages/$entity"
            return Answer(body={"@odata.context": context, **row})
    raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def list_messages(organisation: Organisation, call: Call) -> Answer:
    """All messages of the mailbox, or with a folder in the path those of the folder; newest first."""
    if "$deltatoken" in call.query:
        raise bad_request("Parameter 'DeltaToken' not supported for this request.")
    if "$search" in call.query:
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    fields = selected(call, FIELDS, "message")
    mailbox = mailbox_of(organisation, call)
    if call.segments[2] == "mailFolders":
        copies = list(folder_of(mailbox, call).copies.values())
    else:
        copies = list(chain.from_iterable(folder.copies.values() for folder in mailbox.folders.values()))
    if since := _since(call):
        copies = [copy for copy in copies if copy.received_at >= datetime.fromisoformat(since)]
    newest_first = _newest_first(call) if "$orderby" in call.query else True
    copies.sort(key=lambda copy: (copy.received_at, copy.serial), reverse=newest_first)
    content = _may_see_content(organisation, call)
    rows = [
        full_row(
            View(organisation, mailbox, copy, call.wants_immutable_ids, call.wants_text), fields, with_content=content
        )
        for copy in copies
    ]
    context = f"users('{mailbox.owner_id}')/messages"
    return Answer(body=window(call, rows, f"{call.origin}/{call.path}", context, default=_DEFAULT_PAGE))


def messages_delta(organisation: Organisation, call: Call, secret: bytes) -> Answer:
    for option in ("$search", "$count", "$skip"):
        if option in call.query:
            raise bad_request(f"The query parameter '{option}' is not supported with change tracking.")
    if call.query.get("$deltatoken") == "latest":
        raise bad_request("Badly formed token.")
    selected(call, FIELDS, "message")
    mailbox = mailbox_of(organisation, call)
    folder = folder_of(mailbox, call)
    immutable, content = call.wants_immutable_ids, _may_see_content(organisation, call)

    def change_id(change: Change[Copy]) -> str:
        return item_id(mailbox, change.item.serial, None if immutable else change.generation)

    def view(change: Change[Copy]) -> View:
        return View(organisation, mailbox, change.item, immutable, call.wants_text)

    def row(change: Change[Copy], fields: tuple[str, ...]) -> Json | None:
        copy = change.item
        if change.what is What.GONE:
            return {"@removed": {"reason": "deleted"}, "id": change_id(change)}
        if copy.folder is not folder or (not immutable and copy.generation != change.generation):
            return None
        if change.what is What.TOUCHED:
            return partial_row(view(change))
        return full_row(view(change), fields, with_content=content)

    scope = f"messages:{mailbox.owner_id}:{folder.id}"
    stream = Stream(
        scope=scope,
        address=f"{call.origin}/users/{mailbox.owner_id}/mailFolders('{folder.id}')/messages/delta",
        context="Collection(message)",
        log=folder.log,
        version=mailbox.version,
        epoch=organisation.token_epoch + mailbox.token_epoch,
        page_size=call.page_size(_DEFAULT_PAGE),
        key=lambda change: (change.item.serial, 0 if immutable else change.generation),
        fields=lambda select: checked_select(select, FIELDS, "message"),
        row=row,
        partial=lambda change: partial_row(view(change)),
        at=lambda copy: copy.received_at,
    )
    first = Place(
        scope,
        stream.epoch,
        0,
        stream.version,
        select=call.query.get("$select", ""),
        since=_since(call),
        change_type=change_type(call),
        newest_first=_newest_first(call),
    )
    return page(call, stream, first, secret=secret, expiry=organisation.expiry)


def _since(call: Call) -> str:
    """The instant of `$filter=receivedDateTime ge …`, the only filter that is answered; '' without one."""
    text = call.query.get("$filter", "")
    if not text:
        return ""
    for operator in ("receivedDateTime ge ", "receivedDateTime gt "):
        if text.startswith(operator):
            since = text.removeprefix(operator).strip()
            try:
                if datetime.fromisoformat(since).tzinfo is not None:
                    return since
            except ValueError:
                break
    raise bad_request("Invalid filter clause.", code="ErrorInvalidUrlQueryFilter")


def _newest_first(call: Call) -> bool:
    order = call.query.get("$orderby", "")
    if order not in _ORDERS:
        raise bad_request("The property to order by is not supported.", code="ErrorInvalidUrlQuery")
    return _ORDERS[order]
