"""The shape of Microsoft Graph's JSON: addresses of lists, and rows as plain pieces.

Unknown fields are ignored, absent ones are unchanged, null ones cleared. Subject, body and preview are
never asked for. What has another type than documented raises BadItem, for the quarantine.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from relationship.addresses import normalise
from relationship.errors import BadItem
from relationship.store.activities.sightings import Piece
from relationship.store.crm.colleagues import DirectoryUser
from relationship.store.sources.folders import FolderRow, container_of
from relationship.sync.shapes.automatic import is_automatic
from relationship.sync.shapes.texts import clean, is_clean

USER_SELECT = "id,displayName,mail,userPrincipalName,proxyAddresses,accountEnabled,userType"
FOLDER_SELECT = "id,parentFolderId"
# lastModifiedDateTime tells the newer of two rows of one message; subject and headers are only looked at for
# automatic replies and newsletters (`automatic.py`) and thrown away; the rest is contract section 4.
MESSAGE_SELECT = (
    "internetMessageId,conversationId,conversationIndex,from,sender,toRecipients,ccRecipients,sentDateTime,"
    "receivedDateTime,isDraft,parentFolderId,lastModifiedDateTime,subject,internetMessageHeaders"
)
TASK_SELECT = "status,createdDateTime,lastModifiedDateTime,completedDateTime,dueDateTime,linkedResources"
EVENT_SELECT = (
    "type,seriesMasterId,start,end,isAllDay,isCancelled,isDraft,originalStartTimeZone,sensitivity,iCalUId,"
    "isOrganizer,organizer,attendees,responseStatus,lastModifiedDateTime"
)
PAGE_SIZE = 500

# Nothing in these is (or is yet) correspondence. Folders directly below them are left out too, which is
# where conflicts, localfailures and serverfailures lie (below syncissues).
UNREAD_FOLDERS = (
    "junkemail", "drafts", "outbox", "syncissues", "searchfolders", "scheduled", "conversationhistory",
    "recoverableitemsdeletions",
)  # fmt: skip

ADVANCED_QUERY = {"ConsistencyLevel": "eventual"}

_SEARCH_FOLDER = "#microsoft.graph.mailsearchfolder"
_NEVER_YEAR = 1
# A mail that took longer was held up, or its sender names a time that was not.
MOST_ON_THE_WAY = timedelta(days=1)
_FULL_ROW = {"internetMessageId", "toRecipients", "sentDateTime"}


def mail_headers(page_size: int) -> Mapping[str, str]:
    """Sent with every request for mail, for links do not remember them."""
    return {"Prefer": f'odata.maxpagesize={page_size}, IdType="ImmutableId"'}


def users_link(base_url: str) -> str:
    return f"{base_url}/users/delta?$select={USER_SELECT}"


def groups_link(base_url: str) -> str:
    """Every group of the directory, to choose from."""
    return f"{base_url}/groups?$select=id,displayName&$top=999"


def group_members_link(base_url: str, group_id: str) -> str:
    """The users in a group, through other groups too; naming the type of member takes `ADVANCED_QUERY`."""
    path = f"{base_url}/groups/{quote(group_id, safe='')}/transitiveMembers/microsoft.graph.user"
    return f"{path}?$select=id&$count=true&$top=999"


def domains_link(base_url: str) -> str:
    return f"{base_url}/domains?$select=id,isVerified"


def user_path(user_id: str) -> str:
    return f"/users/{quote(user_id, safe='')}?$select={USER_SELECT}"


def folders_link(base_url: str, user_id: str) -> str:
    return f"{base_url}/users/{quote(user_id, safe='')}/mailFolders/delta?$select={FOLDER_SELECT}"


def folder_path(user_id: str, name: str) -> str:
    """The id of a well-known folder."""
    return f"/users/{quote(user_id, safe='')}/mailFolders/{name}?$select=id"


def messages_link(base_url: str, user_id: str, folder_id: str) -> str:
    user, folder = quote(user_id, safe=""), quote(folder_id, safe="")
    return f"{base_url}/users/{user}/mailFolders/{folder}/messages/delta?$select={MESSAGE_SELECT}"


def messages_since_link(base_url: str, user_id: str, folder_id: str, since: datetime | None, page_size: int) -> str:
    """The mail of a folder as a plain list, from the day it came in. since: UTC, None for all of it."""
    user, folder = quote(user_id, safe=""), quote(folder_id, safe="")
    link = f"{base_url}/users/{user}/mailFolders/{folder}/messages?$select={MESSAGE_SELECT}&$top={page_size}"
    return link if since is None else f"{link}&$filter=receivedDateTime%20ge%20{since:%Y-%m-%dT%H:%M:%SZ}"


def message_path(user_id: str, message_id: str) -> str:
    return f"/users/{quote(user_id, safe='')}/messages/{quote(message_id, safe='')}?$select={MESSAGE_SELECT}"


def parent_folder(row: Mapping[str, Any]) -> str:
    """The folder a message lies in; BadItem when it does not say."""
    return item_id({"id": row.get("parentFolderId")})


def calendar_headers(page_size: int) -> Mapping[str, str]:
    """Sent with every request for events: times in UTC, ids that stay."""
    return {"Prefer": f'odata.maxpagesize={page_size}, IdType="ImmutableId", outlook.timezone="UTC"'}


def calendar_link(base_url: str, user_id: str, begin: str, end: str) -> str:
    """begin, end: ISO 8601 with Z; the delta of a view takes no other option."""
    user = quote(user_id, safe="")
    return f"{base_url}/users/{user}/calendarView/delta?startDateTime={begin}&endDateTime={end}"


def event_path(user_id: str, event_id: str) -> str:
    return f"/users/{quote(user_id, safe='')}/events/{quote(event_id, safe='')}?$select={EVENT_SELECT}"


def instances_link(base_url: str, user_id: str, series_id: str, begin: str, end: str, page_size: int) -> str:
    """The occurrences of a series in a window."""
    path = f"{base_url}/users/{quote(user_id, safe='')}/events/{quote(series_id, safe='')}/instances"
    return f"{path}?startDateTime={begin}&endDateTime={end}&$select={EVENT_SELECT}&$top={page_size}"


def call_records_link(base_url: str, since: str) -> str:
    """since: ISO 8601 with Z. The list allows no expansion."""
    return f"{base_url}/communications/callRecords?$filter=startDateTime%20ge%20{since}"


def call_record_path(record_id: str) -> str:
    return f"/communications/callRecords/{quote(record_id, safe='')}?$expand=sessions,participants_v2"


def call_log_link(base_url: str, function: str, begin: date, end: date) -> str:
    """A log of the telephone network from one day to another, both whole; at most 90 days."""
    return f"{base_url}/communications/callRecords/{function}(fromDateTime={begin},toDateTime={end})"


def page_headers(page_size: int) -> Mapping[str, str]:
    """Sent with every request for lists whose items have one kind of id only."""
    return {"Prefer": f"odata.maxpagesize={page_size}"}


def task_lists_link(base_url: str, user_id: str) -> str:
    return f"{base_url}/users/{quote(user_id, safe='')}/todo/lists/delta"


def tasks_link(base_url: str, user_id: str, list_id: str) -> str:
    """The tasks of a list; titles and texts are left out."""
    user, wanted = quote(user_id, safe=""), quote(list_id, safe="")
    return f"{base_url}/users/{user}/todo/lists/{wanted}/tasks/delta?$select={TASK_SELECT}"


def planner_tasks_link(base_url: str, user_id: str) -> str:
    return f"{base_url}/users/{quote(user_id, safe='')}/planner/tasks"


def planner_details_path(task_id: str) -> str:
    return f"/planner/tasks/{quote(task_id, safe='')}/details"


def is_removed(row: Mapping[str, Any]) -> bool:
    return "@removed" in row


def item_id(row: object) -> str:
    """The id of a row; BadItem when it has none that can be kept."""
    found = row.get("id") if isinstance(row, dict) else None
    if not isinstance(found, str) or not is_clean(found):
        raise _bad("bad_id")
    return found


def is_thin_user(row: Mapping[str, Any]) -> bool:
    """Whether a user's row lacks what every full row has, so that the user must be read alone."""
    return not {"mail", "proxyAddresses", "accountEnabled", "displayName"} <= row.keys()


