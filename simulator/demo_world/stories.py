"""How a deal goes: the rhythm of exchanges between us and the customer, by a handful of stories.

A story is a list of phases counted back from its end (today, or the day a deal was closed): how many days
lie between two exchanges, how often the customer answers us, how often the customer begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from simulator.demo_world.days import DAY, nearest_working_day

EVER = 10_000


@dataclass(frozen=True, slots=True)
class Phase:
    """until: days before the end at which it is over; gap: mean days between exchanges, None for silence.

    answered: chance that the customer answers us; asked: chance that the customer begins.
    """

    until: int
    gap: float | None
    answered: float = 0.0
    asked: float = 0.0


@dataclass(frozen=True, slots=True)
class Story:
    """youngest, oldest: days between creation and end; lively: how often meetings, calls and tasks go with it."""

    name: str
    phases: tuple[Phase, ...]
    youngest: int = 60
    oldest: int = 300
    lively: float = 0.25

    def phase(self, days_before_end: int) -> Phase:
        return next(phase for phase in self.phases if days_before_end > phase.until or phase is self.phases[-1])


HEALTHY = Story("healthy", (Phase(0, 7.0, 0.9, 0.45),), lively=1.4)
SLOW = Story("slow", (Phase(0, 12.5, 0.8, 0.3),))
FADING = Story("fading", (Phase(70, 7.0, 0.9, 0.4), Phase(15, 14.0, 0.6, 0.2), Phase(0, None)), 110, lively=0.5)
ONE_SIDED = Story("one-sided", (Phase(0, 7.5, 0.06),), 80)
REVIVED = Story("revived", (Phase(150, 7.0, 0.9, 0.4), Phase(26, None), Phase(0, 5.5, 0.85, 0.35)), 200)
DEAD = Story("dead", (Phase(70, 9.0, 0.7, 0.3), Phase(0, None)), 130, 400)
GHOSTED = Story("ghosted", (Phase(70, 6.5, 0.9, 0.4), Phase(0, 10.0)), 130)
YOUNG = Story("young", (Phase(0, 5.0, 0.8, 0.5),), 8, 26, lively=1.0)
SILENT = Story("silent", (Phase(0, None),), 15, 120)

# How many of 50 open deals go each way, and of 35 won and 35 lost ones: won deals are more mutual, with overlap.
OPEN_STORIES = (
    (HEALTHY, 17), (SLOW, 8), (FADING, 5), (ONE_SIDED, 5), (REVIVED, 5), (DEAD, 3), (GHOSTED, 3), (YOUNG, 2),
    (SILENT, 2),
)  # fmt: skip
WON_STORIES = ((HEALTHY, 25), (SLOW, 5), (REVIVED, 2), (FADING, 2), (ONE_SIDED, 1))
LOST_STORIES = ((HEALTHY, 3), (SLOW, 6), (FADING, 9), (ONE_SIDED, 8), (GHOSTED, 5), (DEAD, 4))


def told(stories: tuple[tuple[Story, int], ...], number: int, rng: Random) -> list[Story]:
    """So many stories in these proportions (largest remainder), in an order of chance."""
    whole = sum(share for _, share in stories)
    exact = [number * share / whole for _, share in stories]
    counts = [int(part) for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (counts[place] - exact[place], place))
    for place in by_remainder[: number - sum(counts)]:
        counts[place] += 1
    found = [story for (story, _), count in zip(stories, counts, strict=True) for _ in range(count)]
    rng.shuffle(found)
    return found


@dataclass(frozen=True, slots=True)
class Exchange:
    """One thread of mails. turns: mails in it, alternating sides; one for a mail nobody answered."""

    day: date
    from_us: bool
    turns: int
    quiet: bool = False


def exchanges(rng: Random, story: Story, begins: date, ends: date) -> Iterator[Exchange]:
    """The exchanges of a story in order; each on a working day. Every deal keeps a tempo of its own."""
    tempo = rng.uniform(0.8, 1.25)
    day = begins + timedelta(days=rng.randint(0, 2))
    while day <= ends:
        phase = story.phase(round((ends - day).days / tempo))
        if phase.gap is None:
            if phase.until == 0:
                return
            day = max(day + DAY, ends - timedelta(days=round(phase.until * tempo)))
            continue
        from_us = rng.random() >= phase.asked
        answers = rng.random() < (phase.answered if from_us else 0.92)
        yield Exchange(nearest_working_day(day), from_us, rng.choice((2, 2, 3, 3, 4, 5)) if answers else 1, not answers)
        day += max(1, round(phase.gap * tempo * rng.uniform(0.65, 1.35))) * DAY
