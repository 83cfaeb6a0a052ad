"""How fast and how often e-mails are answered, by us and by the customer.

A reply is told by its people, not by its text or its conversation: neither is kept, and a conversation is another
one in every system. Our own decision; why: `docs/kpis.md`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median

# What came later answers something else.
ANSWER_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail between the two sides of a record.

    at         when it was sent, UTC
    ours       whether one of us wrote it
    writer     who wrote it;  addressed: those of the other side in To and Cc; any numbers that name people
    """

    at: datetime
    ours: bool
    writer: int
    addressed: frozenset[int]


@dataclass(frozen=True, slots=True)
class Answers:
    """How one side answered the e-mails of the other.

    asked     e-mails that were answered, or whose 14 days are over
    answered  those that were answered
    hours     the median time to the answer, nights and weekends included; None when nothing was answered
    people    those of this side whom these e-mails were addressed to
    """

    asked: int
    answered: int
    hours: float | None
    people: frozenset[int]

    @property
    def rate(self) -> float | None:
        """Answered of asked, 0 to 1; None when nothing was asked."""
        return self.answered / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class Replies:
    by_us: Answers
    by_them: Answers


def replies(mails: Iterable[Mail], *, now: datetime) -> Replies:
    """Both sides' answers to these e-mails (any order); `now` decides which are still waiting.

    An e-mail is answered by the first one of the other side that was sent later, within 14 days, by somebody it
    was addressed to, and that is addressed to its writer. One answer may answer several. An e-mail without an
    answer counts once its 14 days are over; until then it is left out.

    >>> monday = datetime(2026, 6, 1, 9)
    >>> asked = Mail(monday, True, 1, frozenset({7}))
    >>> answer = Mail(monday + timedelta(hours=3), False, 7, frozenset({1}))
    >>> replies([asked, answer], now=monday + timedelta(days=1)).by_them
    Answers(asked=1, answered=1, hours=3.0, people=frozenset({7}))
    """
    latest_first = sorted(mails, key=lambda mail: mail.at, reverse=True)
    # By side, from a writer to somebody addressed: the earliest e-mail later than those looked at.
    following: dict[tuple[bool, int, int], datetime] = {}
    asked: dict[bool, list[tuple[Mail, timedelta | None]]] = {True: [], False: []}
    for at, together in groupby(latest_first, key=lambda mail: mail.at):
        moment = list(together)
        for mail in moment:
            wait = _wait(mail, following)
            if wait is not None or now - at > ANSWER_WITHIN:
                asked[not mail.ours].append((mail, wait))
        for mail in moment:
            following.update(((mail.ours, mail.writer, person), at) for person in mail.addressed)
    return Replies(by_us=_answers(asked[True]), by_them=_answers(asked[False]))


def _wait(mail: Mail, following: dict[tuple[bool, int, int], datetime]) -> timedelta | None:
    """How long it took to be answered; None for never, or too late."""
    later = (following.get((not mail.ours, person, mail.writer)) for person in mail.addressed)
    wait = min((at - mail.at for at in later if at is not None), default=None)
    return wait if wait is not None and wait <= ANSWER_WITHIN else None


def _answers(asked: Sequence[tuple[Mail, timedelta | None]]) -> Answers:
    hours = [wait / timedelta(hours=1) for _, wait in asked if wait is not None]
    people = frozenset(person for mail, _ in asked for person in mail.addressed)
    return Answers(len(asked), len(hours), median(hours) if hours else None, people)
