"""The health fields of accounts as lines of a file that can be edited and imported again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from relationship.importing.faults import Bad
from relationship.importing.names import Registry

# What a spreadsheet would run as a formula names no account in a file.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
STATUSES: Mapping[str, Mapping[str, str]] = {
    "en": {"healthy": "Healthy", "at_risk": "At risk", "escalated": "Escalated"},
    "fr": {"healthy": "Sain", "at_risk": "À risque", "escalated": "Aggravé"},
}
FLAGS: Mapping[str, Mapping[bool, str]] = {
    "en": {True: "true", False: "false"},
    "fr": {True: "vrai", False: "faux"},
}


@dataclass(frozen=True, slots=True)
class HealthOfAccount:
    """The fields in force of one account; None: without a value."""

    account_id: int
    guid: str
    name: str
    account_number: str
    score: int | None
    status: str | None
    churn: bool | None


def health_lines(rows: Iterable[HealthOfAccount], accounts: Registry, language: str) -> Iterator[list[str]]:
    """A line per account, in the order of the template's columns.

    accounts  by which the import will find the account: it is called by its name where that names it alone, else by
              its number, else by its GUID
    """
    statuses, flags = STATUSES[language], FLAGS[language]
    for row in rows:
        yield [
            _called(row, accounts),
            "" if row.score is None else str(row.score),
            statuses.get(row.status, "") if row.status else "",
            "" if row.churn is None else flags[row.churn],
        ]


def _called(row: HealthOfAccount, accounts: Registry) -> str:
    for text in (row.name, row.account_number):
        if text and text == " ".join(text.split()) and not text.startswith(_FORMULA_STARTS):
            try:
                if accounts.find(text) == row.account_id:
                    return text
            except Bad:
                continue
    return row.guid
