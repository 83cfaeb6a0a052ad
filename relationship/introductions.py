"""Introductions: the states a request goes through, who may move it, and when it is due. Pure.

A request is written down before its mail leaves (`sending`), so that none leaves twice. It then is `asked` until
the colleague answers, the colleague's own mail joins seller and contact (`introduced`), the seller takes it back,
or a week passes.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from relationship.errors import RelationshipError

REMIND_AFTER_DAYS = 4
LAPSE_AFTER_DAYS = 7
# Links outlive the request itself by a week, so that a late click finds a friendly page.
LINK_DAYS = 14
# Who accepted writes within a month, or the request lapses after all.
WRITE_AFTER_DAYS = 30
# A mail that joins the two so long after the request lapsed is still its fruit.
LATE_DAYS = 30
# A colleague with so many open requests is asked after the others.
BUSY_FROM = 3
# What one seller may ask in a day.
DAILY_LIMIT = 10
# The hour, in the organisation's time zone, at which reminders leave and requests lapse.
DUE_HOUR = 9


class State(StrEnum):
    """SENDING: written down, its mail not known to have left; UNSENT: its mail was refused, nobody got it."""

    SENDING = "sending"
    UNSENT = "unsent"
    ASKED = "asked"
    ACCEPTED = "accepted"
    INTRODUCED = "introduced"
    DECLINED = "declined"
    PASSED_ON = "passed_on"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What happens to a request."""

    LEFT = "left"  # its mail left
    REFUSED = "refused"  # its mail was refused for certain
    ACCEPT = "accept"
    DECLINE = "decline"
    NOT_WELL = "not_well"  # "I don't know them well enough"
    PASS_ON = "pass_on"  # noqa: S105  # somebody else would be better
    WITHDRAW = "withdraw"
    REMIND = "remind"
    LAPSE = "lapse"
    INTRODUCE = "introduce"  # a mail of the colleague joined the two


class Hand(StrEnum):
    """Who moves a request."""

    SELLER = "seller"
    COLLEAGUE = "colleague"
    SERVICE = "service"


class Via(StrEnum):
    """How a request's mail leaves: by Microsoft Graph, from a window of the seller's own mail program, by the CRM."""

    GRAPH = "graph"
    DRAFT = "draft"
    CRM = "crm"


OPEN = frozenset({State.SENDING, State.ASKED, State.ACCEPTED})
# Waits for the colleague: counts as a load, and may be answered.
WAITING = frozenset({State.SENDING, State.ASKED})
ANSWERS = frozenset({Step.ACCEPT, Step.DECLINE, Step.NOT_WELL, Step.PASS_ON})
# What came of a request, for learning: withdrawn and unsent ones say nothing about the colleague.
OUTCOMES = frozenset({State.INTRODUCED, State.DECLINED, State.PASSED_ON, State.LAPSED})

