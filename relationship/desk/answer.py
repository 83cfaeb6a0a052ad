"""Answer a request for an introduction: on a page of the application, or by a signed link without signing in.

Both take the request from waiting to answered once; whoever comes second is told that it has moved on.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from relationship.house import House
from relationship.introductions import (
    ANSWERS,
    WAITING,
    NotAllowed,
    State,
    Step,
    no_such,
    write_by,
)
from relationship.links import AnswerLinks
from relationship.store.knows import introductions, reading_introduction
from relationship.store.knows.introductions import Introduction
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action


def answer(house: House, key: str, step: Step, *, colleague_key: str, proposed_key: str | None = None) -> Introduction:
    """The colleague answers on a page of the application.

    proposed_key  with Step.PASS_ON: the colleague who is better placed; the seller sees a proposal, nothing is sent
    raises        NoSuchIntroduction, NotPossible, NotAllowed for a proposal of oneself, the seller or nobody known
    """
    if step not in ANSWERS:
        raise ValueError("this is no answer")
    with house.store.transaction() as conn:
        one = introductions.by_key(conn, key)
        if one is None or one.colleague_key != colleague_key or one.state is State.UNSENT:
            raise no_such()
        if proposed_key is not None:
            _check_proposal(conn, one, step, proposed_key)
        return _answered(house, conn, one, step, by="page", proposed_key=proposed_key)


def answer_by_link(house: House, token: str) -> Introduction:
    """Whoever holds the link answers for the colleague; raises NoSuchIntroduction for a link of another service or
    an outdated one, NotPossible for one that was used."""
    with house.store.transaction() as conn:
        one, step = _opened(house, conn, token)
        return _answered(house, conn, one, step, by="link", proposed_key=None)


@dataclass(frozen=True, slots=True)
class Link:
    """What a link stands for. is_open: it can still be used."""

    introduction: Introduction
    step: Step
    is_open: bool
    seller: str
    contact: str


def read_link(house: House, conn: Connection, token: str) -> Link:
    """What the page behind a link shows; changes nothing. Raises NoSuchIntroduction."""
    one, step = _opened(house, conn, token)
    seller, _colleague, contact = reading_introduction.names_on(conn, one)
    return Link(one, step, one.state in WAITING, seller, contact)


def _answered(
    house: House, conn: Connection, one: Introduction, step: Step, *, by: str, proposed_key: str | None
) -> Introduction:
    now = house.clock()
    values: dict[str, object] = {"answered_at": now, "in_doubt": False}
    if step is Step.ACCEPT:
        values["due_at"] = write_by(now, house.config.zone)
    if step is Step.NOT_WELL:
        values["reason"] = Step.NOT_WELL.value
    if proposed_key is not None:
        values["proposed_key"] = proposed_key
    found = introductions.move(conn, one, step, at=now, by=by, **values)
    actor = one.colleague_key if by == "page" else "outsider"
    audit.add(conn, house.audit_keys(), [Act(now, actor, Action.INTRODUCTION, one.key, step.value)])
    return found


def _check_proposal(conn: Connection, one: Introduction, step: Step, proposed_key: str) -> None:
    known = reading_introduction.correspondent(conn, proposed_key)
    # Opted out or not to be asked: no reason is given, for a proposal must not tell.
    if step is not Step.PASS_ON or known is None or proposed_key in (one.seller_key, one.colleague_key):
        raise NotAllowed(
            "This colleague cannot be proposed.",
            next_step="Name another colleague, or nobody.",
            code="proposal_not_possible",
            field="proposed",
        )


def _opened(house: House, conn: Connection, token: str) -> tuple[Introduction, Step]:
    found = AnswerLinks(house.config).opened(token)
    one = introductions.by_id(conn, found[0]) if found else None
    if (
        found is None
        or one is None
        or one.state is State.UNSENT
        or not AnswerLinks.is_live(one.asked_at, house.clock())
    ):
        raise no_such()
    return one, found[1]
