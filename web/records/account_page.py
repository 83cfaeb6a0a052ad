"""The page of one account; besides what every record shows, the share of each of its people, its opportunities."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.health.shares import Shares, shares
from relationship.store.crm import related_records
from relationship.store.lists.record_lists import record_rows
from relationship.store.reading import reading_shares
from relationship.store.reading.reading_shares import PeopleOfAccount
from web.customers import customer_words, health_told
from web.identity import rights
from web.identity.members import member
from web.nouns import ACCOUNTS
from web.recommendations import recommending
from web.records import record_page, share_words
from web.records.record_page import MOST_RELATED, Relationship
from web.records.share_words import ShareLine


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


def people_of(conn: Connection, found: Relationship, people: PeopleOfAccount, *, limit: int) -> AccountPeople:
    """The shares of an account's people, the largest first; of the first `limit` also their own rating."""
    score = found.record.score or 0
    divided = shares(people.parts, people.sides, today=found.as_of, score=score, rules=found.rules)
    lines = share_words.lines(people.people, people.sides, divided)
    rated = record_rows(conn, [one.person.record_id for one in lines[:limit]])
    rows = tuple(replace(one, rated=row) for one, row in zip(lines[:limit], rated, strict=True))
    return AccountPeople(divided, rows, tuple(lines[limit:]), share_words.summary(lines, divided))


def readable_people(
    conn: Connection, found: Relationship, *, limit: int, besides: Collection[RecordRef] = ()
) -> tuple[AccountPeople, frozenset[RecordRef]]:
    """The same for the people that the reader may open; the CRM is asked about those shown, and about others besides.

    returns  also those of `besides` that may be shown. Whoever the CRM withholds is neither named nor counted.
    """
    record = found.record
    people = reading_shares.people_of_account(conn, record.id, record.guid, scope=member().scope, until_day=found.as_of)
    shown = people_of(conn, found, people, limit=limit)
    refs = {RecordRef(RecordKind.CONTACT, one.person.guid) for one in shown.rows}
    seen = rights.among({*refs, *besides})
    withheld = {ref.guid for ref in refs - seen}
    if withheld:
        shown = people_of(conn, found, people.without(withheld), limit=limit - len(withheld))
    return shown, seen & frozenset(besides)


def _people_and_opportunities(conn: Connection, found: Relationship) -> dict[str, Any]:
    opportunities = related_records.opportunities_of_account(
        conn, found.record.guid, scope=member().scope, limit=MOST_RELATED
    )
    people, seen = readable_people(conn, found, limit=MOST_RELATED, besides=opportunities.refs)
    return {
        "people": people,
        "opportunities": opportunities.only(seen),
        "customer_words": customer_words,
        **health_told.head(conn, found.record.id),
        "recommendations": recommending.about_scores(conn, found.record.id, found.record.guid),
    }


blueprint = record_page.room(ACCOUNTS, _people_and_opportunities)
