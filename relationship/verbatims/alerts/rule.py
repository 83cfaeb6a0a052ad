"""An alert rule: when it acts, who is told, and how. Values only; nothing is sent here."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from relationship.addresses import typed
from relationship.verbatims.alerts.conditions import When, _Form

MOST_PEOPLE, MOST_ADDRESSES, MOST_LISTS, MOST_PERIMETERS = 100, 50, 20, 200
_PLAIN = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
Line = Annotated[str, Field(max_length=120, pattern=_PLAIN)]
Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9:_-]+$")]


def _address(text: str) -> str:
    found = typed(text)
    if found is None or found != text.strip().lower():
        raise PydanticCustomError("address_malformed", "one mail address like name@company.example")
    return found


Address = Annotated[str, Field(max_length=254), AfterValidator(_address)]


class Perimeter(_Form):
    """Who is told of verbatims of one site, business unit, responsibility centre or segment."""

    what: Literal["site", "business_unit", "responsibility_centre", "segment"]
    value: Annotated[str, Field(min_length=1, max_length=200, pattern=_PLAIN)]
    people: Annotated[tuple[Key, ...], Field(max_length=MOST_PEOPLE)] = ()
    addresses: Annotated[tuple[Address, ...], Field(max_length=MOST_ADDRESSES)] = ()
    lists: Annotated[tuple[int, ...], Field(max_length=MOST_LISTS)] = ()


class Recipients(_Form):
    """owner: of the account; fallback: who hears instead where there is none, () for whoever saved the rule;
    people: keys of colleagues; addresses: outside, without access to the platform;
    lists: numbers of mailing lists; perimeters: the same by where the verbatim comes from."""

    owner: bool = Field(default=False, strict=True)
    fallback: Annotated[tuple[Key, ...], Field(max_length=MOST_PEOPLE)] = ()
    people: Annotated[tuple[Key, ...], Field(max_length=MOST_PEOPLE)] = ()
    addresses: Annotated[tuple[Address, ...], Field(max_length=MOST_ADDRESSES)] = ()
    lists: Annotated[tuple[int, ...], Field(max_length=MOST_LISTS)] = ()
    perimeters: Annotated[tuple[Perimeter, ...], Field(max_length=MOST_PERIMETERS)] = ()


class Letter(_Form):
    """A mail to the customer, which a person reads and releases. Plain text."""

    subject: Annotated[str, Field(min_length=1, max_length=120, pattern=_PLAIN)]
    body: Annotated[str, Field(min_length=1, max_length=4_000)]


class AlertRule(_Form):
    """One rule.

    case        of the ready-made ones it began as ('Q-1' …), '' for none
    trigger     a verbatim that comes in, or a change in the team of an account whose customer said such things before
    endpoints   keys of webhooks;  task: in the CRM for the owner of the account, due after `task_days`, at once or
                when somebody confirms the alert
    note        on the account in the CRM;  risk: what our column there says while such an alert is open
    list_into   number of the list that the customer is put on;  folder: a file in the configured folder
    letter      mail to the customer, kept until a person releases it, in `letter_language`;  letter_other: the same
                in the other language
    said_within days: older texts raise nothing
    most_a_day  mails to one recipient within 24 hours; what is more waits for the digest;  digest: only the digest
    """

    name: Annotated[str, Field(min_length=1, max_length=120, pattern=_PLAIN)]
    case: Annotated[str, Field(max_length=8, pattern=r"^(Q-\d[a-z]?)?$")] = ""
    trigger: Literal["verbatim", "owner_change"] = "verbatim"
    when: When
    recipients: Recipients = Recipients()
    endpoints: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")], ...], Field(max_length=20)
    ] = ()
    task: bool = Field(default=False, strict=True)
    task_days: Annotated[int, Field(ge=0, le=90, strict=True)] = 2
    task_subject: Line = ""
    task_when: Literal["raised", "confirmed"] = "raised"
    note: bool = Field(default=False, strict=True)
    risk: Literal["", "watch", "high"] = ""
    list_into: int | None = None
    folder: bool = Field(default=False, strict=True)
    letter: Letter | None = None
    letter_language: Literal["fr", "en"] = "fr"
    letter_other: Letter | None = None
    said_within: Annotated[int, Field(ge=1, le=3_650, strict=True)] = 30
    most_a_day: Annotated[int, Field(ge=1, le=50, strict=True)] = 5
    digest: bool = Field(default=False, strict=True)
    urgent: bool = Field(default=False, strict=True)

    @model_validator(mode="after")
    def it_has_a_name(self) -> Self:
        if not self.name.strip():
            raise PydanticCustomError("name_blank", "a name with something in it")
        return self

    def does_something(self) -> bool:
        """Whether anybody hears of it. A rule that is switched on must."""
        to = self.recipients
        told = to.owner or to.people or to.addresses or to.lists or to.perimeters
        crm = self.task or self.note or self.risk
        return bool(told or self.endpoints or crm or self.list_into is not None or self.folder or self.letter)

    def is_recent(self, day: int, today: int) -> bool:
        """Whether a text of this day number may raise anything; a change in the team looks further back."""
        return self.trigger == "owner_change" or day > today - self.said_within

    def letter_for(self, language: str) -> tuple[str, Letter] | None:
        """The letter for a customer who wrote in this language, with the language it is in; None without one."""
        if self.letter is None:
            return None
        if self.letter_other is None or language == self.letter_language:
            return self.letter_language, self.letter
        return ("en" if self.letter_language == "fr" else "fr"), self.letter_other

    def all_addresses(self) -> frozenset[str]:
        """Every outside address it names itself; those of lists are not among them."""
        to = self.recipients
        return frozenset(to.addresses).union(*(one.addresses for one in to.perimeters))

    def told_lists(self) -> frozenset[int]:
        """The lists whose addresses get its alerts."""
        return frozenset(self.recipients.lists).union(*(one.lists for one in self.recipients.perimeters))

    def all_lists(self) -> frozenset[int]:
        return self.told_lists() | (frozenset() if self.list_into is None else {self.list_into})
