"""Which records a reader may see, as a frozen value that every named query turns into SQL.

`relationship/access.py` decides the value; here is only its translation.
"""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from relationship.store.tables import Colleague, Membership, Record, table


class Reach(StrEnum):
    EVERYTHING = "everything"
    OWN = "own"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Scope:
    """reach: everything, nothing, or the records that the colleague with `colleague_key` owns or sells."""

    reach: Reach
    colleague_key: str = ""


def may_be_read(scope: Scope) -> sa.ColumnElement[bool]:
    """The condition on opportunity rows (`record`) that keeps what lies inside the scope."""
    if scope.reach is Reach.EVERYTHING:
        return sa.true()
    if scope.reach is Reach.OWN and scope.colleague_key:
        return sa.or_(owned_by(scope.colleague_key), sold_by(scope.colleague_key))
    return sa.false()


def owned_by(colleague_key: str) -> sa.ColumnElement[bool]:
    """Records whose owner in the CRM is this colleague."""
    owner = table(Record).c.owner_guid
    return sa.and_(owner.is_not(None), owner == _system_user(colleague_key))


def sold_by(colleague_key: str) -> sa.ColumnElement[bool]:
    """Opportunities whose sales team this colleague belongs to."""
    team = table(Membership).c
    theirs = sa.select(team.opportunity_guid).where(
        team.member == "systemuser", team.member_guid == _system_user(colleague_key)
    )
    return sa.and_(table(Record).c.guid.in_(theirs))


def _system_user(colleague_key: str) -> sa.ScalarSelect[str | None]:
    known = table(Colleague).c
    return sa.select(known.systemuser_guid).where(known.key == colleague_key).scalar_subquery()
