"""What customers said and what was understood of it, under /api/v1: lists with the filters of the page, one text."""

from datetime import date
from typing import Annotated, Literal

from flask import Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of, number_of
from relationship.store.verbatims import verbatim_corrections, verbatim_lists, verbatims
from relationship.store.verbatims.verbatim_corrections import Correction
from relationship.store.verbatims.verbatim_lists import Listed, Wish
from relationship.verbatims.analysis import sentences_of, spans_of
from settings.rules.form import Form
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.identity.members import Member
from web.verbatims.verbatims import deepest, permitted

blueprint = room("verbatim_reading", __name__)

PAGE_SIZE, LARGEST_PAGE = 50, 200
EmotionName = Literal["joy", "surprise", "calm", "fear", "sadness", "anger", "disgust"]
FeelingName = Literal["positive", "neutral", "negative"]
ThreatName = Literal["", "considering", "conditional", "decided"]
NO_NUL = r"^[^\x00]*$"
Word = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
Guid = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


class VerbatimsQuery(Form):
    """since, until: days on which it was said, both included; theme: its path, with everything below it; text: words
    that all stand in it; filter: "column=value" of a filter column; unknown: only texts of nobody known, for those who
    import."""

    account: Guid | None = None
    emotion: EmotionName | None = None
    feeling: FeelingName | None = None
    theme: Word = ""
    sensitivity: Word = ""
    moment: Word = ""
    threat: Literal["", "any", "considering", "conditional", "decided"] = ""
    source: Literal["", "survey", "review", "chat", "comment", "mailbox"] = ""
    satisfaction: Literal["", "low", "middle", "high"] = ""
    recommendation: Literal["", "detractor", "passive", "promoter"] = ""
    checked: Literal["", "corrected", "contradiction"] = ""
    filter: Annotated[str, Field(max_length=600, pattern=NO_NUL)] = ""
    text: Annotated[str, Field(max_length=100, pattern=NO_NUL)] = ""
    since: date | None = None
    until: date | None = None
    unknown: bool = False
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE_SIZE
    cursor: Annotated[str, Field(pattern=r"^(\d{1,7}\.\d{1,10})?$", description="`next` of the page before.")] = ""


class CorrectionBody(BaseModel):
    """What a person said against what was computed; null where the computed one holds. threat: '' for none."""

    emotion: EmotionName | None
    threat: ThreatName | None
    themes: list[str] | None


class VerbatimBody(BaseModel):
    """One text. temperature: emotional index in °C, -20 to 40; intensity, threat_degree: 0 to 1; polarity: -1 to 1;
    themes: without those above them; sensitivities: with their degree, 1 mild to 3 strong; contradiction: between the
    words and the scores, '' for none; corrected: null where nobody corrected it. Where somebody did, the other fields
    hold what they said."""

    id: int
    day: date
    source: str
    text: str
    language: str
    account: str | None
    account_name: str
    contact: str | None
    customer_id: str
    line_id: str
    satisfaction: float | None
    recommendation: float | None
    filters: dict[str, str]
    emotion: EmotionName
    intensity: float
    polarity: float
    feeling: FeelingName
    temperature: float
    threat: ThreatName
    threat_degree: float
    threat_level: int
    themes: list[str]
    sensitivities: dict[str, int]
    moments: list[str]
    contradiction: Literal["", "kinder_than_score", "harsher_than_score"]
    corrected: CorrectionBody | None


class SentenceBody(BaseModel):
    """Signs `start` to `end` (not included) of the text, and the emotion that was computed of them."""

    start: int
    end: int
    emotion: EmotionName
    intensity: float
    polarity: float


class SpanBody(BaseModel):
    """Words that say something. sort: emotion, tone, threat, theme, sensitivity or moment; word: which one."""

    start: int
    end: int
    sort: str
    word: str


class WholeVerbatimBody(VerbatimBody):
    """amounts: of each emotion, 0 to 1, as computed; address: of who said it, as far as told."""

    address: str
    information: dict[str, str]
    amounts: dict[str, float]
    sentences: list[SentenceBody]
    spans: list[SpanBody]


class VerbatimsBody(BaseModel):
    """Newest first. next: cursor of the following page, null on the last. A page may hold fewer than `limit`: what the
    caller may not read is left out."""

    items: list[VerbatimBody]
    next: str | None


