"""Conditions of an alert rule: groups of "all" and "at least one" over what is known of a verbatim, and why one holds.

    When(join="all", groups=(Group("any", (Condition("emotion", ("anger", "sadness")), …)), …))

What is not known never holds, and neither does its contrary: a rule for satisfaction under 30 says nothing of a text
without a score. Comparing is without case and accents; keywords are whole words, exactly as they are written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from relationship.verbatims.alerts.facts import EMOTIONS, PERIMETER, SOURCES, STATUSES, THREATS, Facts, Span
from relationship.verbatims.feeling import NEGATIVE, NEUTRAL, POSITIVE, feeling
from relationship.verbatims.keywords import folded, places, words

MOST_GROUPS, MOST_CONDITIONS, MOST_VALUES = 8, 12, 50
LONGEST_VALUE = 200

# What is asked: one of some values, a number at least or at most, or simply whether.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "emotion": EMOTIONS,
    "threat": THREATS,
    "source": SOURCES,
    "health_status": STATUSES,
    "opinion": ("favourable", "unfavourable"),
}
TEXTS = ("site", "business_unit", "responsibility_centre", "segment", "theme", "keyword", "sensitivity", "moment")
NUMBERS: Mapping[str, tuple[float, float]] = {
    "intensity": (0, 100),
    "satisfaction": (0, 100),
    "recommendation": (0, 10),
    "health": (0, 100),
    "churn": (0, 100),
    "likeness": (0, 100),
}
FLAGS = ("vip", "like_lost")
# For these no value at all is a question too: any threat, any life moment.
ANY_VALUE = ("threat", "moment", "sensitivity")
# These are said mildly (1), clearly (2) or strongly (3).
DEGREES = ("threat", "sensitivity")
What = Literal[
    "site", "business_unit", "responsibility_centre", "segment", "vip", "source", "emotion", "intensity", "opinion",
    "theme", "keyword", "sensitivity", "moment", "threat", "satisfaction", "recommendation", "health", "health_status",
    "churn", "likeness", "like_lost",
]  # fmt: skip
_OPINIONS = {POSITIVE: "favourable", NEUTRAL: "", NEGATIVE: "unfavourable"}


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Value = Annotated[str, Field(min_length=1, max_length=LONGEST_VALUE, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]


class Condition(_Form):
    """One question. values: any of them answers it; number: the limit, `at` says which side of it counts;
    negative: it holds where the answer is no; degree: how clearly it must be said at least, 1 to 3."""

    what: What
    values: Annotated[tuple[Value, ...], Field(max_length=MOST_VALUES)] = ()
    at: Literal["least", "most"] = "least"
    number: float | None = Field(default=None, allow_inf_nan=False)
    negative: bool = Field(default=False, strict=True)
    degree: Annotated[int, Field(ge=1, le=3, strict=True)] = 1

    @model_validator(mode="after")
    def it_can_be_answered(self) -> Self:
        if self.degree != 1 and self.what not in DEGREES:
            raise _refusal("degree_unwanted", "this condition has no degree")
        if self.what in NUMBERS:
            lowest, highest = NUMBERS[self.what]
            if self.number is None or self.values:
                raise _refusal("number_missing", "this condition needs a number")
            if not lowest <= self.number <= highest:
                raise _refusal("number_out_of_range", f"a number from {lowest:g} to {highest:g}")
            return self
        if self.number is not None:
            raise _refusal("number_unwanted", "this condition has no number")
        if self.what in FLAGS and self.values:
            raise _refusal("values_unwanted", "this condition has no values")
        if not self.values and self.what not in (*FLAGS, *ANY_VALUE):
            raise _refusal("value_missing", "this condition needs at least one value")
        if any(not one.strip() for one in self.values) or (
            self.what == "keyword" and not all(words(one) for one in self.values)
        ):
            raise _refusal("value_blank", "a value with something in it")
        if self.what in CHOICES and not set(self.values) <= set(CHOICES[self.what]):
            raise _refusal("value_unknown", "one of the values that there are")
        return self


class Group(_Form):
    """Conditions of which all, or at least one, must hold."""

    join: Literal["all", "any"] = "all"
    conditions: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=MOST_CONDITIONS)]


class When(_Form):
    """Groups of which all, or at least one, must hold."""

    join: Literal["all", "any"] = "all"
    groups: Annotated[tuple[Group, ...], Field(min_length=1, max_length=MOST_GROUPS)]

    def conditions(self) -> Iterable[Condition]:
        return (one for group in self.groups for one in group.conditions)


@dataclass(frozen=True, slots=True)
class Because:
    """A condition that holds. found: what it found, as a value or a number; spans: where in the text."""

    what: str
    found: str
    negative: bool = False
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether the rule matches, and because of what; () when it does not."""

    matches: bool
    because: tuple[Because, ...] = ()


