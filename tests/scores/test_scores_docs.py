"""The formulas and the worked example of docs/customer-health.md are those of the code."""

import re
from pathlib import Path

from score_builders import facts

from relationship.signals.scores import POINTS, STARTS, Group, Score, scores

TEXT = (Path(__file__).parents[2] / "docs" / "customer-health.md").read_text(encoding="utf-8")
TITLES = {Score.HEALTH: "Customer health", Score.CHURN: "Risk of churn", Score.UPSELL: "Openness to more"}


def number(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-"))


def test_the_published_points_are_those_of_the_code() -> None:
    for score, title in TITLES.items():
        line = next(line for line in TEXT.splitlines() if line.startswith(f"| {title} |"))
        _empty, _title, start, told, _end = (part.strip() for part in line.split("|"))
        assert int(start) == STARTS[score]
        found = re.findall(r"`(\w+)` (\N{MINUS SIGN}?\d+)(?: \((\N{MINUS SIGN}?\d+)\))?", told)
        assert {name: (number(up), number(down or "0")) for name, up, down in found} == {
            str(name): tuple(map(float, points)) for name, points in POINTS[score].items()
        }


def test_the_worked_example_is_computed_as_it_stands() -> None:
    known = facts(
        use_level=0.68,
        use_change=-0.15,
        engagement=72,
        satisfaction=65,
        years=3,
        won=1,
        burden={Group.USE_FALLS: 0.5, Group.RELATIONSHIP: 0.2},
    )
    one = scores(known)[Score.HEALTH]
    part = TEXT.split("### Worked example")[1].split("## Beside a score")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines() if line.startswith("| ")]
    told = {name: int(number(points)) for name, _measure, _exact, points in rows[2:-1]}
    assert told == {
        name: int(points) for name, points in zip(one.reasons, one.points[:, 0], strict=True) if name != "limits"
    }
    assert rows[-1][3].strip("*") == str(one.value[0])