@blueprint.get("/verbatims")
@documented({200: VerbatimsBody}, query=VerbatimsQuery, tag="verbatims")
def list_verbatims() -> Response:
    """What customers said

    Of all accounts that the caller may read, with what was understood; those who import see texts of nobody known too.
    """
    caller = asked.reader()
    query = asked.query(VerbatimsQuery)
    place = query.cursor.partition(".")
    after = (int(place[0]), int(place[2])) if query.cursor else None
    with house().store.reading() as conn:
        wish = _wish(query, caller)
        rows = verbatim_lists.page(conn, wish, scope=caller.scope, after=after, limit=query.limit + 1)
        last = rows[query.limit - 1].verbatim if len(rows) > query.limit else None
    shown = permitted(rows[: query.limit])
    with house().store.reading() as conn:
        bodies = _bodies(conn, shown)
    return answer(VerbatimsBody(items=bodies, next=f"{last.day}.{last.id}" if last else None))


@blueprint.get("/verbatims/<int:number>")
@documented({200: WholeVerbatimBody}, problems=(404,), tag="verbatims")
def show_verbatim(number: int) -> Response:
    """One text with everything that was understood of it"""
    caller = asked.reader()
    with house().store.reading() as conn:
        found = verbatim_lists.one(conn, number) if number < 2**31 else None
    if found is None or not _may_read(found, caller):
        raise Refused(404, Fault("not_found"))
    with house().store.reading() as conn:
        body = _bodies(conn, [found])[0]
    kept = found.verbatim
    sentences = [
        SentenceBody(start=s.start, end=s.end, emotion=s.emotion.value, intensity=s.intensity, polarity=s.polarity)
        for s in sentences_of(kept.analysis)
    ]
    spans = [SpanBody(start=s.start, end=s.end, sort=s.sort, word=s.word) for s in spans_of(kept.analysis)]
    whole = WholeVerbatimBody(
        **body.model_dump(),
        address=kept.address,
        information=kept.information,
        amounts=kept.analysis.get("amounts", {}),
        sentences=sentences,
        spans=spans,
    )
    return answer(whole)


def _may_read(found: Listed, caller: Member) -> bool:
    if not found.guid:
        return caller.imports
    return house().door.opens(caller.reader, RecordRef(RecordKind.ACCOUNT, found.guid))


def _wish(query: VerbatimsQuery, caller: Member) -> Wish:
    column, sign, value = query.filter.partition("=")
    if query.unknown and not caller.imports:
        raise Refused(403, Fault("wrong_role"))
    return Wish(
        emotion=query.emotion or "",
        feeling=query.feeling or "",
        theme=query.theme,
        sensitivity=query.sensitivity,
        moment=query.moment,
        threat=query.threat,
        source=query.source,
        account=(query.account or "").lower(),
        since=number_of(query.since) if query.since else None,
        until=number_of(query.until) if query.until else None,
        text=query.text,
        unknown=caller.imports,
        speaker="unknown" if query.unknown else "",
        satisfaction=query.satisfaction,
        recommendation=query.recommendation,
        filters={column: value} if sign else {},
        checked=query.checked,
    )


def _bodies(conn: Connection, rows: list[Listed]) -> list[VerbatimBody]:
    ids = [row.verbatim.id for row in rows]
    marks, degrees = verbatims.marks(conn, ids), verbatims.degrees(conn, ids)
    corrected = verbatim_corrections.of(conn, ids)
    return [
        _body(row, marks.get(row.verbatim.id, {}), degrees.get(row.verbatim.id, {}), corrected.get(row.verbatim.id))
        for row in rows
    ]


def _body(
    row: Listed, marks: dict[str, set[str]], degrees: dict[str, int], corrected: Correction | None
) -> VerbatimBody:
    kept = row.verbatim
    same = {
        name: getattr(kept, name)
        for name in VerbatimBody.model_fields
        if name in type(kept).__slots__ or name == "contradiction"
    }
    return VerbatimBody(
        **same | {"day": day_of(kept.day)},
        account=row.guid or None,
        account_name=row.account,
        contact=kept.contact_guid,
        themes=deepest(marks.get("theme", set())),
        sensitivities=degrees,
        moments=sorted(marks.get("moment", set())),
        corrected=_correction(corrected) if corrected else None,
    )


def _correction(one: Correction) -> CorrectionBody:
    return CorrectionBody.model_validate(
        {"emotion": one.emotion, "threat": one.threat, "themes": None if one.themes is None else list(one.themes)}
    )
