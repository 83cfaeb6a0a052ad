"""What to do about a signal or a score: the catalogue of recommendations and what of it fits. Pure.

A trigger is the id of a detector ("H-R1") or a score that calls for something ("score.churn"). Which trigger leads to
which recommendation is an attribute of the recommendation, so that an organisation edits it in one place.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

SIGNAL, SCORE = "signal", "score"
# How long after an act what followed is looked at, and how many acts a share needs to say anything.
FOLLOWED_DAYS, ENOUGH = 30, 10
PLACEHOLDERS = ("account", "contact", "me", "opportunity")
_PLACEHOLDER = re.compile(r"\{([^{}\n]{0,40})\}")
_CAUSE = re.compile(r"(signal)-([1-9][0-9]{0,8})|(score)-([1-9][0-9]{0,8})-(health|churn|upsell)")


class Way(StrEnum):
    """How a recommendation is acted on first; the other ways stay open."""

    TASK = "task"
    MEETING = "meeting"
    MAIL = "mail"
    INTRODUCTION = "introduction"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language. subject, body: of the mail's draft, with the placeholders {account}, {contact},
    {me} and {opportunity}; agenda: of the meeting, one point a line."""

    title: str
    advice: str
    subject: str
    body: str
    agenda: str = ""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """key: stable;  days: within which it should happen;  triggers: ids of detectors and scores that lead to it."""

    key: str
    way: Way
    days: int
    triggers: tuple[str, ...]
    fr: Words
    en: Words
    enabled: bool = True

    def words(self, language: str) -> Words:
        return self.en if language == "en" else self.fr


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a score calls for something: health below, churn and upsell from."""

    health_below: int = 40
    churn_from: int = 60
    upsell_from: int = 60


@dataclass(frozen=True, slots=True)
class Cause:
    """What a recommendation comes from: a signal by its id, or a score of an account.

    >>> Cause.read("score-7-churn")
    Cause(sort='score', number=7, score='churn')
    >>> str(Cause.read("signal-12")), Cause.read("signal-0")
    ('signal-12', None)
    """

    sort: str
    number: int
    score: str = ""

    @classmethod
    def read(cls, text: str) -> "Cause | None":
        """None for what no cause is written like."""
        found = _CAUSE.fullmatch(text)
        if found is None:
            return None
        signal, number, score, account, name = found.groups()
        return cls(SIGNAL, int(number)) if signal else cls(score, int(account), name)

    def __str__(self) -> str:
        return f"{self.sort}-{self.number}-{self.score}" if self.score else f"{self.sort}-{self.number}"


def recommended(trigger: str, catalogue: Iterable[Recommendation]) -> tuple[Recommendation, ...]:
    """What the catalogue says about a trigger, in its order; () when nothing fits.

    >>> from relationship.signals.recommendation_defaults import DEFAULTS
    >>> [one.key for one in recommended("H-P2", DEFAULTS)]
    ['review-probability']
    """
    return tuple(one for one in catalogue if one.enabled and trigger in one.triggers)


def calling(scores: Mapping[str, float], limits: Limits) -> tuple[str, ...]:
    """The triggers of scores that call for something: the limit itself calls for churn and upsell, not for health.

    >>> calling({"health": 40, "churn": 60}, Limits())
    ('score.churn',)
    """
    found = []
    if scores.get("health", 100.0) < limits.health_below:
        found.append("score.health")
    if scores.get("churn", -1.0) >= limits.churn_from:
        found.append("score.churn")
    if scores.get("upsell", -1.0) >= limits.upsell_from:
        found.append("score.upsell")
    return tuple(found)


def unknown_placeholders(text: str) -> tuple[str, ...]:
    """What stands in braces and is no placeholder.

    >>> unknown_placeholders("Bonjour {contact}, {prix}")
    ('prix',)
    """
    return tuple(name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS)


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its placeholders replaced, once and for all; a value that holds braces is not read again.

    >>> filled("Bonjour {contact}", {"contact": "{me}"})
    'Bonjour {me}'
    """
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], "") if found[1] in PLACEHOLDERS else found[0], text)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One act long enough ago. ended: whether the signal ended in time, None for a score; rose: whether health rose,
    None when it is not known."""

    recommendation: str
    ended: bool | None
    rose: bool | None


@dataclass(frozen=True, slots=True)
class Followed:
    """What followed the acts on one recommendation. share_*: None below `ENOUGH`, which is too few to say."""

    recommendation: str
    acted: int
    signals: int
    ended: int
    scored: int
    rose: int

    @property
    def share_ended(self) -> float | None:
        return self.ended / self.signals if self.signals >= ENOUGH else None

    @property
    def share_rose(self) -> float | None:
        return self.rose / self.scored if self.scored >= ENOUGH else None


def followed(outcomes: Collection[Outcome], order: Iterable[str]) -> tuple[Followed, ...]:
    """What followed, per recommendation in this order; those without an act are left out, never a person named."""
    found = []
    for key in order:
        own = [one for one in outcomes if one.recommendation == key]
        if own:
            ends = [one.ended for one in own if one.ended is not None]
            rises = [one.rose for one in own if one.rose is not None]
            found.append(Followed(key, len(own), len(ends), sum(ends), len(rises), sum(rises)))
    return tuple(found)
