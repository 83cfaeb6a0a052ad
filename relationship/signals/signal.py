"""A signal and the facts that it rests on. Plain frozen records; no text of anybody is in them."""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    RISK = "risk"
    OPPORTUNITY = "opportunity"
    PIPELINE = "pipeline"


class Group(StrEnum):
    """What the signals of a family have in common."""

    USAGE = "usage"
    RELATIONSHIP = "relationship"
    CONTEXT = "context"
    DEAL = "deal"
    ACCELERATION = "acceleration"


class Source(StrEnum):
    """The kind of data that a detector reads: what may be missing or broken for an account."""

    USAGE = "usage"
    ACTIVITIES = "activities"
    EVENTS = "events"
    CRM = "crm"
    VERBATIMS = "verbatims"


class State(StrEnum):
    """How a source stands for an account: all well, never any data, or data that cannot be trusted today."""

    WELL = "well"
    NO_DATA = "no_data"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact behind a signal.

    what    the sort of fact, a word of `WHAT`;  day: the day number that it is of
    value   the figure;  before: the figure that it is held against
    ref     id of the row behind it: an event, an activity, a text of a customer, or a record (contact or opportunity)
    """

    what: str
    day: int | None = None
    value: float | None = None
    before: float | None = None
    ref: int | None = None


# Every sort of fact, and which sort of row its `ref` names.
WHAT: dict[str, str] = {
    "logins": "",
    "features_used": "",
    "active_users": "",
    "premium_features": "",
    "seats": "",
    "seats_used": "",
    "last_login": "",
    "last_contact": "",
    "rhythm": "",
    "cancelled_meeting": "activity",
    "participants": "",
    "meetings_kept": "",
    "angry_text": "verbatim",
    "problem_text": "verbatim",
    "threat_text": "verbatim",
    "price_text": "verbatim",
    "rival_text": "verbatim",
    "reply_share": "",
    "reply_days": "",
    "champion_left": "contact",
    "champion_silent": "contact",
    "contact_left": "contact",
    "contact_moved": "contact",
    "contact_replaced": "contact",
    "new_decider": "contact",
    "event": "event",
    "value": "opportunity",
    "set_back": "opportunity",
    "new_opportunity": "opportunity",
    "competitor": "opportunity",
    "stage": "",
    "age": "",
    "pushed": "",
    "overdue": "",
    "idle": "",
    "probability": "",
    "rating_poor": "",
    "stage_qualify": "",
    "stage_develop": "",
    "champion_weak": "",
    "stage_propose": "",
    "stage_close": "",
    "champion": "contact",
    "brought_forward": "",
    "pace": "",
    "close_on": "",
    "renewal": "",
}


@dataclass(frozen=True, slots=True)
class Signal:
    """What one detector found about one subject: an opportunity if record_id is set, else the account.

    key       makes it the same fact when it is found again: unique per detector and subject
    strength  0 to 1: 0.5 where the threshold is just reached
    evidence  the facts behind it, the weightiest first; never empty
    """

    detector: str
    account_id: int | None
    record_id: int | None
    key: str
    strength: float
    evidence: tuple[Fact, ...]

    @property
    def subject_id(self) -> int:
        """The record that it is about."""
        number = self.record_id if self.record_id is not None else self.account_id
        if number is None:
            raise ValueError("a signal is about an account or an opportunity")
        return number
