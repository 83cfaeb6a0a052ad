"""A message as JSON: built on demand from a copy, field by field, as `$select` asks."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from simulator import identity
from simulator.mailbox import Copy, Mailbox
from simulator.msgraph.call import Json
from simulator.organisation import Organisation

CONTENT_FIELDS = frozenset({"body", "bodyPreview", "uniqueBody"})
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


class View(NamedTuple):
    """A copy in its mailbox, as one caller sees it. as_text: the body in plain text is preferred."""

    organisation: Organisation
    mailbox: Mailbox
    copy: Copy
    immutable: bool
    as_text: bool = False


def item_id(mailbox: Mailbox, serial: int, generation: int | None) -> str:
    """The id of a copy: with its generation the default id, which a move changes; with None the immutable one."""
    kind = "AAMk" if generation is not None else "AAkA"
    place = f"{mailbox.owner_id}:{serial}:{generation}"
    return kind + urlsafe_b64encode(sha256(place.encode()).digest()[:30]).decode() + "AAA="


def view_id(view: View) -> str:
    copy = view.copy
    return item_id(view.mailbox, copy.serial, None if view.immutable else copy.generation)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def _modified(view: View) -> datetime:
    """Changes of the simulation are dated after the world's end, one second apart, so that newer is later."""
    copy = view.copy
    first = copy.version == 1
    return copy.received_at if first else view.organisation.world.now + timedelta(seconds=copy.version)


def change_key(view: View) -> str:
    raw = view.copy.serial.to_bytes(6, "big") + view.copy.version.to_bytes(6, "big")
    return "CQAAABYAAAA" + urlsafe_b64encode(raw).decode()


def _party(view: View, person_id: str) -> Json:
    person = view.organisation.person(person_id)
    return {"emailAddress": {"name": person.name, "address": view.organisation.address_on(view.copy.mail, person_id)}}


def _message_id(view: View) -> str:
    mail = view.copy.mail
    return identity.message_id(mail.id, view.organisation.person(mail.from_id).email)


def _thread(view: View) -> bytes:
    mail = view.copy.mail
    return sha256((mail.conversation_id or mail.id).encode()).digest()[:16]


def _conversation_id(view: View) -> str:
    """Made per mailbox: two mailboxes never share one."""
    digest = sha256(view.mailbox.owner_id.encode() + _thread(view)).digest()
    return "AAQk" + urlsafe_b64encode(digest[:30]).decode()


def _conversation_index(view: View) -> str:
    """One reserved byte, five of the time, then the sixteen that travel between Exchange users."""
    ticks = int((view.copy.mail.at - _FILETIME_EPOCH).total_seconds() * 10**7)
    return b64encode(b"\x01" + ticks.to_bytes(8, "big")[:5] + _thread(view)).decode()


def _headers(view: View) -> list[Json]:
    """Empty in Sent Items, as on the live service."""
    folder = view.copy.folder
    if folder is not None and folder.well_known == "sentitems":
        return []
    mail = view.copy.mail
    date = mail.at.strftime("%a, %d %b %Y %H:%M:%S +0000")
    told = (("Date", date), ("Message-ID", _message_id(view)), *view.organisation.headers_of(mail))
    return [{"name": name, "value": value} for name, value in told]


FIELDS: Mapping[str, Callable[[View], object]] = {
    "id": view_id,
    "createdDateTime": lambda view: _instant(view.copy.received_at),
    "lastModifiedDateTime": lambda view: _instant(_modified(view)),
    "changeKey": change_key,
    "categories": lambda _: [],
    "receivedDateTime": lambda view: _instant(view.copy.received_at),
    "sentDateTime": lambda view: _instant(view.copy.mail.at),
    "hasAttachments": lambda _: False,
    "internetMessageId": _message_id,
    "subject": lambda view: view.copy.mail.subject,
    "bodyPreview": lambda _: "",
    "importance": lambda _: "normal",
    "parentFolderId": lambda view: view.copy.folder.id if view.copy.folder else None,
    "conversationId": _conversation_id,
    "conversationIndex": _conversation_index,
    "isDeliveryReceiptRequested": lambda _: None,
    "isReadReceiptRequested": lambda _: False,
    "isRead": lambda view: view.copy.is_read,
    "isDraft": lambda view: view.copy.is_draft,
    "webLink": lambda view: f"https://outlook.office365.com/owa/?ItemID={view_id(view)}",
    "inferenceClassification": lambda _: "focused",
    "body": lambda view: view.organisation.feedback.body(view.copy.mail.id, as_text=view.as_text),
    "sender": lambda view: _party(view, view.copy.mail.from_id),
    "from": lambda view: _party(view, view.copy.mail.from_id),
    "toRecipients": lambda view: [_party(view, person_id) for person_id in view.copy.mail.to_ids],
    "ccRecipients": lambda view: [_party(view, person_id) for person_id in view.copy.mail.cc_ids],
    "bccRecipients": lambda _: [],
    "replyTo": lambda _: [],
    "flag": lambda view: {"flagStatus": "flagged" if view.copy.is_flagged else "notFlagged"},
    "internetMessageHeaders": _headers,
    "uniqueBody": lambda _: {"contentType": "text", "content": ""},
}
# What comes without `$select`; headers and the unique body only when asked for by name.
_DEFAULT_FIELDS = tuple(FIELDS)[:-2]


def full_row(view: View, fields: tuple[str, ...], *, with_content: bool) -> Json:
    row: Json = {
        "@odata.type": "#microsoft.graph.message",
        "@odata.etag": f'W/"{change_key(view)}"',
        "id": view_id(view),
    }
    for name in fields or _DEFAULT_FIELDS:
        if with_content or name not in CONTENT_FIELDS:
            row[name] = FIELDS[name](view)
    return row


def partial_row(view: View) -> Json:
    """What the service sends after a mere flag change, whatever `$select` named."""
    return full_row(view, ("isRead", "parentFolderId"), with_content=False)
