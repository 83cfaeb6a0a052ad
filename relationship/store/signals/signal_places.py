"""Accounts as places in arrays, and queries about a few of them."""

from typing import Any

import numpy as np
import sqlalchemy as sa

from relationship.signals.facts import Bools, Ints

# For so many accounts a query asks for these alone; for more it reads all, and what is not ours is left out.
FEW = 500


def is_few(ids: Ints) -> bool:
    return len(ids) <= FEW


def among(column: sa.ColumnElement[int], ids: Ints) -> sa.ColumnElement[bool]:
    """What narrows a query to these accounts where they are few."""
    return column.in_(ids.tolist()) if is_few(ids) else sa.true()


def places(ids: Ints, wanted: list[int] | Ints) -> tuple[Ints, Bools]:
    """Where in `ids` (ascending) each wanted id stands, and whether it does.

    >>> [found.tolist() for found in places(np.array([3, 7]), [7, 5])]
    [[1, 1], [True, False]]
    """
    asked = np.array(wanted, dtype=np.int64)
    if not len(ids):
        return np.zeros(len(asked), dtype=np.int64), np.zeros(len(asked), dtype=np.bool_)
    place = np.minimum(np.searchsorted(ids, asked), len(ids) - 1).astype(np.int64)
    return place, ids[place] == asked


def whole(values: Any) -> Ints:
    return np.fromiter(values, dtype=np.int64)
