"""How many activities of each kind went to and fro lately: plain counts, as every mailbox would give them."""

from dataclasses import dataclass

from relationship.activities import KINDS, Kind
from relationship.health.contact_days import KIND_INDEX, ContactDays
from relationship.health.kpis import RECENT_DAYS


@dataclass(frozen=True, slots=True)
class KindCount:
    """Activities of one kind in the last 90 days (today included); one from both sides counts on both.

    sent      from us: written, called, arranged or done;  received  the same from them
    """

    kind: Kind
    sent: int
    received: int


def kind_counts(days: ContactDays, *, today: int) -> tuple[KindCount, ...]:
    """One count per kind, in the order of the kinds, for the contact days of a single record.

    >>> days = ContactDays.of_record([("email", 20600, 2, 1), ("email", 20001, 9, 9)])
    >>> kind_counts(days, today=20621)[0]
    KindCount(kind=<Kind.EMAIL: 'email'>, sent=2, received=1)
    """
    known = days.known_on(today)
    lately = known.take(known.day > today - RECENT_DAYS)
    return tuple(
        KindCount(
            kind,
            int(lately.ours[lately.kind == KIND_INDEX[kind]].sum()),
            int(lately.theirs[lately.kind == KIND_INDEX[kind]].sum()),
        )
        for kind in KINDS
    )
