"""Signals from the use of the product: less, none, more, and licences that run short or are given back."""

import warnings
from collections.abc import Callable, Iterator

import numpy as np

from relationship.signals.case import Case, between
from relationship.signals.facts import Bools, Floats
from relationship.signals.signal import Fact, Signal

# A base of fewer months says nothing.
LEAST_MONTHS = 3


def logins_fall(case: Case) -> Iterator[Signal]:
    """H-R1: in each of the last whole months fewer log-ins a day than the months before, by the limit or more."""
    return _fall(case, "H-R1", "logins", case.facts.use.logins)


def features_fall(case: Case) -> Iterator[Signal]:
    """H-R2: the same for the number of features in use."""
    return _fall(case, "H-R2", "features_used", case.facts.use.features_used)


def users_fall(case: Case) -> Iterator[Signal]:
    """H-R3: the same for active users."""
    return _fall(case, "H-R3", "active_users", case.facts.use.active_users)


def nobody_logs_in(case: Case) -> Iterator[Signal]:
    """H-R3 as well: no log-in for three weeks at an account that came in regularly until then."""
    use, limits, today = case.facts.use, case.limits, case.facts.today
    quiet = today - use.last_login
    hits = (np.nan_to_num(quiet, nan=-1.0) >= limits.login_silence_days) & (use.login_weeks >= limits.login_weeks)
    strength = between(quiet, limits.login_silence_days, 3 * limits.login_silence_days)

    def evidence(place: int) -> tuple[Fact, ...]:
        return (Fact("last_login", int(use.last_login[place]), float(quiet[place])),)

    return case.of_accounts("H-R3", hits, strength, lambda place: f"login/{int(use.last_login[place])}", evidence)


def use_grows(case: Case) -> Iterator[Signal]:
    """H-O1: in each of the last whole months more log-ins a day than the months before, by the limit or more."""
    limit = case.limits.usage_growth_percent
    base, recent = _base_and_recent(case.facts.use.logins, case.limits.usage_months)
    growth = (_least(recent) / base - 1) * 100
    hits = case.reached("H-O1", case.facts.accounts.id, growth, limit)
    return case.of_accounts(
        "H-O1", hits, between(growth, limit, 100 + limit), _months_key(case), _months_evidence(case, "logins", base)
    )


def premium_switched_on(case: Case) -> Iterator[Signal]:
    """H-O2: more premium features in use in the last whole month than ever in the months before the last ones."""
    figures = case.facts.use.premium_features
    before = _most(figures[:, : -case.limits.usage_months])
    more = figures[:, -1] - before
    hits = (np.nan_to_num(more, nan=-1.0) >= case.limits.premium_features) & _enough(
        figures[:, : -case.limits.usage_months]
    )
    start = case.facts.use.start

    def evidence(place: int) -> tuple[Fact, ...]:
        return (Fact("premium_features", int(start[-1]), float(figures[place, -1]), float(before[place])),)

    return case.of_accounts("H-O2", hits, between(more, 1, 5), _months_key(case), evidence)


def seats_run_short(case: Case) -> Iterator[Signal]:
    """H-O3: in the last whole month nearly all licences were in use on a day of the mean."""
    use, limit = case.facts.use, case.limits.seats_full_percent
    with np.errstate(divide="ignore", invalid="ignore"):
        share = use.active_users[:, -1] / use.seats[:, -1] * 100
    share = np.where(np.isfinite(share), share, np.nan)
    hits = case.reached("H-O3", case.facts.accounts.id, share, limit)

    def evidence(place: int) -> tuple[Fact, ...]:
        return (
            Fact("seats_used", int(use.start[-1]), float(use.active_users[place, -1]), float(use.seats[place, -1])),
        )

    return case.of_accounts("H-O3", hits, between(share, limit, 100 + limit / 10), _months_key(case), evidence)


def seats_given_back(case: Case) -> Iterator[Signal]:
    """H-R7: fewer licences than in the months before: the customer cuts staff, or wants fewer to have it."""
    return _seats(case, "H-R7", -1)


def seats_added(case: Case) -> Iterator[Signal]:
    """H-O4: more licences than in the months before: the customer grows."""
    return _seats(case, "H-O4", 1)


def _seats(case: Case, detector: str, sign: int) -> Iterator[Signal]:
    limit, seats = case.limits.seats_change_percent, case.facts.use.seats
    base, _recent = _base_and_recent(seats, case.limits.usage_months)
    change = sign * (seats[:, -1] / base - 1) * 100
    hits = case.reached(detector, case.facts.accounts.id, change, limit)

    def evidence(place: int) -> tuple[Fact, ...]:
        return (Fact("seats", int(case.facts.use.start[-1]), float(seats[place, -1]), round(float(base[place]), 1)),)

    return case.of_accounts(detector, hits, between(change, limit, 100), _months_key(case), evidence)


def _fall(case: Case, detector: str, what: str, figures: Floats) -> Iterator[Signal]:
    limit = case.limits.usage_fall_percent
    base, recent = _base_and_recent(figures, case.limits.usage_months)
    fall = (1 - _most(recent) / base) * 100
    # A month that is not told is no fall.
    fall = np.where(np.isnan(recent).any(axis=1), np.nan, fall)
    hits = case.reached(detector, case.facts.accounts.id, fall, limit)
    return case.of_accounts(
        detector, hits, between(fall, limit, 100), _months_key(case), _months_evidence(case, what, base)
    )


def _base_and_recent(figures: Floats, months: int) -> tuple[Floats, Floats]:
    """The mean of the months before the last ones (nan where too few are told, or it is 0), and the last ones."""
    earlier, recent = figures[:, :-months], figures[:, -months:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        mean = np.nanmean(earlier, axis=1)
    return np.where(_enough(earlier) & (mean > 0), mean, np.nan), recent


def _enough(earlier: Floats) -> Bools:
    found: Bools = (~np.isnan(earlier)).sum(axis=1) >= LEAST_MONTHS
    return found


def _most(figures: Floats) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found: Floats = np.nanmax(figures, axis=1)
    return found


def _least(figures: Floats) -> Floats:
    """The smallest; nan as soon as one is not told."""
    found: Floats = figures.min(axis=1)
    return found


def _months_key(case: Case) -> Callable[[int], str]:
    first = int(case.facts.use.start[-case.limits.usage_months])
    return lambda _place: f"months/{first}"


def _months_evidence(case: Case, what: str, base: Floats) -> Callable[[int], tuple[Fact, ...]]:
    use, months = case.facts.use, case.limits.usage_months
    figures: Floats = getattr(use, what)

    def evidence(place: int) -> tuple[Fact, ...]:
        return tuple(
            Fact(what, int(start), round(float(figure), 1), round(float(base[place]), 1))
            for start, figure in zip(use.start[-months:], figures[place, -months:], strict=True)
        )

    return evidence
