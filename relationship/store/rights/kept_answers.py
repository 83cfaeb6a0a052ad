"""Answers to writes that carried a key, so that a repeat is answered alike and done once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.privacy.one_person import Person
from relationship.store.rights.answer_tables import KEPT_ANSWER, KeptAnswer
from relationship.store.upsert import insert_new

KEPT_HOURS = 24
# A process that died leaves its claim behind; nothing of ours takes as long.
UNDER_WAY_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Kept:
    """status: 0 while the first request is being done."""

    request_hash: str
    status: int
    headers: Mapping[str, str]
    body: str


def claim(conn: Connection, caller: str, key_hash: str, request_hash: str, *, at: datetime) -> Kept | None:
    """None when the caller is the first with this key and is to do it; else what is known of the first."""
    old = KEPT_ANSWER.c.kept_at < at - timedelta(hours=KEPT_HOURS)
    stuck = sa.and_(KEPT_ANSWER.c.status == 0, KEPT_ANSWER.c.kept_at < at - timedelta(minutes=UNDER_WAY_MINUTES))
    conn.execute(sa.delete(KEPT_ANSWER).where(sa.or_(old, stuck)))
    row = {"caller": caller, "key_hash": key_hash, "request_hash": request_hash, "kept_at": at}
    if insert_new(conn, KeptAnswer, [row], key=["caller", "key_hash"]):
        return None
    columns = KEPT_ANSWER.c
    found = conn.execute(
        sa.select(columns.request_hash, columns.status, columns.headers, columns.body).where(_of(caller, key_hash))
    ).one()
    return Kept(found[0], found[1], json.loads(found[2]), found[3])


def keep(conn: Connection, caller: str, key_hash: str, status: int, headers: Mapping[str, str], body: str) -> None:
    """What the first one was answered."""
    values = {"status": status, "headers": json.dumps(dict(headers)), "body": body}
    conn.execute(sa.update(KEPT_ANSWER).where(_of(caller, key_hash)).values(values))


def release(conn: Connection, caller: str, key_hash: str) -> None:
    """Nothing was done: the key may come again, with whatever."""
    conn.execute(sa.delete(KEPT_ANSWER).where(_of(caller, key_hash), KEPT_ANSWER.c.status == 0))


def forget(conn: Connection, _person: Person) -> int:
    """All of them: an answer may name anybody, and a day later it is gone anyway."""
    return conn.execute(sa.delete(KEPT_ANSWER)).rowcount


def forget_older(conn: Connection, *, before: datetime) -> int:
    return conn.execute(sa.delete(KEPT_ANSWER).where(KEPT_ANSWER.c.kept_at < before)).rowcount


def _of(caller: str, key_hash: str) -> sa.ColumnElement[bool]:
    return sa.and_(KEPT_ANSWER.c.caller == caller, KEPT_ANSWER.c.key_hash == key_hash)
