"""The explanation of a score in the reader's language: whole sentences from the numbers of the health room."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from relationship.health.explanation import Explanation, Term, TermName
from relationship.health.forecast import ActOutcome, Lift
from relationship.health.rules import Frequency, HealthRules
from web import formats, words
from web.texts import _, _n

FREQUENCIES = {
    Frequency.DAILY: _l("once a day"),
    Frequency.EVERY_FEW_DAYS: _l("every few days"),
    Frequency.WEEKLY: _l("once a week"),
    Frequency.FORTNIGHTLY: _l("once every two weeks"),
    Frequency.MONTHLY: _l("once a month"),
}
TERMS = {
    TermName.VOLUME: _l("Volume of contact"),
    TermName.MUTUALITY: _l("Mutuality"),
    TermName.LATENESS: _l("Last contact"),
}
# Bars share one scale, so that a few points never look like many.
FULL_BAR_POINTS = 20
# A side this much stronger than the other is worth saying.
CLEARLY_MORE = 1.25


@dataclass(frozen=True, slots=True)
class KindLine:
    """The part of one kind in the volume; days: how many contact days lie behind it."""

    kind: str
    points: int
    days: int


@dataclass(frozen=True, slots=True)
class TermLine:
    """One term as a reader sees it; width: length of its bar from 0 to 1."""

    name: str
    title: str
    points: int
    sentence: str
    kinds: tuple[KindLine, ...]
    width: float


@dataclass(frozen=True, slots=True)
class ActLine:
    """What one act today would do: the sentence's parts. lifts: it reaches the next rating."""

    kind: str
    name: str
    score: int
    rating: str
    lifts: bool


def term_lines(why: Explanation, rules: HealthRules) -> tuple[TermLine, ...]:
    """The three terms, each with its sentence."""
    longest = max(FULL_BAR_POINTS, *(abs(term.points) for term in why.terms))
    return tuple(
        TermLine(
            name=term.name.value,
            title=str(TERMS[term.name]),
            points=term.points,
            sentence=_sentence(term, why, rules),
            kinds=tuple(
                KindLine(one.kind.value, one.points, len({day.day for day in one.days})) for one in term.by_kind
            ),
            width=abs(term.points) / longest,
        )
        for term in why.terms
    )


def act_lines(lift: Lift) -> tuple[ActLine, ...]:
    """One line per act, least effort first."""
    return tuple(
        ActLine(act.kind.value, act_name(act), act.score, act.band.value, act == lift.smallest) for act in lift.outcomes
    )


def act_name(act: ActOutcome) -> str:
    return {
        "email": _("An e-mail today"),
        "task": _("A task completed today"),
        "call": _("An answered call today"),
        "meeting": _("A meeting today"),
    }[act.kind.value]


def _sentence(term: Term, why: Explanation, rules: HealthRules) -> str:
    if term.name is TermName.VOLUME:
        return _volume(why, rules)
    if term.name is TermName.MUTUALITY:
        return _mutuality(why)
    return _lateness(term, why, rules)


def _volume(why: Explanation, rules: HealthRules) -> str:
    figures = {
        "rhythm": FREQUENCIES[rules.frequency],
        "volume": formats.number(why.volume, 1),
        "par": formats.number(why.par, 1),
    }
    if why.volume >= why.par * CLEARLY_MORE:
        return _("More contact than the expected rhythm of %(rhythm)s brings: %(volume)s against %(par)s.", **figures)
    if why.volume * CLEARLY_MORE <= why.par:
        return _("Less contact than the expected rhythm of %(rhythm)s brings: %(volume)s against %(par)s.", **figures)
    return _(
        "About as much contact as the expected rhythm of %(rhythm)s brings: %(volume)s against %(par)s.", **figures
    )


def _mutuality(why: Explanation) -> str:
    figures = {"ours": formats.number(why.ours, 1), "theirs": formats.number(why.theirs, 1)}
    if why.theirs == 0:
        return _("Only we were active; the customer has not answered yet.")
    if why.ours == 0:
        return _("Only the customer was active; an answer from us would count twice.")
    if why.ours >= why.theirs * CLEARLY_MORE:
        return _("We are more active than the customer: %(ours)s from us, %(theirs)s from them.", **figures)
    if why.theirs >= why.ours * CLEARLY_MORE:
        return _("The customer is more active than we are: %(ours)s from us, %(theirs)s from them.", **figures)
    return _("Both sides are active: %(ours)s from us, %(theirs)s from them.", **figures)


def _lateness(term: Term, why: Explanation, rules: HealthRules) -> str:
    figures = {"day": formats.day(term.days[0].day, "long"), "rhythm": FREQUENCIES[rules.frequency]}
    if why.quiet <= why.expected:
        return _("The last contact, on %(day)s, is within the expected rhythm of %(rhythm)s.", **figures)
    late = round(why.quiet - why.expected) or 1
    return _n(
        "The last contact was on %(day)s: %(num)s day past the expected rhythm of %(rhythm)s.",
        "The last contact was on %(day)s: %(num)s days past the expected rhythm of %(rhythm)s.",
        late,
        **figures,
    )


def lift_sentence(lift: Lift) -> str:
    """What the smallest act that lifts the rating is, or that no single one does."""
    if lift.target is None:
        return _("The rating is as high as it gets. Keep the rhythm.")
    if lift.smallest is None:
        return _(
            "No single act lifts the rating to %(rating)s today: it takes several contacts.",
            rating=words.RATINGS[lift.target.value],
        )
    return ""
