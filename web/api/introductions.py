"""Introductions under /api/v1: ask, see what became of it, answer. Only the two people on a request see it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from relationship.activities import RecordKind, RecordRef
from relationship.desk import answer as answering
from relationship.desk import introduce
from relationship.desk.introduce import Wish
from relationship.errors import RelationshipError, StorageTrouble, TryLater
from relationship.introductions import (
    AlreadyAsked,
    NoSuchIntroduction,
    NotAllowed,
    NotPossible,
    Step,
    TooMany,
    Via,
)
from relationship.letters.letters import LONGEST_BODY, LONGEST_SUBJECT, Compose
from relationship.store.knows import reading_introductions
from relationship.store.knows.introductions import Introduction
from relationship.store.knows.reading_introductions import Seen
from settings.rules.form import Form
from settings.rules.health import Guid
from web.api import asked
from web.api.document import documented
from web.api.problems import SECONDS_TO_WAIT, Fault, Refused
from web.api.rooms import answer, room
from web.api.who_knows_whom import PersonBody
from web.house import house
from web.identity.members import Member
from web.knows import asking, introduction_words

T = TypeVar("T")

blueprint = room("introductions", __name__)

LONGEST_KEY = 100
TAG = "introductions"

Key = Annotated[str, Field(min_length=1, max_length=LONGEST_KEY, pattern=r"^[A-Za-z0-9:-]+$")]


class IntroductionWish(Form):
    """What is asked for. There is no field for an address: the service finds the colleague's.

    colleague: `key` of the first colleague of a way; template: key of a text of the rules, which names the language;
    subject, body: plain text as it is sent; via: graph (from the caller's mailbox), draft (in the caller's mail
    program) or crm; request_key: a UUID of the caller's own: the same one asks once
    """

    colleague: Key
    kind: Literal["contact", "lead"]
    guid: Guid
    template: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    subject: Annotated[str, Field(min_length=1, max_length=LONGEST_SUBJECT)]
    body: Annotated[str, Field(min_length=1, max_length=LONGEST_BODY)]
    via: Via
    request_key: Guid
    notify: bool = Field(default=False, strict=True)


class DeclineWish(Form):
    """not_well: whether the reason is that the caller does not know the person well enough."""

    not_well: bool = Field(default=False, strict=True)


class PassOnWish(Form):
    """colleague: key of who is better placed, null for nobody in particular. Nothing is sent there."""

    colleague: Key | None = None


class ComposeBody(BaseModel):
    """Addresses that open the finished letter: in Outlook on the web, in any other mail program."""

    outlook: str
    mailto: str


class IntroductionBody(BaseModel):
    """One request. role: the caller's. due_at: when it lapses; in_doubt: nobody knows whether its mail left.

    proposed: name of whom the colleague named instead, '' for nobody
    """

    id: UUID
    role: Literal["seller", "colleague"]
    state: str
    seller: str
    colleague: str
    person: PersonBody
    account: str
    via: Via
    language: str
    subject: str
    body: str
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    reason: str
    proposed: str
    in_doubt: bool
    compose: ComposeBody | None = Field(default=None, description="Only in the answer to asking, via draft.")


class IntroductionsBody(BaseModel):
    """Newest first; at most 200 each."""

    asked: list[IntroductionBody]
    received: list[IntroductionBody]


@blueprint.get("/introductions")
@documented({200: IntroductionsBody}, tag=TAG)
def mine() -> Response:
    """What the caller asked for, and what others asked of the caller"""
    caller = asked.reader()
    with house().store.reading() as conn:
        found = reading_introductions.mine(conn, caller.oid)
    return answer(
        IntroductionsBody(
            asked=[_body(seen, caller) for seen in found.asked],
            received=[_body(seen, caller) for seen in found.received],
        )
    )


@blueprint.post("/introductions")
@documented({200: IntroductionBody, 201: IntroductionBody}, body=IntroductionWish, problems=(409,), tag=TAG)
def ask() -> Response:
    """Ask a colleague for an introduction

    201 when it was asked, 200 when the same request had been asked before. A colleague who cannot be asked, whatever
    the reason, and a person inside give the same 422. 409 while the same introduction is open.
    """
    caller = asked.reader()
    wish = asked.body(IntroductionWish)
    found = _done(
        lambda: asking.ask(
            caller,
            Wish(
                colleague_key=wish.colleague,
                target=RecordRef(RecordKind(wish.kind), wish.guid),
                template_key=wish.template,
                subject=wish.subject,
                body=wish.body,
                via=wish.via,
                request_key=wish.request_key,
                notify=wish.notify,
            ),
        )
    )
    return _told(found.introduction, caller, compose=found.compose, status=200 if found.is_repeat else 201)


@blueprint.post("/introductions/<uuid:key>/accept")
@documented({200: IntroductionBody}, problems=(404, 409), tag=TAG)
def accept(key: UUID) -> Response:
    """The colleague agrees

    The introduction itself, a mail that joins the two, is recognised by itself.
    """
    return _answered(key, Step.ACCEPT)


@blueprint.post("/introductions/<uuid:key>/decline")
@documented({200: IntroductionBody}, body=DeclineWish, problems=(404, 409), tag=TAG)
def decline(key: UUID) -> Response:
    """The colleague does not want to, or does not know the person well enough"""
    wish = asked.body(DeclineWish)
    return _answered(key, Step.NOT_WELL if wish.not_well else Step.DECLINE)


@blueprint.post("/introductions/<uuid:key>/pass-on")
@documented({200: IntroductionBody}, body=PassOnWish, problems=(404, 409), tag=TAG)
def pass_on(key: UUID) -> Response:
    """Somebody else is better placed"""
    wish = asked.body(PassOnWish)
    return _answered(key, Step.PASS_ON, wish.colleague)


@blueprint.post("/introductions/<uuid:key>/withdraw")
@documented({200: IntroductionBody}, problems=(404, 409), tag=TAG)
def withdraw(key: UUID) -> Response:
    """The seller takes an open request back"""
    caller = asked.reader()
    return _told(_done(lambda: introduce.withdraw(house(), str(key), seller_key=caller.oid)), caller)


def _answered(key: UUID, step: Step, proposed: str | None = None) -> Response:
    caller = asked.reader()

    def act() -> Introduction:
        return answering.answer(house(), str(key), step, colleague_key=caller.oid, proposed_key=proposed)

    return _told(_done(act), caller)


def _done(act: Callable[[], T]) -> T:
    """What the act returns; its refusals as problems, the words for a mail that did not leave among them."""
    try:
        return act()
    except NoSuchIntroduction:
        raise Refused(404, Fault("not_found")) from None
    except NotAllowed as error:
        raise Refused(_status(error.code), Fault(error.code, error.field)) from None
    except TooMany as error:
        fault = Fault(error.code, figures=introduction_words.FIGURES)
        raise Refused(429, fault, headers={"Retry-After": str(error.wait_seconds)}) from None
    except (NotPossible, AlreadyAsked) as error:
        raise Refused(409, Fault(error.code)) from None
    except StorageTrouble:
        raise
    except TryLater:
        raise Refused(503, Fault("mail_not_sent"), headers={"Retry-After": str(SECONDS_TO_WAIT)}) from None
    except RelationshipError as error:
        code = error.code if error.code in introduction_words.REFUSALS else "mail_not_sent"
        raise Refused(409, Fault(code)) from None


def _status(code: str) -> int:
    return 403 if code == "introductions_off" else 422


def _told(one: Introduction, caller: Member, *, compose: Compose | None = None, status: int = 200) -> Response:
    with house().store.reading() as conn:
        found = reading_introductions.one_of_mine(conn, caller.oid, one.key)
    if found is None:
        raise Refused(404, Fault("not_found"))
    body = _body(found[0], caller)
    if compose is not None:
        body.compose = ComposeBody(outlook=compose.outlook, mailto=compose.mailto)
    return answer(body, status=status)


def _body(seen: Seen, caller: Member) -> IntroductionBody:
    one = seen.introduction
    return IntroductionBody(
        id=UUID(one.key),
        role="seller" if one.seller_key == caller.oid else "colleague",
        state=one.state.value,
        seller=seen.seller,
        colleague=seen.colleague,
        person=PersonBody(kind=one.target.kind.value, guid=one.target.guid, name=seen.contact),
        account=seen.account,
        via=one.via,
        language=one.language,
        subject=one.subject,
        body=one.body,
        asked_at=one.asked_at,
        due_at=one.due_at,
        answered_at=one.answered_at,
        closed_at=one.closed_at,
        reason=one.reason,
        proposed=seen.proposed,
        in_doubt=one.in_doubt,
    )
