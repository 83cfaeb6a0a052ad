"""What customers said last, as the profile of lost customers looks at it: the same reading for learning and for rules."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_MARK
from relationship.verbatims.alerts.attrition import LAST_SAID, NEAR_DAYS, last_said
from relationship.verbatims.alerts.facts import Facts

_record = tables.table(Record)


def before(conn: Connection, spoken: Collection[tuple[int, int, int]]) -> dict[int, list[Facts]]:
    """By text: the last texts of its customer up to and with it. spoken: account, day and id of each text."""
    if not spoken:
        return {}
    days = [day for _account, day, _number in spoken]
    accounts = {account for account, _day, _number in spoken}
    said = _of_accounts(conn, accounts, since=min(days) - NEAR_DAYS, until=max(days))
    found: dict[int, list[Facts]] = {}
    for account, day, number in spoken:
        texts = [(then, facts) for then, one, facts in said.get(account, ()) if (then, one) <= (day, number)]
        found[number] = last_said(texts[-LAST_SAID:])
    return found


def last_of_all(conn: Connection, *, since: int, until: int) -> Iterator[tuple[int, list[Facts]]]:
    """The last texts of every account that said anything in these days, by account."""
    for account, texts in sorted(_of_accounts(conn, None, since=since, until=until).items()):
        yield account, last_said([(day, facts) for day, _number, facts in texts])


def _of_accounts(
    conn: Connection, accounts: Collection[int] | None, *, since: int, until: int
) -> dict[int, list[tuple[int, int, Facts]]]:
    """Day, id and facts of texts, oldest first; None: of all accounts, the last ones of each only."""
    columns = VERBATIM.c
    newest = sa.func.row_number().over(
        partition_by=columns.account_id, order_by=(columns.day.desc(), columns.id.desc())
    )
    texts = sa.select(
        columns.account_id, columns.day, columns.id, columns.emotion, columns.satisfaction, columns.recommendation,
        newest.label("newest"),
    ).where(columns.account_id.is_not(None), columns.day.between(since, until))  # fmt: skip
    rows: list[Any] = []
    for chunk in [None] if accounts is None else in_chunks(sorted(accounts)):
        inner = (texts if chunk is None else texts.where(columns.account_id.in_(chunk))).subquery("texts")
        query = sa.select(inner, _record.c.segment).join(_record, _record.c.id == inner.c.account_id)
        query = query.where(inner.c.newest <= LAST_SAID) if accounts is None else query
        rows += conn.execute(query.order_by(inner.c.account_id, inner.c.day, inner.c.id)).all()
    themes = _themes(conn, [row.id for row in rows])
    found: dict[int, list[tuple[int, int, Facts]]] = {}
    for row in rows:
        facts = Facts(
            "",
            emotion=row.emotion,
            themes=frozenset(themes.get(row.id, ())),
            segment=row.segment or "",
            satisfaction=row.satisfaction,
            recommendation=row.recommendation,
        )
        found.setdefault(row.account_id, []).append((row.day, row.id, facts))
    return found


def _themes(conn: Connection, ids: Sequence[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    mark = VERBATIM_MARK.c
    for chunk in in_chunks(ids):
        query = sa.select(mark.verbatim_id, mark.word).where(mark.sort == "theme", mark.verbatim_id.in_(chunk))
        for number, word in conn.execute(query):
            found.setdefault(number, set()).add(word)
    return found
