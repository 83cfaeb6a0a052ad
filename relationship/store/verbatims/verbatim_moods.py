"""The mood of accounts and contacts: the temperature of what they said lately."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.verbatims.mood_tables import ACCOUNT_MOOD, MOOD_PLACE
from relationship.store.verbatims.verbatim_tables import VERBATIM

_record = tables.table(Record)
LAST = 10
# After so many days a text weighs half.
HALF_LIFE_DAYS = 90
# Older texts are no mood any more.
OLDEST_DAYS = 365
# °C, by which a mood is warm or cold: half-way from calm (12) to half a joy, and to half an anger.
WARM_FROM, COLD_UNTIL = 18.0, 6.0
# °C by which a mood must differ from the one before to count as a change.
CLEAR_CHANGE = 3.0


@dataclass(frozen=True, slots=True)
class Mood:
    """temperature: °C, -20 to 40;  emotion: that weighs most;  count: texts behind it;  last_day: of the newest;
    earlier: temperature of as many texts before these, None where nothing was said before."""

    temperature: float
    emotion: str
    count: int
    last_day: int
    earlier: float | None = None

    @property
    def level(self) -> str:
        """'warm', 'calm' or 'cold'."""
        return level(self.temperature)

    @property
    def trend(self) -> str:
        """'warmer', 'same' or 'colder' than before; '' where nothing was said before."""
        if self.earlier is None:
            return ""
        change = self.temperature - self.earlier
        return "same" if abs(change) < CLEAR_CHANGE else "warmer" if change > 0 else "colder"


def level(temperature: float) -> str:
    """'warm', 'calm' or 'cold'.

    >>> level(12.0), level(-3.0)
    ('calm', 'cold')
    """
    return "warm" if temperature >= WARM_FROM else "cold" if temperature <= COLD_UNTIL else "calm"


def mood(conn: Connection, account_ids: Sequence[int] | None, *, today: int, last: int = LAST) -> dict[int, Mood]:
    """By account, of its `last` newest texts of a year; accounts that said nothing are absent. None: all accounts."""
    return _moods(conn, VERBATIM.c.account_id, account_ids, today=today, last=last)


def of_contact(conn: Connection, guid: str, *, today: int) -> Mood | None:
    """Of what one contact said."""
    return _moods(conn, VERBATIM.c.contact_guid, [guid], today=today, last=LAST).get(guid)


def account_id(conn: Connection, guid: str) -> int | None:
    """The account whose mood may be shown: None for one that the rules leave out, or that is not there."""
    kind = RecordKind.ACCOUNT.value
    return conn.scalar(
        sa.select(_record.c.id).where(
            _record.c.kind == kind, _record.c.guid == guid, ~left_out_by_name(sa.literal(kind), _record.c.guid)
        )
    )


def basis(conn: Connection) -> str:
    """What changes whenever a text comes, goes, is understood anew or comes to another account."""
    columns = VERBATIM.c
    sums = (sa.func.count(), sa.func.max(columns.arrival), sa.func.sum(columns.account_id))
    *whole, warmth = conn.execute(sa.select(*sums, sa.func.sum(columns.temperature * columns.id))).one()
    return "/".join(str(one or 0) for one in (*whole, round(warmth or 0)))


def place(conn: Connection) -> tuple[int, str] | None:
    """Day and basis of the kept moods; None before the first time."""
    row = conn.execute(sa.select(MOOD_PLACE.c.day, MOOD_PLACE.c.basis)).one_or_none()
    return (row.day, row.basis) if row else None


def keep(conn: Connection, moods: dict[int, Mood], *, day: int, basis: str) -> None:
    """Put these moods of all accounts in the place of those that are kept."""
    conn.execute(sa.delete(ACCOUNT_MOOD))
    rows = [
        {"account_id": number} | {name: getattr(one, name) for name in Mood.__slots__}
        for number, one in sorted(moods.items())
    ]
    for part in in_chunks(rows):
        conn.execute(sa.insert(ACCOUNT_MOOD), part)
    conn.execute(sa.delete(MOOD_PLACE))
    conn.execute(sa.insert(MOOD_PLACE).values(id=1, day=day, basis=basis))


def kept(conn: Connection, account_ids: Sequence[int]) -> dict[int, Mood]:
    """The kept moods of these accounts, as lists show them."""
    columns = ACCOUNT_MOOD.c
    query = sa.select(columns.account_id, *(columns[name] for name in Mood.__slots__))
    found: dict[int, Mood] = {}
    for chunk in in_chunks(account_ids):
        for number, *values in conn.execute(query.where(columns.account_id.in_(chunk))):
            found[number] = Mood(*values)
    return found


def _moods(
    conn: Connection, whose: sa.ColumnElement[Any], keys: Iterable[Any] | None, *, today: int, last: int
) -> dict[Any, Mood]:
    columns = VERBATIM.c
    newest = sa.func.row_number().over(partition_by=whose, order_by=(columns.day.desc(), columns.id.desc()))
    recent = sa.select(
        whose.label("whose"), columns.day, columns.temperature, columns.emotion, columns.intensity,
        newest.label("place"),
    ).where(
        whose.is_not(None),
        columns.day.between(today - 2 * OLDEST_DAYS, today),
        ~left_out_by_name(sa.literal(RecordKind.CONTACT.value), sa.func.coalesce(columns.contact_guid, "")),
    )  # fmt: skip
    spoken: dict[Any, list[tuple[int, float, str, float]]] = {}
    for chunk in [None] if keys is None else in_chunks(sorted(set(keys))):
        ranked = (recent if chunk is None else recent.where(whose.in_(chunk))).subquery("ranked")
        query = sa.select(ranked).where(ranked.c.place <= 2 * last).order_by(ranked.c.whose, ranked.c.place)
        for key, day, temperature, emotion, intensity, _place in conn.execute(query):
            spoken.setdefault(key, []).append((day, temperature, emotion, intensity))
    return {key: found for key, texts in spoken.items() if (found := _of(texts, today, last)) is not None}


def _of(texts: Sequence[tuple[int, float, str, float]], today: int, last: int) -> Mood | None:
    """Texts of one account or contact, newest first; None when there is none of the last year."""
    lately = [one for one in texts[:last] if one[0] >= today - OLDEST_DAYS]
    if not lately:
        return None
    before = texts[len(lately) : len(lately) + last]
    by_emotion: dict[str, float] = {}
    for day, _degrees, emotion, intensity in lately:
        by_emotion[emotion] = by_emotion.get(emotion, 0.0) + _weight(day, today) * max(intensity, 0.1)
    emotion = max(sorted(by_emotion), key=lambda one: by_emotion[one])
    earlier = _temperature(before, before[0][0]) if before else None
    return Mood(_temperature(lately, today), emotion, len(lately), lately[0][0], earlier)


def _temperature(texts: Sequence[tuple[int, float, str, float]], day: int) -> float:
    weights = [_weight(one[0], day) for one in texts]
    return round(sum(w * one[1] for w, one in zip(weights, texts, strict=True)) / sum(weights), 1)


def _weight(day: int, today: int) -> float:
    return float(0.5 ** ((today - day) / HALF_LIFE_DAYS))
