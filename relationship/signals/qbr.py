"""Business reviews of an account: periods, what is shown of one, and the texts people edit. Pure."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MOST_GOALS = 8
LONGEST_TEXT, LONGEST_LINE = 4_000, 300
# What a customer reads about their own company without being told how we sell to them.
TOLD_TO_CUSTOMERS = frozenset({"H-R1", "H-R2", "H-R3", "H-R4", "H-R6", "H-X1", "H-O1", "H-O2", "H-O3", "H-O4", "H-O5"})
INTERNAL_RECOMMENDATIONS = frozenset({"review-probability", "decide", "accelerate", "value-case", "sponsor"})


class Audience(StrEnum):
    """Who reads a document. CUSTOMER: nothing stands in it that is ours alone, such as the risk that they leave."""

    CUSTOMER = "customer"
    INTERNAL = "internal"


class Span(StrEnum):
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


MONTHS: Mapping[Span, int] = {Span.QUARTER: 3, Span.HALF: 6, Span.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter, half-year or year of the calendar. starts_on: its first day."""

    span: Span
    starts_on: date

    @classmethod
    def holding(cls, day: date, span: Span) -> "Period":
        """The period in which a day lies.

        >>> Period.holding(date(2026, 6, 17), Span.HALF).starts_on
        datetime.date(2026, 1, 1)
        """
        months = MONTHS[span]
        return cls(span, date(day.year, (day.month - 1) // months * months + 1, 1))

    @property
    def ends_on(self) -> date:
        """Its last day."""
        month = self.starts_on.month + MONTHS[self.span] - 1
        return date(self.starts_on.year, month, monthrange(self.starts_on.year, month)[1])

    @property
    def number(self) -> int:
        """Which one of its year, from 1."""
        return (self.starts_on.month - 1) // MONTHS[self.span] + 1

    @property
    def before(self) -> "Period":
        return Period.holding(self.starts_on - timedelta(days=1), self.span)

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each of its months."""
        return tuple(self.starts_on.replace(month=self.starts_on.month + n) for n in range(MONTHS[self.span]))


def recent(today: date, span: Span, count: int) -> tuple[Period, ...]:
    """The period of today and those before it, newest first.

    >>> [one.number for one in recent(date(2026, 2, 1), Span.QUARTER, 3)]
    [1, 4, 3]
    """
    found = [Period.holding(today, span)]
    while len(found) < count:
        found.append(found[-1].before)
    return tuple(found)


def begins(starts_on: date, span: Span) -> bool:
    """Whether a period of this length begins on this day."""
    return Period.holding(starts_on, span).starts_on == starts_on


@dataclass(frozen=True, slots=True)
class Series:
    """One chart. values: None where nothing is known;  kind: 'bar' or 'line';  most: top of the scale, None: free."""

    title: str
    labels: tuple[str, ...]
    values: tuple[float | None, ...]
    kind: str = "bar"
    most: float | None = None

    @property
    def is_empty(self) -> bool:
        return all(value is None for value in self.values)


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the action plan, SMART: what exactly, how it is measured, who does it, until when."""

    what: str = ""
    measure: str = ""
    who: str = ""
    due: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.what.strip() or self.measure.strip() or self.who.strip())


@dataclass(frozen=True, slots=True)
class Texts:
    """What people edit."""

    summary: str
    use: str
    outlook: str
    goals: tuple[Goal, ...]

    @classmethod
    def of(cls, body: Mapping[str, object]) -> "Texts":
        """From what was kept; what is missing is empty."""
        goals = body.get("goals")
        lines = goals if isinstance(goals, list) else []
        kept = tuple(Goal(**{name: str(line.get(name, "")) for name in Goal.__slots__}) for line in lines)
        return cls(str(body.get("summary", "")), str(body.get("use", "")), str(body.get("outlook", "")), kept)

    def body(self) -> dict[str, object]:
        goals = [{name: getattr(one, name) for name in Goal.__slots__} for one in self.goals if not one.is_blank]
        return {"summary": self.summary, "use": self.use, "outlook": self.outlook, "goals": goals}


@dataclass(frozen=True, slots=True)
class Review:
    """What a document shows beside the texts, all in words of its language.

    figures, use_figures   pairs of a name and a value;  risks, opportunities: a line each;  deals: name, stage, value
    headings   titles of the four sections and of the columns of the plan
    """

    account: str
    title: str
    period: str
    made: str
    figures: tuple[tuple[str, str], ...]
    contacts: Series
    curve: Series
    use_figures: tuple[tuple[str, str], ...]
    use: Series
    health: Series
    risks: tuple[str, ...]
    opportunities: tuple[str, ...]
    deals: tuple[tuple[str, str, str], ...]
    done: tuple[str, ...]
    headings: Mapping[str, str]