_S, _P = State, Step
# The whole rule: from where, by what, to where. What is not in the table does not happen.
TRANSITIONS: dict[tuple[State, Step], State] = {
    (_S.SENDING, _P.LEFT): _S.ASKED,
    (_S.SENDING, _P.REFUSED): _S.UNSENT,
    (_S.SENDING, _P.WITHDRAW): _S.WITHDRAWN,
    # A mail whose sending was not confirmed may have arrived all the same: then it can be answered.
    (_S.SENDING, _P.ACCEPT): _S.ACCEPTED,
    (_S.SENDING, _P.DECLINE): _S.DECLINED,
    (_S.SENDING, _P.NOT_WELL): _S.DECLINED,
    (_S.SENDING, _P.PASS_ON): _S.PASSED_ON,
    (_S.SENDING, _P.LAPSE): _S.LAPSED,
    (_S.SENDING, _P.INTRODUCE): _S.INTRODUCED,
    (_S.ASKED, _P.ACCEPT): _S.ACCEPTED,
    (_S.ASKED, _P.DECLINE): _S.DECLINED,
    (_S.ASKED, _P.NOT_WELL): _S.DECLINED,
    (_S.ASKED, _P.PASS_ON): _S.PASSED_ON,
    (_S.ASKED, _P.WITHDRAW): _S.WITHDRAWN,
    (_S.ASKED, _P.REMIND): _S.ASKED,
    (_S.ASKED, _P.LAPSE): _S.LAPSED,
    (_S.ASKED, _P.INTRODUCE): _S.INTRODUCED,
    (_S.ACCEPTED, _P.WITHDRAW): _S.WITHDRAWN,
    (_S.ACCEPTED, _P.LAPSE): _S.LAPSED,
    (_S.ACCEPTED, _P.INTRODUCE): _S.INTRODUCED,
    # Whoever lets a request lapse and writes all the same has introduced the two.
    (_S.LAPSED, _P.INTRODUCE): _S.INTRODUCED,
}
HANDS: dict[Step, Hand] = {
    **dict.fromkeys(ANSWERS, Hand.COLLEAGUE),
    Step.WITHDRAW: Hand.SELLER,
    **dict.fromkeys((Step.LEFT, Step.REFUSED, Step.REMIND, Step.LAPSE, Step.INTRODUCE), Hand.SERVICE),
}


class NotPossible(RelationshipError):
    """Whoever clicked looks again: the request has moved on, and this cannot happen any more."""


class NotAllowed(RelationshipError):
    """The seller chooses somebody else, or changes the text. `field` names what is at fault, '' for the whole."""

    def __init__(self, message: str, *, next_step: str, code: str, field: str = "") -> None:
        super().__init__(message, next_step=next_step, code=code)
        self.field = field


class TooMany(RelationshipError):
    """The seller waits: so many requests a day are enough. `wait_seconds`: until the next one may be asked."""

    exit_code = 75

    def __init__(self, message: str, *, next_step: str, code: str, wait_seconds: int) -> None:
        super().__init__(message, next_step=next_step, code=code)
        self.wait_seconds = wait_seconds


class AlreadyAsked(RelationshipError):
    """The seller waits for the answer: the same introduction is open. `key` is that request's."""

    def __init__(self, message: str, *, next_step: str, code: str, key: str) -> None:
        super().__init__(message, next_step=next_step, code=code)
        self.key = key


class NoSuchIntroduction(RelationshipError):
    """Not there, or not of this person: both read the same."""


@dataclass(frozen=True, slots=True)
class Due:
    """The instants of one request: its reminder and its end."""

    remind_at: datetime
    lapse_at: datetime


def after(state: State, step: Step) -> State:
    """The state that follows; NotPossible when this step cannot be taken from there.

    >>> after(State.ASKED, Step.NOT_WELL)
    <State.DECLINED: 'declined'>
    """
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise NotPossible(
            "This request has moved on in the meantime.",
            next_step="Look at the request again: its page shows what became of it.",
            code="introduction_moved_on",
        ) from None


def due(asked_at: datetime, zone: ZoneInfo) -> Due:
    """When to remind and when to give up: on whole days of the organisation, at its morning hour.

    >>> due(datetime(2026, 6, 17, 22, 30, tzinfo=ZoneInfo("UTC")), ZoneInfo("Europe/Paris")).lapse_at.isoformat()
    '2026-06-25T09:00:00+02:00'
    """
    return Due(_morning(asked_at, REMIND_AFTER_DAYS, zone), _morning(asked_at, LAPSE_AFTER_DAYS, zone))


def write_by(accepted_at: datetime, zone: ZoneInfo) -> datetime:
    """When an accepted request is given up, because no mail ever joined the two."""
    return _morning(accepted_at, WRITE_AFTER_DAYS, zone)


def _morning(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    day = at.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(DUE_HOUR), zone)


def no_such() -> NoSuchIntroduction:
    return NoSuchIntroduction(
        "There is no such request.", next_step="Look at your introductions.", code="introduction_unknown"
    )