def directory_user(row: Mapping[str, Any]) -> DirectoryUser | None:
    """A colleague, or None for a guest: a person of another organisation with an entry in ours."""
    if row.get("userType") == "Guest" or "#EXT#" in str(row.get("userPrincipalName")):
        return None
    raw = [row.get("mail"), row.get("userPrincipalName")]
    proxies = row.get("proxyAddresses")
    for proxy in proxies if isinstance(proxies, list) else []:
        kind, _, address = str(proxy).partition(":")
        if kind.lower() == "smtp":
            raw.append(address)
    addresses = {address for address in map(normalise, raw) if address}
    return DirectoryUser(
        key=item_id(row),
        name=clean(row.get("displayName")),
        enabled=row.get("accountEnabled") is not False,
        addresses=tuple(sorted(addresses)),
    )


def verified_domains(rows: Iterable[object]) -> list[str]:
    found = [row for row in rows if isinstance(row, dict) and row.get("isVerified") is not False]
    return sorted({clean(row.get("id")).lower() for row in found} - {""})


def folder(row: Mapping[str, Any], unread_ids: frozenset[str]) -> FolderRow:
    folder_id = item_id(row)
    parent = row.get("parentFolderId")
    is_search = str(row.get("@odata.type", "")).lower() == _SEARCH_FOLDER
    return FolderRow(
        folder_id=folder_id,
        parent_id=parent if isinstance(parent, str) else None,
        read=not is_search and folder_id not in unread_ids and parent not in unread_ids,
    )


