"""The page of one account; besides what every record shows, the share of each of its people, its opportunities."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from relationship.health.shares import Shares, shares
from relationship.store import reading_shares, related_records
from relationship.store.reading_scope import Scope
from relationship.store.record_lists import record_rows
from web import record_page, share_words
from web.members import member
from web.nouns import ACCOUNTS
from web.record_page import MOST_RELATED, Relationship
from web.share_words import ShareLine


@dataclass(frozen=True, slots=True)
class AccountPeople:
    """found: all shares; rows: the first people, with their rating; rest: those of the people after them."""

    found: Shares
    rows: tuple[ShareLine, ...]
    rest: tuple[ShareLine, ...]
    summary: tuple[str, ...]

    @property
    def rest_percent(self) -> int:
        return sum(one.share.percent for one in self.rest)

    @property
    def rest_points(self) -> int:
        return sum(one.share.points for one in self.rest)


def people_of(conn: Connection, found: Relationship, *, scope: Scope, limit: int) -> AccountPeople:
    """The people of an account that the reader may open, with their shares, the largest first."""
    record = found.record
    people = reading_shares.people_of_account(conn, record.id, record.guid, scope=scope, until_day=found.as_of)
    divided = shares(people.parts, people.sides, today=found.as_of, score=record.score or 0, rules=found.rules)
    lines = share_words.lines(people.people, people.sides, divided)
    rated = record_rows(conn, [one.person.record_id for one in lines[:limit]])
    rows = tuple(replace(one, rated=row) for one, row in zip(lines[:limit], rated, strict=True))
    return AccountPeople(divided, rows, tuple(lines[limit:]), share_words.summary(lines, divided))


def _people_and_opportunities(conn: Connection, found: Relationship) -> dict[str, Any]:
    scope = member().scope
    return {
        "people": people_of(conn, found, scope=scope, limit=MOST_RELATED),
        "opportunities": related_records.opportunities_of_account(
            conn, found.record.guid, scope=scope, limit=MOST_RELATED
        ),
    }


blueprint = record_page.room(ACCOUNTS, _people_and_opportunities)
