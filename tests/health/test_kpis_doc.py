"""Every example of docs/kpis.md is recomputed from its list of activities; what it says of limits is what holds."""

import doctest
import importlib
import pkgutil
from datetime import date, timedelta

import kpi_example as example
import pytest

import relationship.health.kpis
from relationship.clock import number_of
from relationship.health.kpis import deals
from relationship.health.kpis.daily import daily
from relationship.health.kpis.effort import effort, ratio, traffic
from relationship.health.kpis.most import Contacted, most_contacted
from relationship.health.kpis.reach import KnownPerson, breadth, neglected
from relationship.health.kpis.replies import ANSWER_WITHIN, Answers, replies

TODAY = number_of(date(2026, 6, 17))
CREATED = number_of(date(2026, 4, 1))
WEEK = 7.0
MODULES = [module.name for module in pkgutil.iter_modules(relationship.health.kpis.__path__)]


def people() -> list[KnownPerson]:
    last: dict[str, int] = {}
    for one in example.acts():
        for name in one.everybody:
            last[name] = max(last.get(name, 0), number_of(one.at.date()))
    return [KnownPerson(example.NUMBERS[name], last.get(name)) for name in example.THEM]


def amounts() -> list[Contacted]:
    return [
        Contacted(
            name,
            name,
            *(sum(one.kind == kind and name in one.everybody for one in example.acts()) for kind in KINDS_OF_PEOPLE),
            last_day=0,
        )
        for name in example.THEM
    ]


KINDS_OF_PEOPLE = ("email", "meeting", "call")


def answered(of: Answers) -> str:
    return f"{of.answered} of {of.asked}"


def computed() -> dict[str, str]:
    """Every figure as the document prints it."""
    counted = traffic(example.exchanges())
    names = {number: name for name, number in example.NUMBERS.items()}
    found = replies(example.mails(), now=example.NOW)
    spent = effort(example.exchanges())
    last = max(example.acts(), key=lambda one: one.at)
    late = neglected(people(), today=TODAY, created=CREATED, expected_days=WEEK)
    broad = breadth(people(), today=TODAY, expected_days=WEEK)
    every_day = daily([(number_of(one.at.date()), one.kind, 1) for one in example.acts()], today=TODAY, span=90)
    return {
        "Sent and received": ", ".join(
            f"{name} {one.sent} and {one.received}"
            for name, one in zip(("e-mails", "meetings", "calls"), counted, strict=True)
        ),
        "Ratio": f"{ratio(counted[0]):.1f}",
        "Time by us": f"{spent.ours:.0f} min",
        "Time with the customer": f"{spent.with_them:.0f} min",
        "Response time by us": f"{found.by_us.hours} h",
        "Response rate by us": answered(found.by_us),
        "Response time by the customer": f"{found.by_them.hours} h",
        "Response rate by the customer": answered(found.by_them),
        "Last activity": f"{last.kind}, {last.at.date()}",
        "Next activity": "none",
        "Most contacted": ", ".join(f"{one.name} {one.total}" for one in most_contacted(amounts())),
        "Activities per day": f"{sum(one.total for one in every_day)} in all",
        "Neglected contacts": ", ".join(
            f"{names[one.key]} {'never' if one.days is None else f'{one.days} days'}" for one in late
        ),
        "Breadth": f"{broad.alive} of {broad.known}",
    }


def test_every_figure_of_the_document_comes_out_of_its_activities():
    printed = {name: shown for name, _, _, shown in example.rows("Figure") if shown}
    assert computed() == printed


def test_the_document_defines_every_figure():
    assert all(definition for _, _, definition, _ in example.rows("Figure"))


def test_the_limits_that_the_document_names_are_those_in_force():
    assert timedelta(days=14) == ANSWER_WITHIN
    assert (deals.ENOUGH, deals.PERIOD_DAYS, deals.SHORTEST_DAYS, deals.SIZE_FACTOR) == (30, 90, 14, 2.0)
    assert deals.pace(deals.Deal(days=20, emails=6, meetings=0, calls=0)).emails == pytest.approx(9.0)


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_in_the_docstrings_run(module: str):
    found = doctest.testmod(importlib.import_module(f"relationship.health.kpis.{module}"))
    assert found.attempted > 0
    assert found.failed == 0