def message(row: Mapping[str, Any], folder_id: str) -> Piece:
    """A row of messages/delta as a piece for the store; see `disposition` for the names of its fields.

    raises  BadItem with a reason when a full row has no sender, no time or another form than documented
    """
    fields: dict[str, Any] = {}
    if "internetMessageId" in row:
        fields["message_id"] = clean(row["internetMessageId"], longest=1_000) or None
    if "isDraft" in row:
        fields["draft"] = row["isDraft"] is True
    if "from" in row or "sender" in row:
        fields["from"] = _address(row.get("from")) or _address(row.get("sender"))
    for name, ours in (("toRecipients", "to"), ("ccRecipients", "cc")):
        if name in row:
            fields[ours] = _addresses(row[name])
    if "sentDateTime" in row:
        sent_at = _believable(instant(row["sentDateTime"]), row.get("receivedDateTime"))
        fields["sent_at"] = sent_at.isoformat() if sent_at else None
    if "eventMessage" in str(row.get("@odata.type")) and fields:
        fields["invitation"] = True
    if is_automatic(_dicts(row.get("internetMessageHeaders")), clean(row.get("subject"))):
        fields["automatic"] = True
    if not fields.get("draft") and not fields.get("invitation"):
        if fields.get("from", "") is None or (row.keys() >= _FULL_ROW and "from" not in fields):
            raise _bad("no_sender")
        if fields.get("sent_at", "") is None:
            raise _bad("no_time")
    modified = row.get("lastModifiedDateTime")
    return Piece(item_id(row), container_of(folder_id), fields, instant(modified) if modified else None)


def _believable(sent_at: datetime | None, received: object) -> datetime | None:
    """When a mail was sent; where the sender says something else than our server saw, when it was received.

    The sending time is the sender's own word: with another one a flood of one day would look like years of contact.
    """
    if sent_at is None or received is None:
        return sent_at
    received_at = instant(received)
    return sent_at if received_at is None or abs(received_at - sent_at) <= MOST_ON_THE_WAY else received_at


def _dicts(raw: object) -> list[Mapping[str, Any]]:
    return [item for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []


def instant(raw: object) -> datetime | None:
    """A time of Microsoft Graph in UTC; None for null and for year 1, which means "never"."""
    if raw is None:
        return None
    try:
        found = datetime.fromisoformat(str(raw))
    except ValueError:
        raise _bad("bad_time") from None
    if found.year == _NEVER_YEAR:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _address(raw: object) -> str | None:
    """The normalised address of a recipient; None when it has none that leads outside of Exchange."""
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise _bad("bad_party")
    inner = raw.get("emailAddress")
    return normalise(inner.get("address")) if isinstance(inner, dict) else None


def _addresses(raw: object) -> list[str]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise _bad("bad_parties")
    return list(dict.fromkeys(address for address in map(_address, raw) if address))


def _bad(reason: str) -> BadItem:
    return BadItem(
        f"An item of Microsoft Graph cannot be read ({reason}).",
        next_step="Nothing to do: it is left out and read again when it changes.",
        code=reason,
    )
