"""What the columns of a survey are for, and the scales of its scores. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a column is for."""

    DATE = "date"
    TEXT = "text"
    SATISFACTION = "satisfaction"
    RECOMMENDATION = "recommendation"
    FILTER = "filter"
    INFORMATION = "information"
    BLANK = "blank"
    LANGUAGE = "language"
    LINE_ID = "line_id"
    CUSTOMER_ID = "customer_id"
    ACCOUNT = "account"
    ADDRESS = "address"


# Of the others a file may have one column at most.
SEVERAL = frozenset({Role.TEXT, Role.FILTER, Role.INFORMATION, Role.BLANK})
# How satisfaction is told: lowest and highest score.
SCALES: Mapping[str, tuple[int, int]] = {
    "0-10": (0, 10), "1-5": (1, 5), "1-10": (1, 10), "1-7": (1, 7), "1-4": (1, 4), "0-100": (0, 100),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """roles: by place of the column;  scale: a key of SCALES."""

    roles: tuple[Role, ...]
    scale: str = "0-10"


def wrong(roles: Sequence[Role]) -> str:
    """Why these roles cannot be read, a code: 'no_date', 'no_text', 'role_twice'; '' when all is well."""
    if Role.DATE not in roles:
        return "no_date"
    if Role.TEXT not in roles:
        return "no_text"
    single = [role for role in roles if role not in SEVERAL]
    return "role_twice" if len(single) != len(set(single)) else ""
