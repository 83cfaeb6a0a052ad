"""What is recommended about the signals of a list, for the line of each."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from relationship.signals.recommendations import SIGNAL, Cause
from relationship.store.signals import callings
from web.house import house
from web.recommendations import recommending
from web.recommendations.recommending import Item


class Line(Protocol):
    """A signal that is shown, so that its reader may see it."""

    @property
    def id(self) -> int: ...

    @property
    def account_guid(self) -> str:
        """'' where the reader may not see the account."""


def for_signals(signals: Iterable[Line]) -> dict[int, list[Item]]:
    """By the id of the signal, in the order of the catalogue."""
    lines = list(signals)
    causes = [Cause(SIGNAL, one.id) for one in lines]
    with_account = {one.id for one in lines if one.account_guid}
    found: dict[int, list[Item]] = {}
    with house().store.reading() as conn:
        rules = recommending.section(conn)
        callings_of = callings.of_signals(conn, [one.number for one in causes])
        for item in recommending.items(conn, callings_of, rules):
            number = item.calling.cause.number
            found.setdefault(number, []).append(replace(item, sees_account=number in with_account))
    return found
