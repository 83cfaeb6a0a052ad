"""What docs/who-knows-whom.md promises is recomputed here: its tables, its example and the doctests."""

import doctest
import importlib
import re
from pathlib import Path

import pytest
from graph_builders import close_of, mails, meetings, world

from relationship.graph.introductions import introductions
from relationship.graph.ties import strength, word

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "who-knows-whom.md").read_text(encoding="utf-8")
MODULES = sorted(path.stem for path in (ROOT / "relationship" / "graph").glob("[a-z]*.py"))
ANN, BEN = 1, 2


def table(heading: str) -> list[list[str]]:
    """The rows of the table whose first heading starts so."""
    lines = DOCUMENT[DOCUMENT.index(f"| {heading}") :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


CONTACT_DAYS = {
    "one mail to one person": mails(ANN, BEN, [0]),
    "three mails to one person, the same day": mails(ANN, BEN, [0, 0, 0]),
    "one mail to four people": mails(ANN, BEN, [0], people=5),
    "a mail and its answer": mails(ANN, BEN, [0]) + mails(BEN, ANN, [0]),
    "the same 90 days ago": mails(ANN, BEN, [90]) + mails(BEN, ANN, [90]),
    "a meeting of five": meetings(ANN, BEN, [0], people=5),
    "a mail and, the same day, a meeting of two": mails(ANN, BEN, [0]) + meetings(ANN, BEN, [0]),
    "meetings of two today, 90 and 180 days ago": meetings(ANN, BEN, [0, 90, 180]),
}


def test_the_table_has_a_row_for_every_case():
    assert [row[0] for row in table("Contact days")] == list(CONTACT_DAYS)


@pytest.mark.parametrize("row", table("Contact days"), ids=lambda row: row[0])
def test_the_printed_ties_come_out(row):
    case, u, v, close, shown, named = row
    found = close_of(CONTACT_DAYS[case])
    assert found == pytest.approx(min(float(u), float(v)) + 0.1 * abs(float(u) - float(v)))
    assert found == pytest.approx(float(close))
    assert f"{strength(found):.4f}" == shown
    assert word(found) == named


def test_the_printed_words_start_where_the_document_says():
    for named, _, from_strength, from_closeness in table("Word")[:2]:
        assert strength(float(from_closeness)) == pytest.approx(float(from_strength))
        assert word(float(from_closeness)) == named
        assert word(float(from_closeness) - 1e-6) != named


def test_unanswered_daily_mail_is_called_strong_from_the_day_printed():
    (day,) = re.findall(r'"strong" from the (\d+)th\s+day', DOCUMENT)
    assert word(close_of(mails(ANN, BEN, range(int(day))))) == "strong"
    assert word(close_of(mails(ANN, BEN, range(int(day) - 1)))) == "medium"


def test_the_printed_example_of_paths_comes_out():
    names = {"Ann": 1, "Ben": 2, "Cem": 3, "Dia": 4, "Zoé": 101}
    (sentence,) = re.findall(r"Example: Ann asks for Zoé\. (.*?); no other ties", DOCUMENT)
    ties = {
        (names[one], names[other]): float(close) for one, other, close in re.findall(r"(\w+)–(\w+) ([\d.]+)", sentence)
    }
    paths = introductions(world(4, 1, ties).network(), names["Ann"], [names["Zoé"]]).paths
    rows = table("Path")
    assert len(rows) == len(paths)
    for (printed, value, _), path in zip(rows, paths, strict=True):
        assert [names[name] for name in printed.split(" → ")] == [names["Ann"], *path.colleagues, path.target]
        assert path.value == pytest.approx(float(value.split("= ")[-1]))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_run(name):
    assert doctest.testmod(importlib.import_module(f"relationship.graph.{name}")).failed == 0
