"""Hear what customers write to feedback mailboxes: the ear of `sync/readers/feedback.py`, at the door of `hear.py`.

What if it runs twice: a mail is known by its message id and its sender, in whichever mailbox it lies. What if it dies
half-way: what is kept is kept with the place in the mailbox, or not at all.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from relationship.clock import day_number
from relationship.desk.hear import Said, Understood, keep, understand
from relationship.house import House
from relationship.store.verbatims import feedback_mailboxes
from relationship.store.verbatims.verbatims import Source
from relationship.sync.shapes.feedback_mail import Letter

BY = "mailbox"


class MailEar:
    """Understands the mails of a page, and keeps them in the transaction that keeps the page."""

    def __init__(self, house: House) -> None:
        self._house = house

    def understand(self, letters: Sequence[Letter]) -> Understood:
        today = day_number(self._house.clock(), self._house.config.zone)
        said = [
            Said(Source.MAILBOX, min(one.day, today), one.text, line_id=one.key, address=one.address)
            for one in letters
        ]  # fmt: skip
        return understand(self._house, said)

    def keep(self, conn: Connection, source_id: int, understood: Understood) -> int:
        outcome = keep(self._house, conn, understood, by=BY)
        held = feedback_mailboxes.hold(conn, source_id, understood.heard)
        return outcome.added + outcome.changed + held
