"""What docs/health.md promises is recomputed here: its worked example, tables and doctests."""

import doctest
import importlib
import pkgutil
import re
from datetime import date
from math import exp, log
from pathlib import Path

import numpy as np
import pytest
from health_builders import DEFAULTS, TODAY, exact

import relationship.health
from relationship.health.changes import Cause
from relationship.health.contact_days import ContactDays
from relationship.health.explanation import explain
from relationship.health.rating import rate
from relationship.health.rules import Band, Frequency, HealthRules
from relationship.health.score import exact_scores
from relationship.health.shares import Parts, Side, Standing, shares
from relationship.health.states import State
from relationship.health.sums import day_sums

DOC = (Path(__file__).parents[2] / "docs" / "health.md").read_text(encoding="utf-8")
MODULES = [module.name for module in pkgutil.iter_modules(relationship.health.__path__)]


def table(heading: str) -> list[list[str]]:
    """The rows of the table in the documentation whose first header cell starts with `heading`."""
    found = re.search(rf"^\| {re.escape(heading)}[^\n]*\n\|[-|]+\n((?:\|[^\n]*\n)+)", DOC, re.MULTILINE)
    assert found, heading
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].strip().split("\n")]


def number(day: str) -> int:
    return (date.fromisoformat(day) - date(1970, 1, 1)).days


def the_example() -> tuple[ContactDays, dict[str, int]]:
    rows = [(kind, number(day), int(ours), int(theirs)) for day, kind, ours, theirs in table("Day")]
    found = re.search(r"Today is (\S+), the record was created on (\S+), the read window began on (\S+)\. ", DOC)
    assert found
    today, created, window_began = (number(day) for day in found.groups())
    return ContactDays.of_record(rows), {"today": today, "created": created, "window_began": window_began}


def test_the_worked_example_comes_out():
    days, at = the_example()
    printed = {name: float(value) for name, value, _ in table("Quantity")}
    sums = day_sums(days, records=1, until=at["today"])
    found = exact_scores(sums, **at, rules=DEFAULTS)
    terms = [log(factor[0]) for factor in (found.volume_factor, found.mutuality_factor, found.lateness_factor)]
    computed = {
        "V": found.volume[0],
        "O": found.ours[0],
        "I": found.theirs[0],
        "m": found.mutual[0],
        "P": found.par[0],
        "g": found.quiet[0],
        "volume": terms[0],
        "mutuality": terms[1],
        "lateness": terms[2],
        "x": 1.5 * exp(sum(terms)),
    }
    for name, value in computed.items():
        assert round(float(value), 4) == printed[name], name
    assert round(float(found.exact[0]), 2) == printed["score"]


def test_the_example_is_explained_and_forecast_as_printed():
    days, at = the_example()
    why = explain(days, **at, rules=DEFAULTS)
    found = rate(days, records=1, **(at | {"created": np.array([at["created"]])}), rules=DEFAULTS).rows()[0]
    shown = re.search(r"Shown is (\d+), Good: (\d+) points above 60, all of them for volume", DOC)
    falls = re.search(r"the rating falls to Fair on\s+(\S+)\.\n", DOC)
    assert shown
    assert falls
    assert [why.score, why.terms[0].points] == [int(figure) for figure in shown.groups()]
    assert [term.points for term in why.terms[1:]] == [0, 0]
    assert (found.falls_on, found.falls_to) == (number(falls[1]), Band.FAIR)


def test_the_frequencies_and_states_are_those_of_the_code():
    assert [float(days) for _, days in table("Expected frequency")] == [frequency.days for frequency in Frequency]
    assert {cells[0].strip("`") for cells in table("State")} == {state.value for state in State}


def test_the_shares_of_the_example_come_out_as_printed():
    days, at = the_example()
    printed = [cells[1:] for cells in table("Part of")]
    dates = days.day.tolist()
    rows = [
        (person, days.kind[place], dates[place], float(part))
        for person, cells in enumerate(printed)
        for place, part in enumerate(cells[: len(dates)])
        if float(part)
    ]
    person, kind, day, part = (np.array(column) for column in zip(*rows, strict=True))
    score = explain(days, **at, rules=DEFAULTS).score
    people = [Side(at["today"], at["today"])] * (len(printed) - 1)
    found = shares(Parts(person, kind, day, part), people, today=at["today"], score=score, rules=DEFAULTS)
    shown = [[f"{one.volume:.4f}", f"{one.percent} %", str(one.points)] for one in (*found.people, found.nobody)]
    assert shown == [cells[len(dates) :] for cells in printed]


def test_causes_and_standings_are_those_of_the_code():
    assert {cells[0].strip("`") for cells in table("Cause")} == {cause.value for cause in Cause}
    assert {cells[0].strip("`") for cells in table("Standing")} == {standing.value for standing in Standing}


def rhythm(frequency: Frequency, begun: int, today: int) -> list[tuple[str, int, int, int]]:
    if frequency == Frequency.DAILY:
        days = [day for day in range(begun, today + 1) if np.is_busday(np.datetime64(day, "D"))]
    else:
        days = list(range(begun, today + 1, int(frequency.days)))
    return [("email", day, 1, 1) for day in days]


def standings(rows, *, begun: int, today: int, frequency: Frequency) -> list[float]:
    """The scores on a day, without the contact of that day and with it."""
    situation = {"age": TODAY - begun, "today": today, "rules": HealthRules(frequency=frequency)}
    before = [row for row in rows if row[1] < today]
    return [exact(kept, **situation) for kept in (before, rows) if kept]


@pytest.mark.parametrize("frequency", Frequency)
def test_a_kept_rhythm_stays_within_the_printed_limits_and_reaches_them(frequency):
    printed = {float(cells[0].split(",")[0]): cells[1:] for cells in table("Rhythm kept")}
    old, young = ([float(limit) for limit in cell.split("–")] for cell in printed[frequency.days])
    for (lowest, highest), spans in ((old, range(180, 400, 5)), (young, range(14, 180))):
        found = [
            score
            for span in spans
            if span >= frequency.days
            for today in range(TODAY, TODAY + 7)
            for score in standings(
                rhythm(frequency, today - span, today), begun=today - span, today=today, frequency=frequency
            )
        ]
        assert lowest - 1e-9 <= min(found) <= lowest + 0.1
        assert highest - 0.1 <= max(found) <= highest


def test_every_second_working_day_keeps_an_older_record_above_60_where_every_few_days_are_expected():
    for begun in range(TODAY - 250, TODAY - 243):
        working = rhythm(Frequency.DAILY, begun, TODAY)[::2]
        for today in range(begun + 180, TODAY):
            rows = [row for row in working if row[1] <= today]
            assert min(standings(rows, begun=begun, today=today, frequency=Frequency.EVERY_FEW_DAYS)) > 60


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_run(name):
    module = importlib.import_module(f"relationship.health.{name}")
    assert doctest.testmod(module).failed == 0
