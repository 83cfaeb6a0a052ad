"""How a template of an introduction reads, with a real contact or a sample one, before it is saved or sent."""

from typing import Annotated, Self

from flask import Response
from pydantic import BaseModel, Field, model_validator

from relationship.activities import RecordKind, RecordRef
from relationship.letters.letters import Names, acquaintance
from relationship.store.reading import reading_contact, reading_opportunity
from settings.rules import Template
from settings.rules.form import Form, refusal
from settings.rules.health import Guid
from settings.rules.templates import KNOWN, LONGEST_REASON, first_name
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.identity import rights
from web.identity.members import Member

blueprint = room("settings_introductions", __name__)

# Far above what a template may hold, so that a long text is told as one, with its field.
LONGEST_WISH_BYTES = 2 * 1024 * 1024
# Nobody of the organisation, so that no colleague is shown with a contact whom they may not want to be known to know.
SAMPLE_COLLEAGUE = "Dominique Lambert"
SAMPLE_CONTACT = {
    "contact.name": "Élodie Marchal",
    "contact.job_title": "Responsable qualité",
    "contact.company": "Ateliers Brévent",
}
SAMPLE_OPPORTUNITY = "Contrat cadre"
SAMPLE_REASON = {
    "fr": "Elle décide du renouvellement et je n’ai encore personne chez eux.",
    "en": "She decides on the renewal, and I know nobody there yet.",
}


class LetterWish(Form):
    """A template and for whom. contact, opportunity: GUIDs; without them, sample names. reason: what the seller
    would write; null: a sample, '': nothing."""

    template: Template
    contact: Guid | None = None
    opportunity: Guid | None = None
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] | None = None

    @model_validator(mode="after")
    def reason_is_plain_text(self) -> Self:
        if self.reason is not None and any(ord(sign) < 32 and sign not in "\r\n\t" for sign in self.reason):
            raise refusal("control_sign", "reason: plain text")
        return self


class LetterBody(BaseModel):
    """sample: whether names are invented; values: by placeholder, '' where nothing is known."""

    subject: str
    body: str
    sample: bool
    values: dict[str, str]


class NamesBody(BaseModel):
    """The placeholders that a template may hold."""

    names: list[str]


@blueprint.get("/settings/introductions/placeholders")
@documented({200: NamesBody}, tag="introductions")
def placeholders() -> Response:
    """The placeholders that a template may hold"""
    asked.rules_admin()
    return answer(NamesBody(names=list(KNOWN)))


@blueprint.post("/settings/introductions/preview")
@documented({200: LetterBody}, body=LetterWish, problems=(404,), tag="introductions")
def letter() -> Response:
    """A template as a letter

    With a contact and an opportunity of the CRM, or sample ones; the seller is the caller, the colleague is invented.
    Nothing is sent.
    """
    caller = asked.rules_admin()
    wish = asked.body(LetterWish, most_bytes=LONGEST_WISH_BYTES)
    values = {
        "seller.name": caller.name,
        "seller.first_name": first_name(caller.name),
        "colleague.name": SAMPLE_COLLEAGUE,
        "colleague.first_name": first_name(SAMPLE_COLLEAGUE),
        **_contact(wish.contact),
        "opportunity.name": _opportunity(wish.opportunity, caller),
        "reason": SAMPLE_REASON[wish.template.language] if wish.reason is None else wish.reason,
    }
    values["contact.first_name"] = first_name(values["contact.name"])
    names = Names(caller.name, SAMPLE_COLLEAGUE, values["contact.name"], company=values["contact.company"])
    values["acquaintance"] = acquaintance(names, language=wish.template.language)
    written = wish.template.letter(values)
    sample = wish.contact is None or wish.opportunity is None
    return answer(LetterBody(subject=written.subject, body=written.body, sample=sample, values=values))


def _contact(guid: str | None) -> dict[str, str]:
    if guid is None:
        return SAMPLE_CONTACT
    may = rights.among([RecordRef(RecordKind.CONTACT, guid), RecordRef(RecordKind.LEAD, guid)])
    with house().store.reading() as conn:
        found = reading_contact.contact_names(conn, guid)
    if found is None or not may:
        raise Refused(404, Fault("not_found", "contact"))
    return {"contact.name": found.name, "contact.job_title": found.job_title, "contact.company": found.company}


def _opportunity(guid: str | None, caller: Member) -> str:
    if guid is None:
        return SAMPLE_OPPORTUNITY
    ref = RecordRef(RecordKind.OPPORTUNITY, guid)
    may = rights.among([ref])
    with house().store.reading() as conn:
        found = reading_opportunity.opportunity(conn, scope=caller.scope.having(*may), guid=guid)
    if found is None or not may:
        raise Refused(404, Fault("not_found", "opportunity"))
    return found.name
