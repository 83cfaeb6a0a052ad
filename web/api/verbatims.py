"""What customers say, under /api/v1: comments and conversations that other systems send.

Strict JSON; texts of one request that can be taken go in together, the others are told by their place. A text with a
`line_id` is known by it and its source, so a request may be repeated safely.
"""

from datetime import date
from typing import Annotated, Literal

from flask import Response, request
from pydantic import BaseModel, Field

from relationship.clock import number_of
from relationship.desk.hear import LONGEST_TEXT, Outcome, Said, hear
from relationship.importing.opening import MEBIBYTE
from relationship.store.privacy.audit import Action
from relationship.store.verbatims.verbatims import Source
from settings.rules.form import Form
from web import audit
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.identity.members import Member, member
from web.verbatims import verbatim_words

blueprint = room("verbatims", __name__)

MOST_TEXTS = 1_000
LONGEST_BODY_BYTES = 8 * MEBIBYTE

Line = Annotated[str, Field(max_length=200)]
Labels = Annotated[
    dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=500)]], Field(max_length=40)
]


class Turn(Form):
    """One turn of a conversation. who: whose words; only the customer's are understood."""

    who: Literal["customer", "us"]
    text: Annotated[str, Field(max_length=20_000)]


class VerbatimRow(Form):
    """One text: `text`, or `turns` of a conversation. customer_id, account: number, name, domain or GUID of the
    account; address: mail address of who said it; satisfaction: 0 to 100; recommendation: 0 to 10."""

    day: date
    source: Literal["survey", "review", "chat", "comment"] = "comment"
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    turns: list[Turn] = Field(default_factory=list, max_length=500)
    line_id: Line = ""
    customer_id: Line = ""
    account: Line = ""
    address: Annotated[str, Field(max_length=320)] = ""
    language: Literal["", "fr", "en"] = ""
    satisfaction: Annotated[float, Field(ge=0, le=100)] | None = None
    recommendation: Annotated[float, Field(ge=0, le=10)] | None = None
    filters: Labels = Field(default_factory=dict)
    information: Labels = Field(default_factory=dict)


class VerbatimRows(Form):
    rows: Annotated[list[VerbatimRow], Field(min_length=1, max_length=MOST_TEXTS)]


class RefusedText(BaseModel):
    """A text that was not taken. place: from 0, in the order of the request."""

    place: int
    code: str
    detail: str


class HeardBody(BaseModel):
    """added + changed + same + left_out + refused: the texts sent. unknown: taken, but of nobody known; ids: of the
    added ones; left_out: of people of whom nothing is kept."""

    added: int
    changed: int
    same: int
    left_out: int
    unknown: int
    ids: list[int]
    refused: list[RefusedText]


@blueprint.post("/verbatims")
@documented({200: HeardBody}, body=VerbatimRows, tag="verbatims")
def add_verbatims() -> Response:
    """Tell what customers said: comments, reviews, answers and conversations."""
    caller = _importer()
    rows = asked.body(VerbatimRows, most_bytes=LONGEST_BODY_BYTES).rows
    outcome = hear(house(), [_said(row) for row in rows], by=caller.oid, by_name=caller.name)
    return answer(_body(outcome))


def _said(row: VerbatimRow) -> Said:
    spoken = [turn.text for turn in row.turns if turn.who == "customer"]
    return Said(
        Source(row.source),
        number_of(row.day),
        "\n".join([*([row.text] if row.text else []), *spoken]),
        row.line_id,
        row.account,
        row.customer_id,
        row.address,
        row.language,
        row.satisfaction,
        row.recommendation,
        row.filters,
        row.information,
    )


def _body(outcome: Outcome) -> HeardBody:
    refused = [
        RefusedText(place=place, code=code, detail=verbatim_words.fault(code, str(LONGEST_TEXT)))
        for place, code in outcome.refused
    ]
    return HeardBody(
        added=outcome.added,
        changed=outcome.changed,
        same=outcome.same,
        left_out=outcome.left_out,
        unknown=outcome.unknown,
        ids=list(outcome.ids),
        refused=refused,
    )


def _importer() -> Member:
    caller = member()
    if not caller.imports:
        audit.note(Action.ACCESS, str(request.endpoint), actor=caller.oid, result="refused")
        raise Refused(403, Fault("wrong_role"))
    return caller
