"""Churn models that were learnt, as plain numbers."""

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.signals.churn_model import ChurnModel, read
from relationship.store.customers.score_tables import CHURN_MODEL as MODEL


def add(conn: Connection, model: ChurnModel, *, day: int) -> int:
    """Keep a model; returns its number."""
    body = orjson.dumps(model.told()).decode()
    return int(conn.execute(sa.insert(MODEL).values(day=day, body=body).returning(MODEL.c.id)).scalar_one())


def of(conn: Connection, number: int | None) -> ChurnModel | None:
    """The model of that number; None where there is none."""
    body = conn.execute(sa.select(MODEL.c.body).where(MODEL.c.id == number)).scalar() if number else None
    return read(orjson.loads(body)) if body else None


def newest(conn: Connection) -> tuple[int, int, ChurnModel] | None:
    """Number, day and model of the last one that was learnt."""
    row = conn.execute(sa.select(MODEL).order_by(MODEL.c.id.desc()).limit(1)).one_or_none()
    return (row.id, row.day, read(orjson.loads(row.body))) if row else None
