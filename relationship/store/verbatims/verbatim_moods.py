"""The mood of accounts: the temperature of what they said lately."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.verbatims.verbatim_tables import VERBATIM

LAST = 10
# After so many days a text weighs half.
HALF_LIFE_DAYS = 90
# Older texts are no mood any more.
OLDEST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Mood:
    """temperature: °C, -20 to 40;  emotion: that weighs most;  count: texts behind it;  last_day: of the newest."""

    temperature: float
    emotion: str
    count: int
    last_day: int


def mood(conn: Connection, account_ids: Sequence[int] | None, *, today: int, last: int = LAST) -> dict[int, Mood]:
    """By account, of its `last` newest texts of a year; accounts that said nothing are absent. None: all accounts."""
    place = sa.func.row_number().over(
        partition_by=VERBATIM.c.account_id, order_by=(VERBATIM.c.day.desc(), VERBATIM.c.id.desc())
    )
    columns = (VERBATIM.c.account_id, VERBATIM.c.day, VERBATIM.c.temperature, VERBATIM.c.emotion, VERBATIM.c.intensity)
    recent = sa.select(*columns, place.label("place")).where(
        VERBATIM.c.account_id.is_not(None), VERBATIM.c.day.between(today - OLDEST_DAYS, today)
    )
    spoken: dict[int, list[tuple[int, float, str, float]]] = {}
    for chunk in [None] if account_ids is None else in_chunks(sorted(set(account_ids))):
        inner = recent if chunk is None else recent.where(VERBATIM.c.account_id.in_(chunk))
        ranked = inner.subquery("ranked")
        query = sa.select(ranked).where(ranked.c.place <= last).order_by(ranked.c.account_id, ranked.c.place)
        for account_id, day, temperature, emotion, intensity, _place in conn.execute(query):
            spoken.setdefault(account_id, []).append((day, temperature, emotion, intensity))
    return {account_id: _of(texts, today) for account_id, texts in spoken.items()}


def _of(texts: Sequence[tuple[int, float, str, float]], today: int) -> Mood:
    """Texts of one account, newest first."""
    total = warmth = 0.0
    by_emotion: dict[str, float] = {}
    for day, temperature, emotion, intensity in texts:
        weight = 0.5 ** ((today - day) / HALF_LIFE_DAYS)
        total += weight
        warmth += weight * temperature
        by_emotion[emotion] = by_emotion.get(emotion, 0.0) + weight * max(intensity, 0.1)
    emotion = max(sorted(by_emotion), key=lambda one: by_emotion[one])
    return Mood(round(warmth / total, 1), emotion, len(texts), texts[0][0])
