"""What people said against what was computed: kept beside it, in force until it is taken back or the text changes.

The columns of a verbatim and its marks hold what counts; `Verbatim.analysis` holds what was computed, always.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.upsert import upsert
from relationship.store.verbatims.verbatim_tables import (
    VERBATIM,
    VERBATIM_CORRECTION,
    VERBATIM_MARK,
    VerbatimCorrection,
)
from relationship.verbatims.catalogue import parents
from relationship.verbatims.emotions import TEMPERATURE, Emotion

# How sure a person is of a threat that they name, and how strong each kind counts (1 to 3).
BY_HAND = 1.0
LEVELS = {"": 0, "considering": 1, "conditional": 2, "decided": 3}
# An emotion that a person names where none was computed is a middling one.
MIDDLING = 0.5
FEELINGS = {
    Emotion.JOY: ("positive", 0.6),
    Emotion.CALM: ("neutral", 0.0),
    Emotion.FEAR: ("negative", -0.6),
    Emotion.SADNESS: ("negative", -0.6),
    Emotion.ANGER: ("negative", -0.6),
    Emotion.DISGUST: ("negative", -0.6),
}


@dataclass(frozen=True, slots=True)
class Correction:
    """emotion, threat, themes: None where the computed one holds; threat '' for none."""

    emotion: str | None = None
    threat: str | None = None
    themes: tuple[str, ...] | None = None
    at: datetime | None = None
    by_name: str = ""
    by: str = ""


def of(conn: Connection, ids: Iterable[int]) -> dict[int, Correction]:
    """By text, those that are corrected."""
    found: dict[int, Correction] = {}
    for chunk in in_chunks(sorted(set(ids))):
        for row in conn.execute(sa.select(VERBATIM_CORRECTION).where(VERBATIM_CORRECTION.c.verbatim_id.in_(chunk))):
            found[row.verbatim_id] = _correction(row)
    return found


def save(conn: Connection, number: int, text: str, one: Correction, *, at: datetime, by: str, by_name: str) -> None:
    """Note a correction, the whole of it; `apply` brings it into force."""
    row = {
        "verbatim_id": number, "emotion": one.emotion, "threat": one.threat,
        "themes": None if one.themes is None else orjson.dumps(sorted(one.themes)).decode(), "of_text": _digest(text),
        "at": at, "by": by, "by_name": by_name,
    }  # fmt: skip
    upsert(conn, VerbatimCorrection, [row], key=["verbatim_id"])


def remove(conn: Connection, number: int) -> None:
    conn.execute(sa.delete(VERBATIM_CORRECTION).where(VERBATIM_CORRECTION.c.verbatim_id == number))


def reapply(conn: Connection, keys: Sequence[str]) -> None:
    """After texts were written or understood anew: corrections of the same words hold, those of others are gone."""
    for chunk in in_chunks(list(keys)):
        query = (
            sa.select(VERBATIM_CORRECTION, VERBATIM.c.text)
            .join_from(VERBATIM_CORRECTION, VERBATIM, VERBATIM.c.id == VERBATIM_CORRECTION.c.verbatim_id)
            .where(VERBATIM.c.key.in_(chunk))
        )
        for row in conn.execute(query).all():
            if row.of_text == _digest(row.text):
                apply(conn, row.verbatim_id, _correction(row))
            else:
                remove(conn, row.verbatim_id)


def apply(conn: Connection, number: int, one: Correction) -> None:
    """Bring a correction into force on a text whose columns hold what was computed."""
    values: dict[str, Any] = {}
    if one.emotion is not None:
        values |= _felt(conn, number, Emotion(one.emotion))
    if one.threat is not None:
        values |= {
            "threat": one.threat,
            "threat_degree": BY_HAND if one.threat else 0.0,
            "threat_level": LEVELS[one.threat],
        }
    if values:
        conn.execute(sa.update(VERBATIM).where(VERBATIM.c.id == number).values(values))
    if one.themes is not None:
        mark = VERBATIM_MARK.c
        conn.execute(sa.delete(VERBATIM_MARK).where(mark.verbatim_id == number, mark.sort == "theme"))
        words = sorted({word for path in one.themes for word in parents(path)})
        if words:
            rows = [{"verbatim_id": number, "sort": "theme", "word": word, "degree": 0} for word in words]
            conn.execute(sa.insert(VERBATIM_MARK), rows)


def _felt(conn: Connection, number: int, emotion: Emotion) -> dict[str, Any]:
    """The emotion that a person named, as strong as the computed one; surprise points the way it was computed."""
    columns = VERBATIM.c
    row = conn.execute(
        sa.select(columns.intensity, columns.feeling, columns.polarity).where(columns.id == number)
    ).one()
    feeling, polarity = FEELINGS.get(emotion, (row.feeling, row.polarity))
    intensity = 0.0 if emotion is Emotion.CALM else max(row.intensity, MIDDLING)
    calm = TEMPERATURE[Emotion.CALM]
    warmth = calm + intensity * (TEMPERATURE[emotion] - calm)
    return {
        "emotion": emotion.value, "feeling": feeling, "polarity": polarity, "intensity": intensity,
        "temperature": round(warmth, 1),
    }  # fmt: skip


def _correction(row: Any) -> Correction:
    themes = None if row.themes is None else tuple(orjson.loads(row.themes))
    return Correction(row.emotion, row.threat, themes, row.at, row.by_name, row.by)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
