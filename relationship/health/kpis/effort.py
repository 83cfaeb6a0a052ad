"""What was sent and received, and the time that it took each side."""

from collections.abc import Iterable
from dataclasses import dataclass

from relationship.activities import Kind

# Minutes for one e-mail, as sales people know them from their CRM.
WRITE_MINUTES = 5.0
READ_MINUTES = 2.5
# What is sent and received; a task is neither.
EXCHANGED: tuple[Kind, ...] = (Kind.EMAIL, Kind.MEETING, Kind.CALL)


@dataclass(frozen=True, slots=True)
class Exchange:
    """`count` activities of a record that are alike.

    ours        begun by us: a colleague wrote, called or invited
    together    both sides were on it; of a call: it was answered
    minutes     how long each took, None when nobody told; e-mails have none
    colleagues  how many of us were on each
    """

    kind: Kind
    ours: bool
    together: bool = True
    minutes: int | None = None
    colleagues: int = 1
    count: int = 1


@dataclass(frozen=True, slots=True)
class Traffic:
    """Activities of one kind: sent by us (written, invited, called) and received."""

    kind: Kind
    sent: int
    received: int


@dataclass(frozen=True, slots=True)
class Effort:
    """Minutes that a record took in a period.

    ours          of all of us together
    with_them     spent with the customer, however many of them and of us were there
    without_length  meetings and answered calls that are in neither, because nobody told how long they took
    """

    ours: float
    with_them: float
    without_length: int


def traffic(exchanges: Iterable[Exchange]) -> tuple[Traffic, ...]:
    """Sent and received by kind: e-mails, meetings, calls; every activity counts once, on the side that began it.

    >>> traffic([Exchange(Kind.CALL, ours=True, count=2), Exchange(Kind.CALL, ours=False)])[2]
    Traffic(kind=<Kind.CALL: 'call'>, sent=2, received=1)
    """
    sent, received = dict.fromkeys(EXCHANGED, 0), dict.fromkeys(EXCHANGED, 0)
    for one in exchanges:
        if one.kind in sent:
            (sent if one.ours else received)[one.kind] += one.count
    return tuple(Traffic(kind, sent[kind], received[kind]) for kind in EXCHANGED)


def ratio(of: Traffic) -> float | None:
    """Sent for each one received; None when nothing was received.

    >>> ratio(Traffic(Kind.EMAIL, 9, 6))
    1.5
    """
    return of.sent / of.received if of.received else None


def effort(exchanges: Iterable[Exchange]) -> Effort:
    """The time that these activities took, in minutes; nought for none.

    Ours: 5 for an e-mail written, 2.5 for one read, the length of a meeting for every colleague on it, the length of
    an answered call. With the customer: the length of meetings and answered calls, once each.

    >>> effort([Exchange(Kind.MEETING, ours=True, minutes=30, colleagues=3), Exchange(Kind.EMAIL, ours=False)])
    Effort(ours=92.5, with_them=30.0, without_length=0)
    """
    ours = with_them = 0.0
    unknown = 0
    for one in exchanges:
        if one.kind is Kind.EMAIL:
            ours += one.count * (WRITE_MINUTES if one.ours else READ_MINUTES)
        elif one.kind in EXCHANGED and one.together:
            if one.minutes is None:
                unknown += one.count
                continue
            with_them += one.count * one.minutes
            ours += one.count * one.minutes * (one.colleagues if one.kind is Kind.MEETING else 1)
    return Effort(ours, with_them, unknown)
