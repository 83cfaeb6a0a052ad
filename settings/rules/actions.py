"""What happens by itself when a rating or a trend changes, where webhooks go, and when mails may arrive."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.rules.addresses import checked_url, masked
from settings.rules.form import Form, refusal

MOST_RULES, MOST_ENDPOINTS = 50, 20

# What webhooks tell; docs/webhooks.md describes each.
EVENTS = (
    "rating.changed",
    "trend.changed",
    "account.health_changed",
    "signal.opened",
    "signal.ended",
    "alert.raised",
)
# Causes of a change that are no news of the relationship itself.
NOT_THE_RELATIONSHIP = ("rules", "correction")
BANDS = ("good", "fair", "poor")
TRENDS = ("improving", "steady", "declining")


def _not_blank(text: str) -> str:
    if not text.strip():
        raise refusal("name_blank", "a name with something in it")
    return text.strip()


ActionKey = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
_PLAIN = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
Line = Annotated[str, Field(max_length=120, pattern=_PLAIN), AfterValidator(_not_blank)]
Watched = Literal["opportunity", "account", "contact", "lead"]
Hour = Annotated[int, Field(ge=0, le=23, strict=True)]


def _once(found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _known_events(found: tuple[str, ...]) -> tuple[str, ...]:
    if not set(found) <= set(EVENTS):
        raise refusal("event_unknown", "an event of the list in docs/webhooks.md")
    return _once(found)


class Endpoint(Form):
    """Where webhooks go. events: of `EVENTS`, what is told there of itself; a rule may name it beside that. Its secret
    is kept encrypted, not here. format: 'standard' is signed JSON, 'teams' a card for a channel of Microsoft Teams, in
    this language, whose address is the secret."""

    key: ActionKey
    name: Line
    url: Annotated[str, AfterValidator(checked_url)]
    enabled: bool = Field(default=True, strict=True)
    events: Annotated[tuple[str, ...], Field(max_length=len(EVENTS)), AfterValidator(_known_events)] = ()
    format: Literal["standard", "teams"] = "standard"
    language: Literal["fr", "en"] = "fr"

    @property
    def shown_url(self) -> str:
        """The address as lists show it."""
        return masked(self.url, host_only=self.format == "teams")


class ActionRule(Form):
    """When and what.

    records    kinds of record;  watch: the rating (its band) or the trend
    moves      'down', 'up' or 'any';  reaches: only when it comes to be one of these, () for any
    least_value    only opportunities worth at least so much, None for all
    every_cause    also when the rules of rating or what is known of earlier days changed, not the relationship
    notify_owner   a mail to the owner of the record, as the owner wishes to be told
    task           a task in the CRM for the owner, due after `task_days` days, called `task_subject` ('': by itself)
    endpoints      keys of endpoints that are called
    """

    key: ActionKey
    name: Line
    enabled: bool = Field(default=True, strict=True)
    records: Annotated[tuple[Watched, ...], Field(min_length=1), AfterValidator(_once)] = ("opportunity",)
    watch: Literal["rating", "trend"] = "rating"
    moves: Literal["down", "up", "any"] = "down"
    reaches: Annotated[tuple[str, ...], Field(max_length=3), AfterValidator(_once)] = ()
    least_value: Annotated[int, Field(ge=0, le=10**12, strict=True)] | None = None
    notify_owner: bool = Field(default=False, strict=True)
    task: bool = Field(default=False, strict=True)
    task_days: Annotated[int, Field(ge=0, le=90, strict=True)] = 3
    task_subject: Annotated[str, Field(max_length=120, pattern=_PLAIN)] = ""
    every_cause: bool = Field(default=False, strict=True)
    endpoints: Annotated[tuple[ActionKey, ...], Field(max_length=MOST_ENDPOINTS), AfterValidator(_once)] = ()

    @model_validator(mode="after")
    def it_does_something(self) -> Self:
        if not (self.notify_owner or self.task or self.endpoints):
            raise refusal("action_missing", "a rule notifies the owner, creates a task or calls a webhook")
        return self

    @model_validator(mode="after")
    def it_reaches_what_it_watches(self) -> Self:
        if not set(self.reaches) <= set(BANDS if self.watch == "rating" else TRENDS):
            raise refusal("reaches_unknown", "a rating reaches good, fair, poor; a trend improving, steady, declining")
        return self

    def steps(self) -> frozenset[tuple[str, str]]:
        """The changes, before and after, at which this rule acts.

        >>> sorted(ActionRule(key="a", name="a", notify_owner=True, reaches=("poor",)).steps())
        [('fair', 'poor'), ('good', 'poor')]
        """
        best_first = BANDS if self.watch == "rating" else TRENDS
        place = {name: number for number, name in enumerate(best_first)}
        return frozenset(
            (before, after)
            for before in best_first
            for after in best_first
            if before != after
            and (not self.reaches or after in self.reaches)
            and (self.moves == "any" or (place[after] > place[before]) == (self.moves == "down"))
        )

    def acts_at(self, *, kind: str, what: str, before: str, after: str, cause: str, value: float | None) -> bool:
        """Whether this rule acts at a change of a record of this kind and value."""
        return (
            self.enabled
            and kind in self.records
            and what == self.watch
            and (before, after) in self.steps()
            and (self.every_cause or cause not in NOT_THE_RELATIONSHIP)
            and (self.least_value is None or (value is not None and value >= self.least_value))
        )


class MailTimes(Form):
    """When mails may arrive, in the organisation's time zone. digest_hour: of the daily digest; nothing but urgent
    mails arrives from `quiet_from` to `quiet_until` o'clock (the same hour for both: no quiet time); most_a_day:
    single mails to one person within 24 hours, what is more waits for the digest."""

    digest_hour: Hour = 8
    quiet_from: Hour = 20
    quiet_until: Hour = 7
    most_a_day: Annotated[int, Field(ge=1, le=50, strict=True)] = 5


class Actions(Form):
    rules: tuple[ActionRule, ...] = Field(default=(), max_length=MOST_RULES)
    endpoints: tuple[Endpoint, ...] = Field(default=(), max_length=MOST_ENDPOINTS)
    mails: MailTimes = MailTimes()

    @model_validator(mode="after")
    def every_key_once(self) -> Self:
        for entries in (self.rules, self.endpoints):
            keys = [one.key for one in entries]
            if len(set(keys)) < len(keys):
                raise refusal("action_key_twice", "every rule and every endpoint has a key of its own")
        return self

    @model_validator(mode="after")
    def rules_name_endpoints_that_are_there(self) -> Self:
        known = {one.key for one in self.endpoints}
        if any(not set(rule.endpoints) <= known for rule in self.rules):
            raise refusal("endpoint_unknown", "a rule calls endpoints that are listed here")
        return self

    def endpoint(self, key: str) -> Endpoint | None:
        return next((one for one in self.endpoints if one.key == key), None)
