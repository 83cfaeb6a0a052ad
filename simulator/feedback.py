"""The words of mails, and the second application that may read those of some mailboxes (RBAC for Applications)."""

import html
import re
from collections.abc import Iterable, Mapping

from simulator import identity
from simulator.directory import User

_MARKUP = re.compile(r"(?is)<(style|script|head)\b.*?</\1>|<br\s*/?>|</p>|</div>|<[^>]*>")


class Feedback:
    """client_id: of the second application; mailboxes: the addresses it is scoped to, in lower case."""

    def __init__(self, domain: str, mailboxes: Iterable[str], bodies: Mapping[str, str]) -> None:
        self.client_id = identity.guid("feedback-application", domain)
        self.mailboxes = {address.lower() for address in mailboxes}
        self.bodies = dict(bodies)

    def covers(self, user: User | None) -> bool:
        """Whether a user's mailbox is in the scope of the second application."""
        return user is not None and not self.mailboxes.isdisjoint(
            name.lower() for name in (user.mail, user.user_principal_name, *user.aliases)
        )

    def body(self, mail_id: str, *, as_text: bool) -> dict[str, object]:
        """A body as the service gives it: HTML, or plain text when that is preferred."""
        written = self.bodies.get(mail_id, "")
        is_html = written.lstrip().startswith("<")
        if as_text:
            return {"contentType": "text", "content": _plain(written) if is_html else written.replace("\n", "\r\n")}
        shown = written if is_html else f"<html><body><pre>{html.escape(written)}</pre></body></html>"
        return {"contentType": "html", "content": shown if written else ""}


def _plain(written: str) -> str:
    """HTML as text, with a line per paragraph."""

    def instead(tag: re.Match[str]) -> str:
        return "\r\n" if tag.group().lower().startswith(("<br", "</p", "</div")) else ""

    return html.unescape(_MARKUP.sub(instead, written)).strip()
