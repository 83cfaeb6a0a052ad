"""Which customers contribute most to revenue. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

# The largest accounts that together bring in so much of the revenue.
TOP_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Revenue:
    """What one account brings in a year. account_id: of the store."""

    account_id: int
    currency: str
    amount: float


def top_contributors(revenues: Iterable[Revenue], *, share: float = TOP_SHARE) -> frozenset[int]:
    """The fewest accounts that together make at least this share of the revenue, within each currency.

    Accounts of the same size as the last of them are among them too; nothing is converted. Empty without revenue.

    >>> sorted(top_contributors([Revenue(1, "EUR", 60), Revenue(2, "EUR", 30), Revenue(3, "EUR", 10)]))
    [1]
    """
    found: set[int] = set()
    ordered = sorted((one for one in revenues if one.amount > 0), key=lambda one: (one.currency, -one.amount))
    for _currency, same in groupby(ordered, key=lambda one: one.currency):
        rows = list(same)
        wanted = share * sum(one.amount for one in rows)
        so_far, last = 0.0, None
        for one in rows:
            if so_far >= wanted and one.amount != last:
                break
            found.add(one.account_id)
            so_far, last = so_far + one.amount, one.amount
    return frozenset(found)
