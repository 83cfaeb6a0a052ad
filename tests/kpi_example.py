"""The example of docs/kpis.md, read from it, as the functions of the room and the tables of a store take it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from relationship.activities import Kind
from relationship.health.kpis.effort import Exchange
from relationship.health.kpis.replies import Mail

DOC = (Path(__file__).parents[1] / "docs" / "kpis.md").read_text(encoding="utf-8")
US = ("Anne", "Bruno")
THEM = ("Tor", "Una", "Vera")
NUMBERS = {name: number for number, name in enumerate((*US, *THEM), start=1)}
NOW = datetime(2026, 6, 17, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Act:
    at: datetime
    kind: Kind
    writer: str
    to: tuple[str, ...]
    minutes: int | None
    answered: bool

    @property
    def ours(self) -> bool:
        return self.writer in US

    @property
    def everybody(self) -> tuple[str, ...]:
        return (self.writer, *self.to)


def rows(heading: str) -> list[list[str]]:
    """The rows of the table of the document whose first header cell is `heading`."""
    found = re.search(rf"^\| {heading} \|[^\n]*\n\|[-|]+\n((?:\|[^\n]*\n)+)", DOC, re.MULTILINE)
    assert found, heading
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].strip().split("\n")]


def acts() -> list[Act]:
    return [
        Act(
            datetime.fromisoformat(at).replace(tzinfo=UTC),
            Kind(kind),
            writer,
            tuple(to.split(", ")),
            int(minutes) if minutes else None,
            answered != "no",
        )
        for at, kind, writer, to, minutes, answered in rows("At")
    ]


def exchanges() -> list[Exchange]:
    return [
        Exchange(one.kind, one.ours, one.answered, one.minutes, sum(name in US for name in one.everybody))
        for one in acts()
    ]


def mails() -> list[Mail]:
    return [
        Mail(
            one.at,
            one.ours,
            NUMBERS[one.writer],
            frozenset(NUMBERS[name] for name in one.to if (name in US) is not one.ours),
        )
        for one in acts()
        if one.kind is Kind.EMAIL
    ]
