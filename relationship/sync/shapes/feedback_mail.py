"""Which mail of a feedback mailbox is a customer's word, and how it looks as one. Pure.

The only rows of Microsoft Graph whose body is asked for. Of a mail its sender, its day and the sender's own words are
passed on; subject, recipients and headers are looked at and thrown away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from relationship.addresses import is_machine
from relationship.clock import number_of
from relationship.errors import BadItem
from relationship.sync.shapes import msgraph
from relationship.sync.shapes.disposition import Circle
from relationship.sync.shapes.identity import digest, mail_key
from relationship.sync.shapes.own_words import own_words

SELECT = f"{msgraph.MESSAGE_SELECT},body"
PAGE_SIZE = 50  # mails come with their words
# What we wrote, and what somebody has thrown away, is no feedback.
UNREAD_FOLDERS = (*msgraph.UNREAD_FOLDERS, "sentitems", "deleteditems")

# A newsletter may come without `Precedence` (`automatic.py`), hardly without a way out.
_NEWSLETTER = frozenset({"list-unsubscribe", "list-unsubscribe-post", "feedback-id"})
_SEALED = ("-----BEGIN PGP MESSAGE-----", "-----BEGIN PKCS7-----")


@dataclass(frozen=True, slots=True)
class Letter:
    """key: the same in every mailbox that holds a copy;  day: day number;  address: normalised, who wrote it."""

    key: str
    day: int
    address: str
    text: str


def headers(page_size: int) -> Mapping[str, str]:
    """Sent with every request for such mail, for links do not remember them."""
    size = min(page_size, PAGE_SIZE)
    return {"Prefer": f'odata.maxpagesize={size}, IdType="ImmutableId", outlook.body-content-type="text"'}


def messages_link(base_url: str, user_id: str, folder_id: str) -> str:
    user, folder = quote(user_id, safe=""), quote(folder_id, safe="")
    return f"{base_url}/users/{user}/mailFolders/{folder}/messages/delta?$select={SELECT}"


def letter(row: Mapping[str, Any], inside: Circle, *, read_from: date | None, zone: ZoneInfo) -> Letter | None:
    """What a customer wrote; None for mail of machines, of our own people, without words, and for a mere flag.

    read_from  first day (in `zone`) that is kept, None for everything
    raises     BadItem with a reason when the row has another form than documented
    """
    if "body" not in row:
        return None
    fields = msgraph.message(row, "").fields
    if any(fields.get(name) for name in ("draft", "invitation", "automatic")) or _is_newsletter(row):
        return None
    sender, sent_at = fields.get("from"), fields.get("sent_at")
    if not sender or not sent_at or is_machine(sender) or inside.holds(sender):
        return None
    at = datetime.fromisoformat(sent_at)
    day = at.astimezone(zone).date()
    text = _text(row["body"])
    if not text or (read_from is not None and day < read_from):
        return None
    copies = mail_key(fields.get("message_id"), sender, at, fields.get("to", ()), fields.get("cc", ()))
    return Letter(digest(f"{copies}|{sender}"), number_of(day), sender, text)


def _text(body: object) -> str:
    if body is None:
        return ""
    content = body.get("content") if isinstance(body, dict) else 0
    if content is None:
        return ""
    if not isinstance(content, str) or not isinstance(body, dict):
        raise BadItem(
            "The body of a mail cannot be read.",
            next_step="Nothing to do: it is left out and read again when it changes.",
            code="bad_body",
        )
    if any(sign in content[:1_000] for sign in _SEALED):
        return ""
    return own_words(content, is_html=str(body.get("contentType", "")).lower() == "html")


def _is_newsletter(row: Mapping[str, Any]) -> bool:
    told = row.get("internetMessageHeaders")
    return isinstance(told, list) and any(
        isinstance(one, dict) and str(one.get("name", "")).lower() in _NEWSLETTER for one in told
    )
