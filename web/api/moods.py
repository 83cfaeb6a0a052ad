"""The mood of an account under /api/v1."""

from datetime import date
from typing import Literal

from flask import Response
from pydantic import BaseModel

from relationship.clock import day_of
from relationship.store.verbatims import verbatim_moods
from web.api import asked
from web.api.document import documented
from web.api.rooms import answer, room
from web.house import house, today
from web.nouns import ACCOUNTS
from web.records import record_page

blueprint = room("moods", __name__)


class MoodBody(BaseModel):
    """temperature: °C, -20 to 40, 12 is calm; trend, earlier_temperature: against as many texts before; all null for a
    customer who said nothing within a year."""

    temperature: float | None = None
    level: Literal["warm", "calm", "cold"] | None = None
    emotion: Literal["joy", "surprise", "calm", "fear", "sadness", "anger", "disgust"] | None = None
    verbatims: int = 0
    last_on: date | None = None
    trend: Literal["warmer", "same", "colder"] | None = None
    earlier_temperature: float | None = None


@blueprint.get("/accounts/<guid>/mood")
@documented({200: MoodBody}, problems=(404,), tag="verbatims")
def mood_of(guid: str) -> Response:
    """The mood of an account: what its last ten verbatims of a year were like, the newer the weightier"""
    asked.reader()
    with house().store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid, shown=True)
        one = verbatim_moods.mood(conn, [found.record.id], today=today()).get(found.record.id)
    if one is None:
        return answer(MoodBody())
    told = {
        "temperature": one.temperature,
        "level": one.level,
        "emotion": one.emotion,
        "verbatims": one.count,
        "last_on": day_of(one.last_day),
        "trend": one.trend or None,
        "earlier_temperature": one.earlier,
    }
    return answer(MoodBody.model_validate(told))
