"""Recommendations under /api/v1: what is recommended, and acting on it: a task, done, put off, dismissed."""

from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import BaseModel, Field

from relationship.clock import day_of
from relationship.desk import deliver, recommend
from relationship.desk.recommend import TaskWish, Wanted
from relationship.errors import RelationshipError, StorageTrouble, TryLater
from relationship.introductions import NotAllowed, TooMany
from relationship.letters.letters import LONGEST_BODY, LONGEST_SUBJECT
from relationship.signals.standing import Deed, Reason
from relationship.store.signals.recommendation_acts import OneAct
from relationship.sync.wire.connection import connect
from settings.rules.form import Form
from settings.rules.health import Guid
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.identity.members import Member
from web.recommendations import recommending
from web.recommendations.recommending import Item

blueprint = room("recommendations", __name__)

TAG = "recommendations"
MOST_LISTED = 200


class RecommendationsQuery(Form):
    """who: of the caller's own records, or of all the caller may see; place: where they stand; page: from 1 on."""

    who: Literal["me", "all"] = "me"
    place: Literal["open", "snoozed", "done", "dismissed"] = "open"
    page: Annotated[int, Field(ge=1, le=999)] = 1


class TaskOfRecommendation(Form):
    """request_key: a UUID of the caller's own: the same one acts once."""

    request_key: Guid
    subject: Annotated[str, Field(min_length=1, max_length=LONGEST_SUBJECT)]
    description: Annotated[str, Field(max_length=LONGEST_BODY)] = ""
    due_on: date


class KeyOfRecommendation(Form):
    """request_key: a UUID of the caller's own: the same one acts once."""

    request_key: Guid


class SnoozeOfRecommendation(Form):
    """until: the day on which it is open again."""

    request_key: Guid
    until: date


class DismissalOfRecommendation(Form):
    request_key: Guid
    reason: Reason


class DeedBody(BaseModel):
    """What somebody did. state: made, waiting, sending, refused, in_doubt or draft."""

    deed: Deed
    state: str
    at: datetime
    due_on: date | None


class RecommendationBody(BaseModel):
    """cause and key name it in addresses; triggers: the detectors and scores that call for it, the one of the cause
    first; about: the record; account_guid: '' where there is none or the caller may not see it; value: at stake."""

    cause: str
    key: str
    title: str
    advice: str
    way: str
    trigger: str
    triggers: list[str]
    about_kind: str
    about_guid: str
    about_name: str
    account_guid: str
    value: float | None
    currency: str
    since: date
    place: str
    until: date | None
    deeds: list[DeedBody]


class RecommendationsBody(BaseModel):
    """The largest value at stake first; at most 200 on a page. more: how many further ones there are."""

    items: list[RecommendationBody]
    more: int


@blueprint.get("/recommendations")
@documented({200: RecommendationsBody}, query=RecommendationsQuery, tag=TAG)
def listed() -> Response:
    """What is recommended"""
    caller = asked.reader()
    query = asked.query(RecommendationsQuery)
    with house().store.reading() as conn:
        found = recommending.listed(conn, mine=query.who == "me", scope=caller.scope)
    rows = [one for one in found if one.place.value == query.place]
    last = query.page * MOST_LISTED
    shown = recommending.readable(rows[last - MOST_LISTED : last])
    body = RecommendationsBody(items=[_body(one) for one in shown], more=max(0, len(rows) - last))
    return answer(body)


@blueprint.post("/recommendations/<cause>/<key>/task")
@documented({201: RecommendationBody}, body=TaskOfRecommendation, problems=(404, 409), tag=TAG)
def create_task(cause: str, key: str) -> Response:
    """Create a task in the CRM, in the caller's name

    When the CRM does not answer, the task waits and is created by itself; its deed is then `waiting`.
    """
    caller = asked.reader()
    wish = asked.body(TaskOfRecommendation)

    def act(wanted: Wanted) -> OneAct:
        with closing(connect(house().config)) as microsoft:
            ways = deliver.ways(house(), microsoft)
            task = TaskWish(wish.subject, wish.description, wish.due_on)
            return recommend.create_task(house(), wanted, task, ways)

    return _acted(caller, cause, key, wish.request_key, act)


@blueprint.post("/recommendations/<cause>/<key>/done")
@documented({201: RecommendationBody}, body=KeyOfRecommendation, problems=(404, 409), tag=TAG)
def done(cause: str, key: str) -> Response:
    """Say that it is done"""
    caller, wish = asked.reader(), asked.body(KeyOfRecommendation)
    return _acted(caller, cause, key, wish.request_key, lambda one: recommend.judge(house(), one, Deed.DONE))


@blueprint.post("/recommendations/<cause>/<key>/reopen")
@documented({201: RecommendationBody}, body=KeyOfRecommendation, problems=(404, 409), tag=TAG)
def reopen(cause: str, key: str) -> Response:
    """Take done, put off or dismissed back"""
    caller, wish = asked.reader(), asked.body(KeyOfRecommendation)
    return _acted(caller, cause, key, wish.request_key, lambda one: recommend.judge(house(), one, Deed.REOPENED))


@blueprint.post("/recommendations/<cause>/<key>/snooze")
@documented({201: RecommendationBody}, body=SnoozeOfRecommendation, problems=(404, 409), tag=TAG)
def snooze(cause: str, key: str) -> Response:
    """Put it off until a day"""
    caller, wish = asked.reader(), asked.body(SnoozeOfRecommendation)
    return _acted(
        caller, cause, key, wish.request_key, lambda one: recommend.judge(house(), one, Deed.SNOOZED, until=wish.until)
    )


@blueprint.post("/recommendations/<cause>/<key>/dismiss")
@documented({201: RecommendationBody}, body=DismissalOfRecommendation, problems=(404, 409), tag=TAG)
def dismiss(cause: str, key: str) -> Response:
    """Dismiss it with a reason"""
    caller, wish = asked.reader(), asked.body(DismissalOfRecommendation)
    return _acted(
        caller,
        cause,
        key,
        wish.request_key,
        lambda one: recommend.judge(house(), one, Deed.DISMISSED, reason=wish.reason),
    )


def _acted(caller: Member, cause: str, key: str, request_key: str, act: Callable[[Wanted], OneAct]) -> Response:
    with house().store.reading() as conn:
        item = recommending.item(conn, cause, key)
    try:
        act(Wanted(item.calling, key, request_key, caller.oid))
    except TooMany as error:
        raise Refused(429, Fault(error.code), headers={"Retry-After": str(error.wait_seconds)}) from None
    except NotAllowed as error:
        status = 409 if error.code == "request_key_reused" else 422
        raise Refused(status, Fault(error.code, error.field)) from None
    except (StorageTrouble, TryLater):
        raise
    except RelationshipError as error:
        raise Refused(409, Fault(error.code)) from None
    with house().store.reading() as conn:
        return answer(_body(recommending.item(conn, cause, key)), status=201)


def _body(item: Item) -> RecommendationBody:
    calling = item.calling
    return RecommendationBody(
        cause=str(calling.cause),
        key=item.one.key,
        title=item.words.title,
        advice=item.words.advice,
        way=item.one.way.value,
        trigger=calling.trigger,
        triggers=list(item.triggers),
        about_kind=calling.subject.kind.value,
        about_guid=calling.subject.guid,
        about_name=calling.name,
        account_guid=item.account_guid,
        value=calling.value,
        currency=calling.currency,
        since=day_of(calling.since),
        place=item.place.value,
        until=item.until,
        deeds=[DeedBody(deed=one.deed, state=one.state.value, at=one.at, due_on=one.due_on) for one in item.acts],
    )