def judge(when: When, facts: Facts) -> Judged:
    """Whether these conditions hold for a verbatim, and each that does.

    >>> angry = When(groups=(Group(conditions=(Condition(what="emotion", values=("anger",)),)),))
    >>> judge(angry, Facts("Inadmissible !", emotion="anger")).because[0].found
    'anger'
    """
    because: list[Because] = []
    held = 0
    for group in when.groups:
        found = [one for condition in group.conditions if (one := _holds(condition, facts)) is not None]
        if len(found) == len(group.conditions) or (group.join == "any" and found):
            held += 1
            because += found
    if held == len(when.groups) or (when.join == "any" and held):
        return Judged(True, tuple(dict.fromkeys(because)))
    return Judged(False)


def perimeter(facts: Facts, what: str) -> str:
    """Site, business unit or responsibility centre of a verbatim as its file told it, else the business unit of the
    account in the CRM; '' when nobody told."""
    wanted = PERIMETER[what]
    told = next((value for name, value in facts.filters.items() if folded(name) in wanted), "")
    return told or (facts.unit if what == "business_unit" else "")


def _holds(condition: Condition, facts: Facts) -> Because | None:
    found = _answer(condition, facts)
    if found is None:
        return None
    holds, value, spans = found
    if holds == condition.negative:
        return None
    return Because(condition.what, value, condition.negative, () if condition.negative else spans)


Answer = tuple[bool, str, tuple[tuple[int, int], ...]]


def _answer(condition: Condition, facts: Facts) -> Answer | None:
    """Yes or no with what was found and where; None when nobody knows."""
    what = condition.what
    if what in NUMBERS:
        number = _number(what, facts)
        if number is None or condition.number is None:
            return None
        holds = number >= condition.number if condition.at == "least" else number <= condition.number
        return holds, f"{number:g}", ()
    match what:
        case "vip":
            return facts.is_vip, "", ()
        case "like_lost":
            return None if facts.like_lost is None else (facts.like_lost, "", ())
        case "keyword":
            where = places(facts.text, condition.values)
            return bool(where), ", ".join(dict.fromkeys(facts.text[a:b] for a, b in where)), tuple(where)
        case "opinion":
            return _opinion(condition, facts)
        case "theme":
            return _marks(condition.values, facts.themes, _spans(facts, what))
        case "sensitivity":
            clear = [one for one in facts.sensitivities if facts.degrees.get(one, 1) >= condition.degree]
            return _marks(condition.values, clear, _spans(facts, what))
        case "moment":
            return _marks(condition.values, facts.moments, _spans(facts, what))
        case "threat":
            is_clear = max(facts.threat_level, 1) >= condition.degree
            holds = is_clear and facts.threat in (condition.values or THREATS)
            return holds, facts.threat, tuple((one.start, one.end) for one in _spans(facts, what))
        case "emotion":
            spans = tuple((one.start, one.end) for one in _spans(facts, what) if one.word in ("", facts.emotion))
            return facts.emotion in condition.values, facts.emotion, spans
        case "source":
            return facts.source in condition.values, facts.source, ()
        case _:
            value = _text(what, facts)
            if not value:
                return None
            return folded(value) in {folded(one) for one in condition.values}, value, ()


def _opinion(condition: Condition, facts: Facts) -> Answer:
    name = _OPINIONS[feeling(facts.polarity)]
    spans = tuple((one.start, one.end) for one in _spans(facts, "emotion"))
    return name in condition.values, name, spans


def _text(what: str, facts: Facts) -> str:
    if what in PERIMETER:
        return perimeter(facts, what)
    return facts.segment if what == "segment" else facts.health_status


def _number(what: str, facts: Facts) -> float | None:
    match what:
        case "intensity":
            return round(100 * facts.intensity, 6)
        case "satisfaction":
            return facts.satisfaction
        case "recommendation":
            return facts.recommendation
        case "health":
            return facts.health
        case "churn":
            return facts.churn
        case _:
            return None if facts.likeness is None else round(100 * facts.likeness, 6)


def _marks(values: Sequence[str], marks: Iterable[str], spans: Sequence[Span]) -> Answer:
    """values: () for any; a theme also by one of its parents."""
    wanted = {one.strip().casefold() for one in values}
    found = sorted(one for one in marks if not wanted or one.casefold() in wanted)
    where = tuple(
        (one.start, one.end)
        for one in spans
        if any(one.word == name or one.word.startswith(f"{name}/") for name in found)
    )
    return bool(found), ", ".join(found), where


def _spans(facts: Facts, sort: str) -> list[Span]:
    return [one for one in facts.spans if one.sort == sort]


def _refusal(code: str, sentence: str) -> PydanticCustomError:
    return PydanticCustomError(code, sentence)
