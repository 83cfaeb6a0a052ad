"""Live lists of accounts that share a sensitivity or a moment of life: how strongly, what they said last, and who may
be written to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.crm.record_tables import Record, RecordAddress
from relationship.store.lists.list_filters import OWNER, owner_name
from relationship.store.privacy.excluded_names import among
from relationship.store.reading.reading_scope import Scope
from relationship.store.verbatims import verbatim_lists
from relationship.store.verbatims.verbatim_lists import ACCOUNT, Wish
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_MARK

SORTS = ("sensitivity", "moment")
_contact = tables.table(Record).alias("speaker")
_address = tables.table(RecordAddress)


@dataclass(frozen=True, slots=True)
class Segment:
    """accounts: that said it; strong: those of them with the highest degree."""

    sort: str
    word: str
    accounts: int
    strong: int


@dataclass(frozen=True, slots=True)
class Member:
    """An account of a segment. degree: 1 mild to 3 strong, the highest of its texts, 0 for moments; texts: how many
    say it; day, number, text: of the newest of them."""

    account_id: int
    guid: str
    name: str
    owner: str
    degree: int
    texts: int
    day: int
    number: int
    text: str


def segments(conn: Connection, *, scope: Scope, since: int | None) -> list[Segment]:
    """Every sensitivity and moment that somebody named, the most accounts first."""
    mark = VERBATIM_MARK.c
    each = (
        _marked(scope, since)
        .with_only_columns(mark.sort, mark.word, VERBATIM.c.account_id, sa.func.max(mark.degree).label("degree"))
        .where(mark.sort.in_(SORTS))
        .group_by(mark.sort, mark.word, VERBATIM.c.account_id)
        .subquery("each")
    )
    strong = sa.func.sum(sa.case((each.c.degree >= 3, 1), else_=0))
    count = sa.func.count()
    query = sa.select(each.c.sort, each.c.word, count, strong).group_by(each.c.sort, each.c.word)
    return [Segment(*row) for row in conn.execute(query.order_by(each.c.sort, count.desc(), each.c.word))]


def members(
    conn: Connection, sort: str, word: str, *, scope: Scope, since: int | None, degree: int, skip: int = 0, limit: int
) -> list[Member]:
    """The accounts of a segment with at least this degree, the strongest and newest first."""
    said, mark = VERBATIM.c, VERBATIM_MARK.c
    newest = sa.func.row_number().over(partition_by=said.account_id, order_by=(said.day.desc(), said.id.desc()))
    texts = (
        _marked(scope, since)
        .with_only_columns(
            said.account_id, said.id, said.day, newest.label("place"),
            sa.func.max(mark.degree).over(partition_by=said.account_id).label("degree"),
            sa.func.count().over(partition_by=said.account_id).label("texts"),
        )
        .where(mark.sort == sort, mark.word == word)
        .subquery("texts")
    )  # fmt: skip
    query = (
        sa.select(ACCOUNT.c.id, ACCOUNT.c.guid, ACCOUNT.c.name, owner_name, texts.c.degree, texts.c.texts,
                  texts.c.day, texts.c.id, said.text)
        .select_from(
            texts.join(VERBATIM, said.id == texts.c.id)
            .join(ACCOUNT, ACCOUNT.c.id == texts.c.account_id)
            .outerjoin(OWNER, OWNER.c.systemuser_guid == ACCOUNT.c.owner_guid)
        )
        .where(texts.c.place == 1, texts.c.degree >= degree)
        .order_by(texts.c.degree.desc(), texts.c.day.desc(), ACCOUNT.c.id)
        .offset(skip)
        .limit(limit)
    )  # fmt: skip
    return [Member(*row) for row in conn.execute(query)]


def speakers(
    conn: Connection, sort: str, word: str, *, scope: Scope, since: int | None, accounts: Sequence[int]
) -> list[tuple[str, int]]:
    """Address and account of whoever of these accounts said it, each once; without those of whom nothing is kept."""
    said, mark = VERBATIM.c, VERBATIM_MARK.c
    written = (
        sa.select(sa.func.min(_address.c.address))
        .join_from(_address, _contact, _contact.c.id == _address.c.record_id)
        .where(_contact.c.kind == RecordKind.CONTACT.value, _contact.c.guid == said.contact_guid)
        .where(_address.c.address.contains("@"))
        .scalar_subquery()
    )
    query = (
        _marked(scope, since)
        .with_only_columns(sa.func.coalesce(sa.func.nullif(said.address, ""), written, ""), said.account_id)
        .where(mark.sort == sort, mark.word == word, said.account_id.in_(sorted(accounts)))
        .distinct()
    )
    found = sorted((address, account) for address, account in conn.execute(query) if address)
    gone = among(conn, {address for address, _account in found})
    return list({address: (address, account) for address, account in found if address not in gone}.values())


def _marked(scope: Scope, since: int | None) -> sa.Select[Any]:
    """Marks with their texts and accounts, within what a reader may read."""
    return (
        verbatim_lists.selected()
        .join(VERBATIM_MARK, VERBATIM_MARK.c.verbatim_id == VERBATIM.c.id)
        .where(*verbatim_lists.conditions(Wish(since=since), scope), VERBATIM.c.account_id.is_not(None))
    )
