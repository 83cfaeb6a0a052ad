"""Say what became of an alert, and release or discard a mail to the customer that waited for a person."""

from datetime import datetime

from relationship.clock import real_clock
from relationship.desk import enqueue
from relationship.house import House
from relationship.letters.digests import Notice
from relationship.store.alerts import alerts
from relationship.store.alerts.alerts import State

LONGEST_NOTE = 1_000
LONGEST_SUBJECT, LONGEST_BODY = 120, 4_000


def decide(house: House, number: int, state: State, *, by: tuple[str, str], note: str = "") -> bool:
    """Confirm, call handled or a false alarm, or take that back (NEW); False when there is no such alert."""
    with house.store.transaction() as conn:
        return alerts.decide(conn, number, state, at=real_clock(), by=by, note=note[:LONGEST_NOTE])


def release(
    house: House, number: int, *, subject: str, body: str, by: str, at: datetime | None = None
) -> bool:  # fmt: skip
    """Let the letter of an alert leave to the customer as it was edited, once; False when nothing waits any more.

    at  real time, now when None
    """
    now = at or real_clock()
    with house.store.transaction() as conn:
        letter = alerts.letter(conn, number)
        if letter is None or not alerts.note_letter(
            conn, number, "released", subject=subject[:LONGEST_SUBJECT], body=body[:LONGEST_BODY], at=now, by=by
        ):
            return False
        paragraphs = tuple(part for part in body[:LONGEST_BODY].splitlines() if part.strip())
        enqueue.mail_address(
            conn,
            house,
            key=f"alert-letter/{number}",
            address=letter.address,
            notice=Notice(subject[:LONGEST_SUBJECT], paragraphs),
            language=letter.language,
            event="alert.raised",
            at=now,
        )
        return True


def discard(house: House, number: int, *, by: str) -> bool:
    """Nothing is sent; False when nothing waits any more."""
    with house.store.transaction() as conn:
        letter = alerts.letter(conn, number)
        return letter is not None and alerts.note_letter(
            conn, number, "discarded", subject=letter.subject, body="", at=real_clock(), by=by
        )
