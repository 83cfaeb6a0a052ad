"""Suggested settings, proved on generated histories: does it find a planted truth, and say "no gain" without one?

    python benchmarks/suggestion.py [--worlds 100] [--planted 50] [--closed 300 1000] [--speed 10000]
                                    [--archives FOLDER]

Every world is a seeded history of closed opportunities with heavy-tailed, bursty contact: many have little of
it, some very much, a third go silent half-way.

Without a truth (100 worlds each; all must say "no gain" in at least 95):
    chance     the outcome is a coin, whatever the contact
    drifting   the outcome is a coin whose odds rise over the years, and so does the amount of contact
    accounts   customers come back: each has its own odds and its own habits of contact, which are unrelated
    lives      lost opportunities live longer; contact fades with age
    right      contact matters exactly as the present rules say, so no other rules can be better
With a truth:
    meetings   meetings count three times as much as anything else for winning
    calls      the same for calls
    answers    how often the customer writes decides, not how often we do; the present rules expect contact
               every day, which rewards whoever writes much

--archives names a folder of worlds from real archives (docs/worlds.md); their opportunities are open, so
outcomes are drawn by lot over real histories of contact: another world without a truth. Left out when absent.
"""

import argparse
import csv
import gzip
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np

from relationship.activities import KINDS
from relationship.health.contact_days import ContactDays
from relationship.health.outcomes import EVERYBODYS, OWN_ACCOUNT, Outcomes, seen
from relationship.health.rules import Frequency, HealthRules
from relationship.health.score import scores_under
from relationship.health.suggestion import Status, Suggestion, suggestion

FIRST_DAY = 19_000
SPAN_DAYS = 1_000
WINDOW_BEGAN = FIRST_DAY - 1_000
# Contact days per day of life at the median, in the order of KINDS, and the spread of their logarithms.
PACE = np.array([0.10, 0.06, 0.06, 0.04])
SHARED_SPREAD, KIND_SPREAD = 0.3, 1.0
# Of the planted truth: log odds per standard deviation; a perfect score would then have an AUC of about 0.85.
STRENGTH = 2.0
EMAIL, MEETING, CALL, TASK = range(4)


@dataclass(frozen=True)
class History:
    """A generated history and the rules in force."""

    days: ContactDays
    outcomes: Outcomes
    rules: HealthRules = field(default_factory=HealthRules)


@dataclass(frozen=True)
class _Lives:
    """pace: contact days per day of life, by kind; quiet_from: the fraction of life after which nothing happens."""

    created: np.ndarray
    closed: np.ndarray
    pace: np.ndarray
    quiet_from: np.ndarray

    @property
    def life(self) -> np.ndarray:
        return self.closed - self.created


def lives(n: int, random: np.random.Generator) -> _Lives:
    closed = FIRST_DAY + random.integers(0, SPAN_DAYS, n)
    life = np.clip(np.exp(random.normal(np.log(120), 0.6, n)), 20, 600).astype(np.int64)
    shared = random.normal(0, SHARED_SPREAD, (n, 1))
    pace = PACE * np.exp(shared + random.normal(0, KIND_SPREAD, (n, len(KINDS))))
    silent = random.random(n) < 1 / 3
    quiet_from = np.where(silent, random.uniform(0.1, 0.9, n), 1.0)
    return _Lives(closed - life, closed, pace, quiet_from)


def contact(made: _Lives, random: np.random.Generator) -> ContactDays:
    """Contact in bursts: each begins anywhere before the silence and goes on for some days."""
    bursts = random.poisson(made.pace * (made.life * made.quiet_from)[:, np.newaxis] / 2)
    record, kind = (index.ravel() for index in np.indices(bursts.shape))
    record, kind = np.repeat(record, bursts.ravel()), np.repeat(kind, bursts.ravel())
    begins = random.random(len(record)) * (made.life * made.quiet_from)[record]
    lasts = random.geometric(0.5, len(record))
    record, kind, begins = (np.repeat(column, lasts) for column in (record, kind, begins))
    day = made.created[record] + begins.astype(np.int64) + random.integers(0, 7, len(record))
    kept = day < made.closed[record]
    record, kind, day = record[kept], kind[kept], day[kept]
    ours = (random.random(len(day)) < 0.6) | (kind != EMAIL)
    theirs = (~ours | (random.random(len(day)) < 0.2) | (kind == MEETING) | (kind == CALL)) & (kind != TASK)
    return ContactDays.from_arrays(
        record=record, kind=kind, day=day, ours=ours.astype(np.int64), theirs=theirs.astype(np.int64)
    )


