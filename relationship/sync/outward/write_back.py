"""Ratings, moods and risks on their way into the columns of Dynamics 365: up to a hundred rows of a table in a request.

What if it runs twice: the same values are written again, which changes nothing. What if it dies half-way: what was
not noted is written again. What if Microsoft says no: a row that is gone or refused is named with its code and the
others go on; what concerns them all stops the turn.
Only rows that exist are written (`If-Match: *`): a plain PATCH would create them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Generic, TypeVar
from uuid import uuid4

from relationship.errors import FixSettings, RelationshipError, TryLater, Unavailable
from relationship.store.crm.mood_write_back import MoodToTell
from relationship.store.crm.write_back import ToTell
from relationship.sync.outward.crm_columns import SCOPE
from relationship.sync.shapes.crm_definitions import EMOTION, MOOD, RISK, SCORE, STATE, TABLES, TREND, UPDATED_ON
from relationship.sync.shapes.dataverse import API_PATH
from relationship.sync.wire import batch
from relationship.sync.wire.batch import Answer, Part
from relationship.sync.wire.patience import retry_after_seconds
from relationship.sync.wire.transport import Channel, Json

GONE = "gone"
NOT_PERMITTED = "write_not_permitted"
# What a body with a column that the table does not have (yet) is answered with.
_UNKNOWN_COLUMN = frozenset({"0x80060888", "0x80048d19", "0x0", ""})
_ENTITY_SETS = {table.kind.value: table.entity_set for table in TABLES}
_USUAL_WAIT_SECONDS = 30.0


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Told(Generic[Row]):
    """rows: what the CRM has taken (''), or why it has not, row by row; stopped: what kept others from being told."""

    rows: list[tuple[Row, str]]
    stopped: RelationshipError | None = None


def write(channel: Channel, rows: Sequence[ToTell], *, prefix: str, at: datetime) -> Told[ToTell]:
    """Write the columns of some rows of one table, at most `batch.MOST_REQUESTS`.

    at      what the column "updated on" says
    raises  TryLater and others when the request as a whole is refused
    """
    return _write(channel, rows, [_part(row, prefix, at) for row in rows])


def write_moods(channel: Channel, rows: Sequence[MoodToTell], *, prefix: str) -> Told[MoodToTell]:
    """Write what customers say into the columns of some accounts, at most `batch.MOST_REQUESTS`; raises as `write`."""
    parts = []
    for row in rows:
        told = ((MOOD, row.mood), (EMOTION, row.emotion), (RISK, row.risk))
        body: Json = {column.logical_name(prefix): value for column, value in told}
        parts.append(Part("PATCH", f"/{_ENTITY_SETS['account']}({row.guid})", body, {"If-Match": "*"}))
    return _write(channel, rows, parts)


def _write(channel: Channel, rows: Sequence[Row], parts: Sequence[Part]) -> Told[Row]:
    boundary = f"batch_{uuid4()}"
    body = batch.written(parts, root=API_PATH, boundary=boundary)
    kind, found = channel.post_batch(body, headers=batch.headers(boundary), counts_as=len(rows), scope=SCOPE)
    answers = batch.answers(kind, found, count=len(rows))
    blocked = _blocked(answers)
    if blocked:
        return Told([], blocked)
    told = [(row, _refusal(one)) for row, one in zip(rows, answers, strict=True) if not _is_for_later(one)]
    return Told(told, _silence(channel, answers))


def values(row: ToTell, *, prefix: str, at: datetime) -> Json:
    """The columns of one row; None clears one."""
    score, state, trend = row.codes
    return {
        SCORE.logical_name(prefix): score,
        STATE.logical_name(prefix): state,
        TREND.logical_name(prefix): trend,
        UPDATED_ON.logical_name(prefix): f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def _part(row: ToTell, prefix: str, at: datetime) -> Part:
    path = f"/{_ENTITY_SETS[row.kind]}({row.guid})"
    return Part("PATCH", path, values(row, prefix=prefix, at=at), {"If-Match": "*"})


def _is_for_later(answer: Answer) -> bool:
    return answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _refusal(answer: Answer) -> str:
    if answer.status < HTTPStatus.BAD_REQUEST:
        return ""
    return GONE if answer.status == HTTPStatus.NOT_FOUND else answer.code or f"http_{answer.status}"


def _blocked(answers: Sequence[Answer]) -> RelationshipError | None:
    """What refuses every row of a table alike: the columns are not there, or may not be written."""
    if all(one.status == HTTPStatus.BAD_REQUEST and one.code in _UNKNOWN_COLUMN for one in answers):
        return FixSettings(
            "Dynamics 365 does not know the columns of relationship health.",
            next_step="Run `relationship crm provision`; new columns are known after some seconds.",
            code="columns_missing",
        )
    if all(one.status == HTTPStatus.FORBIDDEN for one in answers):
        return Unavailable(
            "Our application user may not write the columns of relationship health.",
            next_step="Give it organisation-level Write on opportunity, contact, lead and account (docs/add-in.md).",
            code=NOT_PERMITTED,
        )
    return None


def _silence(channel: Channel, answers: Sequence[Answer]) -> RelationshipError | None:
    """Rows that have to wait; the longest wait that was asked for is kept before anything else is sent."""
    late = [one for one in answers if _is_for_later(one)]
    if not late:
        return None
    asked = [retry_after_seconds(one.retry_after, now=datetime.now(UTC)) for one in late]
    seconds = max((wait for wait in asked if wait is not None), default=_USUAL_WAIT_SECONDS)
    channel.keep_silent(SCOPE, seconds)
    return TryLater(
        "Dynamics 365 asked us to write more slowly.",
        next_step="Nothing to do: the next turn goes on from here.",
        code="silence_asked",
        wait_seconds=seconds,
    )
