"""Why this score: its distance from 60 as points of volume, mutuality and lateness, with the days behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor, log

import numpy as np

from relationship.activities import KINDS, Kind
from relationship.health.contact_days import ContactDays, Floats
from relationship.health.rules import HealthRules
from relationship.health.score import NO_SCORE, PAR_SCORE, ScoreArrays, exact_scores
from relationship.health.sums import DaySums, day_sums

# Points per unit of Z at par: the derivative of 100·x/(1+x) there, 100 · 1.5 / 2.5².
SLOPE_AT_PAR = 24.0


class TermName(StrEnum):
    VOLUME = "volume"
    MUTUALITY = "mutuality"
    LATENESS = "lateness"


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact day as evidence: how many activities of a kind on a day (day number), from each side."""

    kind: Kind
    day: int
    ours: int
    theirs: int


@dataclass(frozen=True, slots=True)
class KindPoints:
    """The part of one kind in the volume, and its contact days, latest first."""

    kind: Kind
    points: int
    days: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """points   whole points above (+) or below (-) 60; exact before rounding
    by_kind  for the volume only: its points by kind, for the kinds that occur; they add up to `points`
    days     the contact days behind the term, latest first: all of them for the volume, those of the weaker
             side for mutuality (all when both sides are equal), those of the last day for lateness
    """

    name: TermName
    points: int
    exact: float
    by_kind: tuple[KindPoints, ...]
    days: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The points of the terms add up to score - 60.

    volume, par, ours, theirs, mutual  V, P, O, I, m of docs/health.md: faded, weighted contact days
    quiet, expected                    g and E, in days
    """

    score: int
    exact: float
    terms: tuple[Term, ...]
    volume: float
    par: float
    ours: float
    theirs: float
    mutual: float
    quiet: float
    expected: float


def explain(
    days: ContactDays, *, today: int, created: int, window_began: int, rules: HealthRules
) -> Explanation | None:
    """The explanation of the score of a single record on `today`; None without a contact day.

    A term's points are its share of Z - Z* times (exact score - 60); where Z equals Z* they follow the slope
    of the score at 60, so terms that cancel each other out stay visible. Whole points are shared out by
    largest remainder, equal remainders in the order volume, mutuality, lateness.

    >>> mail = ContactDays.of_record([("email", 20620, 0, 1)])
    >>> why = explain(mail, today=20621, created=20607, window_began=20221, rules=HealthRules())
    >>> why.score, [(term.name.value, term.points) for term in why.terms]
    (39, [('volume', -8), ('mutuality', -13), ('lateness', 0)])
    """
    known = days.known_on(today)
    sums = day_sums(known, records=1, until=today)
    scores = exact_scores(sums, today=today, created=np.array([created]), window_began=window_began, rules=rules)
    score, exact = int(scores.score[0]), float(scores.exact[0])
    if score == NO_SCORE:
        return None
    points = points_of(scores, sums, 0, rules)
    shares = points.exact
    contacts = _contacts(known)
    terms = (
        Term(TermName.VOLUME, points.volume, shares[0], _with_days(points.by_kind, contacts), contacts),
        Term(TermName.MUTUALITY, points.mutuality, shares[1], (), _of_weaker_side(contacts, scores)),
        Term(TermName.LATENESS, points.lateness, shares[2], (), _of_last_day(contacts)),
    )
    return Explanation(
        score=score,
        exact=exact,
        terms=terms,
        volume=float(scores.volume[0]),
        par=float(scores.par[0]),
        ours=float(scores.ours[0]),
        theirs=float(scores.theirs[0]),
        mutual=float(scores.mutual[0]),
        quiet=float(scores.quiet[0]),
        expected=rules.frequency.days,
    )


@dataclass(frozen=True, slots=True)
class Points:
    """The whole points of the terms of one score, which add up to score - 60; exact: before rounding, in the
    order volume, mutuality, lateness; by_kind: those of the volume for the kinds that occur."""

    volume: int
    mutuality: int
    lateness: int
    exact: tuple[float, float, float]
    by_kind: tuple[tuple[Kind, int], ...]


def points_of(scores: ScoreArrays, sums: DaySums, index: int, rules: HealthRules) -> Points:
    """The terms of one of many scores, without the days behind them; the record must have a score.

    sums  those that the scores were made from, or the same faded: only their proportions count
    """
    distances = [
        log(factor[index]) for factor in (scores.volume_factor, scores.mutuality_factor, scores.lateness_factor)
    ]
    total = sum(distances)
    exact = float(scores.exact[index])
    slope = (exact - PAR_SCORE) / total if abs(total) > 1e-9 else SLOPE_AT_PAR
    volume_share, mutuality_share, lateness_share = (slope * distance for distance in distances)
    shares = (volume_share, mutuality_share, lateness_share)
    volume, mutuality, lateness = shared_out(shares, int(scores.score[index]) - PAR_SCORE)
    return Points(volume, mutuality, lateness, shares, _by_kind(volume, sums.any[index], rules))


def shared_out(parts: Sequence[float], total: int) -> list[int]:
    """Whole numbers near `parts` that add up to `total` (largest remainder; the first of equal remainders).

    parts  must add up to `total` within one half

    >>> shared_out([1.4, 1.4, -0.8], 2)
    [2, 1, -1]
    """
    whole = [floor(part) for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda index: whole[index] - parts[index])
    for index in by_remainder[: total - sum(whole)]:
        whole[index] += 1
    return whole


def _contacts(days: ContactDays) -> tuple[Contact, ...]:
    columns = (days.kind.tolist(), days.day.tolist(), days.ours.tolist(), days.theirs.tolist())
    rows = [Contact(KINDS[kind], day, ours, theirs) for kind, day, ours, theirs in zip(*columns, strict=True)]
    return tuple(sorted(rows, key=lambda contact: -contact.day))


def _by_kind(points: int, sums: Floats, rules: HealthRules) -> tuple[tuple[Kind, int], ...]:
    weighted = [float(value) * rules.weights.of(kind) for kind, value in zip(KINDS, sums, strict=True)]
    present = [index for index, value in enumerate(weighted) if value > 0]
    whole = sum(weighted)
    shared = shared_out([points * weighted[index] / whole for index in present], points)
    return tuple((KINDS[index], part) for index, part in zip(present, shared, strict=True))


def _with_days(by_kind: tuple[tuple[Kind, int], ...], contacts: tuple[Contact, ...]) -> tuple[KindPoints, ...]:
    return tuple(KindPoints(kind, part, tuple(one for one in contacts if one.kind == kind)) for kind, part in by_kind)


def _of_weaker_side(contacts: tuple[Contact, ...], scores: ScoreArrays) -> tuple[Contact, ...]:
    ours, theirs = float(scores.ours[0]), float(scores.theirs[0])
    if ours == theirs:
        return contacts
    return tuple(one for one in contacts if (one.ours if ours < theirs else one.theirs))


def _of_last_day(contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
    return tuple(one for one in contacts if one.day == contacts[0].day)
