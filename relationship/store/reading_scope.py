"""Which records a reader may see, as a frozen value that every named query turns into SQL.

`relationship/access.py` decides the value; here is only its translation.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from relationship.activities import RecordKind
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


_deal = table(Record).alias("readable_deal")
_company = table(Record).alias("readable_account")


def may_be_read(scope: Scope, kind: RecordKind = RecordKind.OPPORTUNITY) -> sa.ColumnElement[bool]:
    """The condition on rows of one kind (`record`) that keeps what lies inside the scope."""
    if scope.reach is Reach.EVERYTHING:
        return sa.true()
    if scope.reach is not Reach.OWN or not scope.colleague_key:
        return sa.false()
    return sa.or_(owned_by(scope.colleague_key), *_brought_along(scope.colleague_key, kind))


def owned_by(colleague_key: str) -> sa.ColumnElement[bool]:
    """Records whose owner in the CRM is this colleague."""
    return _owned(table(Record), colleague_key)


def sold_by(colleague_key: str) -> sa.ColumnElement[bool]:
    """Opportunities whose sales team this colleague belongs to."""
    return _sold(table(Record), colleague_key)


def _brought_along(colleague_key: str, kind: RecordKind) -> list[sa.ColumnElement[bool]]:
    """What one reads of this kind without owning it."""
    record = table(Record).c
    match kind:
        case RecordKind.OPPORTUNITY:
            return [sold_by(colleague_key)]
        case RecordKind.ACCOUNT:
            return [record.guid.in_(_deals(colleague_key, _deal.c.account_guid))]
        case RecordKind.CONTACT:
            team = table(Membership).c
            stakeholders = sa.select(team.member_guid).where(
                team.member == "contact", team.opportunity_guid.in_(_deals(colleague_key, _deal.c.guid))
            )
            return [
                record.guid.in_(_deals(colleague_key, _deal.c.contact_guid)),
                record.guid.in_(stakeholders),
                record.guid.in_(_companies(colleague_key, _company.c.contact_guid)),
                record.account_guid.in_(_companies(colleague_key, _company.c.guid)),
            ]
    return []


def _deals(colleague_key: str, column: sa.ColumnElement[Any]) -> sa.Select[tuple[Any]]:
    """One column of the opportunities that the colleague owns or sells."""
    return sa.select(column).where(
        _deal.c.kind == RecordKind.OPPORTUNITY.value,
        column.is_not(None),
        sa.or_(_owned(_deal, colleague_key), _sold(_deal, colleague_key)),
    )


def _companies(colleague_key: str, column: sa.ColumnElement[Any]) -> sa.Select[tuple[Any]]:
    """One column of the accounts that the colleague owns or sells to."""
    return sa.select(column).where(
        _company.c.kind == RecordKind.ACCOUNT.value,
        column.is_not(None),
        sa.or_(_owned(_company, colleague_key), _company.c.guid.in_(_deals(colleague_key, _deal.c.account_guid))),
    )


def _owned(record: sa.FromClause, colleague_key: str) -> sa.ColumnElement[bool]:
    return sa.and_(record.c.owner_guid.is_not(None), record.c.owner_guid == _system_user(colleague_key))


def _sold(record: sa.FromClause, colleague_key: str) -> sa.ColumnElement[bool]:
    team = table(Membership).c
    theirs = sa.select(team.opportunity_guid).where(
        team.member == "systemuser", team.member_guid == _system_user(colleague_key)
    )
    return sa.and_(record.c.guid.in_(theirs))


def _system_user(colleague_key: str) -> sa.ScalarSelect[str | None]:
    known = table(Colleague).c
    return sa.select(known.systemuser_guid).where(known.key == colleague_key).scalar_subquery()
