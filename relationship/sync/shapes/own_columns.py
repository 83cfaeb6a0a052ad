"""Columns that an organisation added to its CRM, which the configuration names by what they hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from relationship.importing.words import FLAG_WORDS, STATUS_WORDS, plain
from relationship.sync.shapes.texts import clean

# What can be named, and the table that has it.
ACCOUNT_COLUMNS = (
    "renewal", "arr", "health_score", "health_status", "churn",
    "headcount", "revenue", "budget", "strategy", "need", "funding", "lost",
)  # fmt: skip
OPPORTUNITY_COLUMNS = ("competitor",)


@dataclass(frozen=True)
class OwnColumns:
    """text: as in RELATIONSHIP_CRM_COLUMNS, like 'renewal=new_renewalon, arr=new_arr'; valid already."""

    text: str = ""

    @cached_property
    def named(self) -> Mapping[str, str]:
        """The column of the CRM by what it holds.

        >>> OwnColumns("renewal=new_renewalon, arr=new_arr").named
        {'renewal': 'new_renewalon', 'arr': 'new_arr'}
        """
        pairs = (part.partition("=") for part in self.text.replace(" ", "").split(",") if part)
        return {what: column for what, _sign, column in pairs}

    def column(self, what: str) -> str:
        """'' where the organisation names none."""
        return self.named.get(what, "")

    def of(self, entity_set: str) -> tuple[str, ...]:
        """The columns to ask of a table beside ours."""
        wanted = {"accounts": ACCOUNT_COLUMNS, "opportunities": OPPORTUNITY_COLUMNS}.get(entity_set, ())
        return tuple(dict.fromkeys(self.named[what] for what in wanted if what in self.named))


NONE = OwnColumns()


def health_fields(
    row: Mapping[str, Any], own: OwnColumns, shown: Callable[[Mapping[str, Any], str], str]
) -> tuple[tuple[str, str | None], ...]:
    """The health fields that the CRM itself keeps, those that it names; what is none of our values is empty.

    shown  a column as people see it
    """
    found: list[tuple[str, str | None]] = []
    if column := own.column("health_score"):
        raw = row.get(column)
        is_score = isinstance(raw, (int, float)) and not isinstance(raw, bool) and 0 <= raw <= 100
        found.append(("score", str(round(raw)) if is_score and raw is not None else None))
    if column := own.column("health_status"):
        found.append(("status", STATUS_WORDS.get(plain(shown(row, column)))))
    if column := own.column("churn"):
        raw = row.get(column)
        found.append(("churn", FLAG_WORDS.get(plain(str(raw) if isinstance(raw, bool) else shown(row, column)))))
    return tuple(found)


def site_domain(raw: object) -> str:
    """The domain of a web address, without www; '' for what is none.

    >>> site_domain("https://www.Nordlys.example/about"), site_domain("nordlys.example"), site_domain("none yet")
    ('nordlys.example', 'nordlys.example', '')
    """
    text = clean(raw).lower()
    host = text.partition("://")[2] or text
    host = host.partition("/")[0].partition("?")[0].partition(":")[0].removeprefix("www.")
    return host if "." in host and " " not in host else ""
