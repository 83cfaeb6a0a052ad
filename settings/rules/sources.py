"""What is read, how far back, how long it is kept, and since when that was agreed with the staff's representatives."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from relationship.addresses import LONGEST, normalise
from settings.rules.exclusions import Key
from settings.rules.form import Form, refusal

MOST_FEEDBACK_MAILBOXES = 20
MAILBOX = re.compile(r"[a-z0-9.!#$%&'*/=?^_`{|}~-]+@([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")
Days = Annotated[int, Field(ge=1, le=36_500, strict=True)]


def _plain_address(raw: Any) -> Any:
    """An address as people type it, in the one spelling that is kept."""
    return (normalise(raw) or raw.strip().lower()) if isinstance(raw, str) else raw


def _checked_address(address: str) -> str:
    if not MAILBOX.fullmatch(address) or len(address) > LONGEST:
        raise refusal("mailbox_malformed", "a feedback mailbox is named by its address, like feedback@granit.example")
    return address


def _few_enough(raw: Any) -> Any:
    if isinstance(raw, Sequence) and len(raw) > MOST_FEEDBACK_MAILBOXES:
        raise refusal("too_many_mailboxes", f"no more than {MOST_FEEDBACK_MAILBOXES} feedback mailboxes are read")
    return raw


Mailbox = Annotated[str, BeforeValidator(_plain_address), AfterValidator(_checked_address)]
Mailboxes = Annotated[
    tuple[Mailbox, ...], BeforeValidator(_few_enough), AfterValidator(lambda found: tuple(sorted(set(found))))
]


class Feedback(Form):
    """Mailboxes to which customers write what they think: what stands in their mails is read, by a second application.

    mailboxes            addresses of mailboxes that belong to nobody in person; sorted, without repeats
    keep_when_withdrawn  whether the texts of a mailbox that is taken from the list stay; else those that no other
                         declared mailbox holds go with it
    """

    mailboxes: Mailboxes = ()
    keep_when_withdrawn: bool = Field(default=True, strict=True)


class Sources(Form):
    """Nothing is read before both the scope and the date of the consultation are set.

    everyone       every mailbox of the directory; else those of the members of `groups` (directory group ids)
    consulted_on   date of the works council's consultation
    read_window_days, retain_days, retain_days_aggregates  None: as the environment says
    """

    everyone: bool = Field(default=False, strict=True)
    groups: tuple[Key, ...] = Field(default=(), max_length=200)
    consulted_on: date | None = None
    read_window_days: Days | None = None
    retain_days: Days | None = None
    retain_days_aggregates: Days | None = None
    feedback: Feedback = Feedback()

    @model_validator(mode="after")
    def aggregates_last_longer(self) -> Self:
        shorter, longer = self.retain_days, self.retain_days_aggregates
        if shorter is not None and longer is not None and longer < shorter:
            raise refusal("aggregates_below_retention", "contact days are kept at least as long as activities")
        return self

    @property
    def may_read(self) -> bool:
        return self.consulted_on is not None and (self.everyone or bool(self.groups))
