"""Named queries of the write-back of what customers say: whose mood and risk in the CRM differ from ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.alerts.alert_tables import ALERT, ALERT_TELLING
from relationship.store.alerts.tellings import OPEN, RISK
from relationship.store.crm import write_back
from relationship.store.crm.record_tables import Record
from relationship.store.crm.write_back_tables import TOLD_MOOD, WRITE_BACK, ToldMood
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.upsert import upsert
from relationship.store.verbatims.mood_tables import ACCOUNT_MOOD
from relationship.verbatims.crm_codes import OF_EMOTION, OF_RISK

_record = tables.table(Record)


@dataclass(frozen=True, slots=True)
class MoodToTell:
    """An account whose columns are to hold these values, None clears one. mood: °C; emotion, risk: codes."""

    record_id: int
    guid: str
    mood: int | None
    emotion: int | None
    risk: int | None


def to_tell(conn: Connection, *, limit: int) -> list[MoodToTell]:
    """The next accounts whose columns differ: by the mood that lists show, and by the alerts that are open and say that
    there is a risk. Nothing is told of accounts that are left out."""
    risks = _risks()
    emotion = sa.case(*((ACCOUNT_MOOD.c.emotion == name, int(code)) for name, code in OF_EMOTION.items()))
    wanted = [sa.cast(sa.func.round(ACCOUNT_MOOD.c.temperature), sa.Integer), emotion, risks.c.risk]
    left_out = left_out_by_name(sa.literal(RecordKind.ACCOUNT.value), _record.c.guid)
    wanted = [sa.cast(sa.case((left_out, sa.null()), else_=one), sa.Integer) for one in wanted]
    told = (TOLD_MOOD.c.mood, TOLD_MOOD.c.emotion, TOLD_MOOD.c.risk)
    query = (
        sa.select(_record.c.id, _record.c.guid, *wanted)
        .select_from(_record)
        .outerjoin(ACCOUNT_MOOD, ACCOUNT_MOOD.c.account_id == _record.c.id)
        .outerjoin(risks, risks.c.account_id == _record.c.id)
        .outerjoin(TOLD_MOOD, TOLD_MOOD.c.account_id == _record.c.id)
        .where(
            _record.c.kind == RecordKind.ACCOUNT.value,
            sa.or_(*(one.is_distinct_from(before) for one, before in zip(wanted, told, strict=True))),
        )
        .order_by(_record.c.id)
    )
    return [MoodToTell(*row) for row in conn.execute(query.limit(limit))]


def note_told(conn: Connection, told: Sequence[tuple[MoodToTell, str]], *, at: datetime) -> None:
    """What the columns of these accounts hold now, or why the CRM did not take it."""
    rows: list[dict[str, Any]] = [
        {
            "account_id": one.record_id, "mood": one.mood, "emotion": one.emotion, "risk": one.risk, "told_at": at,
            "refused": refused,
        }
        for one, refused in told
    ]  # fmt: skip
    upsert(conn, ToldMood, rows, key=["account_id"])


def trouble(conn: Connection) -> str:
    """The code of what keeps these columns from being written, '' for nothing."""
    return conn.scalar(sa.select(WRITE_BACK.c.heard_trouble)) or ""


def note_trouble(conn: Connection, code: str) -> None:
    if code != trouble(conn):
        write_back.note_heard_trouble(conn, code)


def _risks() -> sa.Subquery:
    target = ALERT_TELLING.c.target
    levels = sa.case(*((target == f"{RISK}{name}", int(code)) for name, code in OF_RISK.items()))
    return (
        sa.select(ALERT.c.account_id, sa.func.max(levels).label("risk"))
        .join(ALERT_TELLING, ALERT_TELLING.c.alert_id == ALERT.c.id)
        .where(target.in_([f"{RISK}{name}" for name in OF_RISK]), ALERT.c.state.in_(OPEN))
        .group_by(ALERT.c.account_id)
        .subquery("risks")
    )
