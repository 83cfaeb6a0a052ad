"""The columns that a report over accounts can show, filter, group and sort by."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """TEXT: str; WORD: str of a few known; NUMBER: int or float; SCORE: 0 to 100; PERCENT: float, 100 is all of it;
    MONEY: float in the currency of the account's line; DAY: date; FLAG: bool. None wherever nothing is told."""

    TEXT = "text"
    WORD = "word"
    NUMBER = "number"
    SCORE = "score"
    PERCENT = "percent"
    MONEY = "money"
    DAY = "day"
    FLAG = "flag"


class Topic(StrEnum):
    """What a column is about: they are offered together."""

    ACCOUNT = "account"
    HEALTH = "health"
    SCORES = "scores"
    USE = "use"
    SATISFACTION = "satisfaction"
    OPPORTUNITIES = "opportunities"
    RELATIONSHIP = "relationship"


NUMBERS = frozenset({Kind.NUMBER, Kind.SCORE, Kind.PERCENT, Kind.MONEY})
# What adding up says nothing about.
ONLY_MEAN = frozenset({Kind.SCORE, Kind.PERCENT})


@dataclass(frozen=True, slots=True)
class Column:
    """choices: of a WORD, from the best to the worst where there is a best; groups: lines can be grouped by it; adds:
    a sum over accounts says something."""

    key: str
    topic: Topic
    kind: Kind
    choices: tuple[str, ...] = ()
    groups: bool = False
    adds: bool = True

    @property
    def has_sum(self) -> bool:
        return self.adds and self.kind in NUMBERS and self.kind not in ONLY_MEAN

    @property
    def needs_health_right(self) -> bool:
        """Whether only whoever may list the health fields of accounts sees it."""
        return self.topic is Topic.HEALTH


A, H, S, U = Topic.ACCOUNT, Topic.HEALTH, Topic.SCORES, Topic.USE
O, R = Topic.OPPORTUNITIES, Topic.RELATIONSHIP  # noqa: E741  # one letter each, as above
COLUMNS: Mapping[str, Column] = {
    column.key: column
    for column in (
        Column("name", A, Kind.TEXT),
        Column("number", A, Kind.TEXT),
        Column("status", A, Kind.WORD, ("active", "inactive"), groups=True),
        Column("owner", A, Kind.TEXT, groups=True),
        Column("team", A, Kind.TEXT, groups=True),
        Column("segment", A, Kind.TEXT, groups=True),
        Column("domain", A, Kind.TEXT),
        Column("arr", A, Kind.MONEY),
        Column("currency", A, Kind.TEXT, groups=True),
        Column("renewal", A, Kind.DAY, groups=True),
        Column("renewal_in", A, Kind.NUMBER, adds=False),
        Column("created", A, Kind.DAY, groups=True),
        Column("health", H, Kind.SCORE),
        Column("health_status", H, Kind.WORD, ("healthy", "at_risk", "escalated"), groups=True),
        Column("leaving", H, Kind.FLAG, groups=True),
        Column("contradicts", H, Kind.FLAG, groups=True),
        Column("churn", S, Kind.SCORE),
        Column("churn_change", S, Kind.NUMBER, adds=False),
        Column("upsell", S, Kind.SCORE),
        Column("active_users", U, Kind.NUMBER),
        Column("active_users_change", U, Kind.PERCENT),
        Column("logins", U, Kind.NUMBER),
        Column("logins_change", U, Kind.PERCENT),
        Column("seats", U, Kind.NUMBER),
        Column("satisfaction", Topic.SATISFACTION, Kind.PERCENT),
        Column("answers", Topic.SATISFACTION, Kind.NUMBER),
        Column("open_count", O, Kind.NUMBER),
        Column("open_value", O, Kind.MONEY),
        Column("rating", R, Kind.WORD, ("good", "fair", "poor"), groups=True),
        Column("relationship", R, Kind.SCORE),
        Column("trend", R, Kind.WORD, ("improving", "steady", "declining"), groups=True),
        Column("last", R, Kind.DAY),
        Column("next", R, Kind.DAY),
    )
}
