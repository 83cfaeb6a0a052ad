"""Business reviews as they were edited, one per account, period and language."""

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.errors import Conflict
from relationship.signals.qbr import Period, Texts
from relationship.store.crm.record_tables import Colleague
from relationship.store.signals import recommendation_tables
from relationship.store.signals.recommendation_tables import QBR_DOCUMENT
from relationship.store.tables import table
from relationship.store.upsert import insert_new

_colleague = table(Colleague)


@dataclass(frozen=True, slots=True)
class Saved:
    """who: the name of who saved it last, '' for somebody who is not there any more."""

    texts: Texts
    version: int
    saved_at: datetime
    who: str


def load(conn: Connection, account_id: int, period: Period, language: str) -> Saved | None:
    who = sa.func.coalesce(sa.func.nullif(_colleague.c.name, ""), _colleague.c.crm_name, "")
    query = (
        sa.select(QBR_DOCUMENT.c.body, QBR_DOCUMENT.c.version, QBR_DOCUMENT.c.saved_at, who)
        .outerjoin(_colleague, _colleague.c.key == QBR_DOCUMENT.c.saved_by)
        .where(*_which(account_id, period, language))
    )
    row = conn.execute(query).one_or_none()
    return Saved(Texts.of(orjson.loads(row[0])), row[1], row[2], row[3]) if row else None


def save(
    conn: Connection,
    account_id: int,
    period: Period,
    language: str,
    texts: Texts,
    *,
    expected_version: int,
    at: datetime,
    by: str,
) -> int:
    """Keep the texts over version `expected_version`, 0 for none yet; returns the new version. Conflict when somebody
    else saved meanwhile."""
    body = orjson.dumps(texts.body()).decode()
    if expected_version == 0:
        row = {
            "account_id": account_id,
            "span": period.span.value,
            "starts_on": period.starts_on,
            "language": language,
            "body": body,
            "version": 1,
            "saved_at": at,
            "saved_by": by,
        }
        key = ["account_id", "span", "starts_on", "language"]
        written = insert_new(conn, recommendation_tables.QbrDocument, [row], key=key)
    else:
        which = (*_which(account_id, period, language), QBR_DOCUMENT.c.version == expected_version)
        values = {"body": body, "version": expected_version + 1, "saved_at": at, "saved_by": by}
        written = conn.execute(sa.update(QBR_DOCUMENT).where(*which).values(**values)).rowcount
    if written != 1:
        found = load(conn, account_id, period, language)
        raise Conflict(
            "Somebody else saved this review meanwhile.",
            next_step="Compare, and save again.",
            version=found.version if found else 0,
            code="review_overtaken",
        )
    return expected_version + 1


def remove(conn: Connection, account_id: int, period: Period, language: str) -> None:
    """Go back to the texts that are made of the facts."""
    conn.execute(sa.delete(QBR_DOCUMENT).where(*_which(account_id, period, language)))


def _which(account_id: int, period: Period, language: str) -> tuple[sa.ColumnElement[bool], ...]:
    columns = QBR_DOCUMENT.c
    return (
        columns.account_id == account_id,
        columns.span == period.span.value,
        columns.starts_on == period.starts_on,
        columns.language == language,
    )