def outcomes_of(made: _Lives, won: np.ndarray, account: np.ndarray | None = None) -> Outcomes:
    alone = np.full(len(won), OWN_ACCOUNT)
    everybodys = np.full(len(won), EVERYBODYS)
    return Outcomes(won, made.created, made.closed, alone if account is None else account, everybodys)


def drawn(logit: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return random.random(len(logit)) < 1 / (1 + np.exp(-logit))


def history(made: _Lives, won: np.ndarray, random: np.random.Generator, account: np.ndarray | None = None) -> History:
    return History(contact(made, random), outcomes_of(made, won, account))


def chance(n: int, random: np.random.Generator) -> History:
    made = lives(n, random)
    return history(made, drawn(np.full(n, -0.4), random), random)


def drifting(n: int, random: np.random.Generator) -> History:
    made = lives(n, random)
    late = (made.closed - FIRST_DAY) / SPAN_DAYS - 0.5
    busier = _Lives(made.created, made.closed, made.pace * np.exp(late)[:, np.newaxis], made.quiet_from)
    return history(busier, drawn(2 * late, random), random)


def accounts(n: int, random: np.random.Generator) -> History:
    made = lives(n, random)
    account = random.integers(0, n // 5, n)
    habits = PACE * np.exp(random.normal(0, 1.2, (n // 5, len(KINDS))))
    odds = random.normal(0, 1.5, n // 5)
    returning = _Lives(made.created, made.closed, habits[account], made.quiet_from)
    return history(returning, drawn(odds[account], random), random, account)


def lives_apart(n: int, random: np.random.Generator) -> History:
    made = lives(n, random)
    won = drawn(-1.2 * (np.log(made.life) - np.log(120)), random)
    fading = _Lives(made.created, made.closed, made.pace, np.minimum(made.quiet_from, 0.7))
    return history(fading, won, random)


def right(n: int, random: np.random.Generator) -> History:
    made = lives(n, random)
    days = contact(made, random)
    found = seen(days, outcomes_of(made, np.zeros(n, dtype=np.bool_)), window_began=WINDOW_BEGAN)
    points = scores_under(HealthRules(), found.at).exact
    total, looks = (np.bincount(found.record, weights=weights, minlength=n) for weights in (points, None))
    mean = total / np.maximum(looks, 1)
    odds = (mean - 40) / 15
    return History(days, outcomes_of(made, drawn(odds, random)))


def counting_thrice(kind: int) -> Callable[[int, np.random.Generator], History]:
    """Twice as much of this kind is worth as much for winning as eight times as much of another."""

    def made_so(n: int, random: np.random.Generator) -> History:
        made = lives(n, random)
        weights = np.ones(len(KINDS))
        weights[kind] = 3
        worth = np.log(made.pace) @ weights
        return history(made, drawn(STRENGTH * (worth - np.median(worth)) / worth.std(), random), random)

    return made_so


def answers(n: int, random: np.random.Generator) -> History:
    """We write as often as we like; how often they write decides. The present rules expect contact every day."""
    made = lives(n, random)
    written = np.exp(random.normal(np.log(0.15), 1.2, n))
    answered = random.normal(0, 1, n)
    paces = np.column_stack([written, 0.1 * np.exp(answered)])
    days = contact(_Lives(made.created, made.closed, np.pad(paces, ((0, 0), (0, 2))), np.ones(n)), random)
    from_us = days.kind == EMAIL
    mails = ContactDays.from_arrays(
        record=days.record,
        kind=np.zeros(len(days)),
        day=days.day,
        ours=from_us.astype(np.int64),
        theirs=(~from_us).astype(np.int64),
    )
    outcomes = outcomes_of(made, drawn(STRENGTH * answered, random))
    return History(mails, outcomes, HealthRules(frequency=Frequency.DAILY))


WITHOUT_TRUTH: dict[str, Callable[[int, np.random.Generator], History]] = {
    "chance": chance,
    "drifting": drifting,
    "accounts": accounts,
    "lives": lives_apart,
    "right": right,
}
PLANTED: dict[str, Callable[[int, np.random.Generator], History]] = {
    "meetings": counting_thrice(MEETING),
    "calls": counting_thrice(CALL),
    "answers": answers,
}


def world(name: str, closed: int, seed: int) -> History:
    return (WITHOUT_TRUTH | PLANTED)[name](closed, np.random.default_rng([seed, closed]))


def suggested(made: History) -> Suggestion:
    return suggestion(made.days, made.outcomes, window_began=WINDOW_BEGAN, rules=made.rules)


def found_truth(name: str, said: Suggestion) -> bool:
    """Whether the suggestion points where the truth lies: a longer interval than a day; no kind heavier than the
    planted one, and mails lighter."""
    if said.suggested is None:
        return False
    if name == "answers":
        return said.suggested.frequency > Frequency.DAILY
    weights = [said.suggested.weights.of(kind) for kind in KINDS]
    kind = {"meetings": MEETING, "calls": CALL}[name]
    return weights[kind] == max(weights) and weights[kind] > weights[EMAIL]


def of_archive(folder: Path, seed: int) -> History:
    """The real histories of contact of a world's opportunities, closed by lot at different times."""
    random = np.random.default_rng(seed)
    rows = {name: _rows(folder / f"{name}.csv.gz") for name in ("people", "opportunities", "activities")}
    colleagues = {row["person_id"] for row in rows["people"] if row["side"] == "colleague"}
    account = {row["person_id"]: row["account_id"] for row in rows["people"] if row["account_id"]}
    number = {row["account_id"]: place for place, row in enumerate(rows["opportunities"])}
    found = []
    for row in rows["activities"]:
        others = [person for ids in (row["to_ids"], row["cc_ids"]) for person in ids.split(";") if person]
        day = (datetime.fromisoformat(row["at"]).date() - date(1970, 1, 1)).days
        if row["from_id"] in colleagues:
            found += [(number[account[p]], day, 1, 0) for p in others if account.get(p) in number]
        elif account.get(row["from_id"]) in number and colleagues.intersection(others):
            found.append((number[account[row["from_id"]]], day, 0, 1))
    table = np.array(found)
    n = len(number)
    first = np.full(n, table[:, 1].max())
    np.minimum.at(first, table[:, 0], table[:, 1])
    closed = first + random.integers(40, 400, n)
    days = ContactDays.from_arrays(
        record=table[:, 0], kind=np.zeros(len(table)), day=table[:, 1], ours=table[:, 2], theirs=table[:, 3]
    )
    made = _Lives(first, closed, np.empty(0), np.empty(0))
    return History(days, outcomes_of(made, random.random(n) < 0.5))


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def archives(folder: Path, worlds: int) -> None:
    for place in sorted(folder.glob("*/world.json")):
        said = Counter(
            suggestion(made.days, made.outcomes, window_began=0, rules=made.rules).status
            for made in (of_archive(place.parent, seed) for seed in range(worlds))
        )
        print(
            f"{place.parent.name:<10} outcomes by lot   " + ", ".join(f"{s.value} {said[s]}" for s in Status if said[s])
        )


def line(name: str, closed: int, said: list[Suggestion], seconds: float) -> str:
    states = Counter(one.status for one in said)
    gains = [one.gain for one in said if one.gain is not None]
    right_way = f"{sum(found_truth(name, one) for one in said):>7}" if name in PLANTED else f"{'':>7}"
    middle = f"{statistics.median(gains):>+10.3f}" if gains else f"{'':>10}"
    return (
        f"{name:<10}{closed:>8}{len(said):>8}{states[Status.TOO_SMALL]:>10}{states[Status.NO_GAIN]:>9}"
        f"{states[Status.GAIN]:>6}{right_way}{middle}{seconds / len(said):>10.2f} s"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--worlds", type=int, default=100, help="of each kind without a truth")
    arguments.add_argument("--planted", type=int, default=50, help="of each kind with a truth")
    arguments.add_argument("--closed", type=int, nargs="+", default=[90, 400, 1000, 2500])
    arguments.add_argument("--only", nargs="+", choices=[*WITHOUT_TRUTH, *PLANTED], default=None)
    arguments.add_argument("--speed", type=int, default=10_000)
    arguments.add_argument("--archives", type=Path, default=Path(__file__).parents[2] / "shared" / "worlds")
    asked = arguments.parse_args()
    print("world       closed  worlds too small  no gain  gain  found  mid gain        each")
    for name in asked.only or [*WITHOUT_TRUTH, *PLANTED]:
        for closed in asked.closed:
            seeds = range(asked.planted if name in PLANTED else asked.worlds)
            began = time.perf_counter()
            said = [suggested(world(name, closed, seed)) for seed in seeds]
            print(line(name, closed, said, time.perf_counter() - began), flush=True)
    if asked.archives.is_dir():
        archives(asked.archives, asked.worlds)
    if asked.speed:
        made = world("meetings", asked.speed, 1)
        began = time.perf_counter()
        said_once = suggested(made)
        seconds = time.perf_counter() - began
        print(
            f"{asked.speed:,} closed opportunities with {len(made.days):,} contact days: {said_once.status.value}, "
            f"{said_once.looked_at.settings:,} settings tried in {seconds:.1f} s"
        )


if __name__ == "__main__":
    main()
