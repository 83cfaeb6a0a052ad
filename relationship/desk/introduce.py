"""Ask a colleague for an introduction, and take it back: what a seller does.

The order of writes is the design. A request is written down as `sending` and committed; then its mail is sent; then
it is `asked`. Pressing twice finds the first request and sends nothing. A process that dies in between leaves a
request in `sending`: after a while it is in doubt, and the seller, who can look into his sent mail, says whether it
left (`settle`). Nothing is ever sent again by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection

from relationship import failpoints
from relationship.activities import RecordRef
from relationship.errors import RelationshipError
from relationship.graph.ties import TieWord
from relationship.house import House
from relationship.introductions import (
    DAILY_LIMIT,
    AlreadyAsked,
    NotAllowed,
    NotPossible,
    State,
    Step,
    TooMany,
    Via,
    due,
    no_such,
)
from relationship.letters import letters
from relationship.links import AnswerLinks
from relationship.store import rules as stored_rules
from relationship.store.knows import introductions, reading_introduction
from relationship.store.knows.introductions import Introduction, NewIntroduction
from relationship.store.knows.reading_introduction import Correspondent
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action
from relationship.sync.outward.mail_out import Delivery, SellerMail, SellerPost
from settings.rules import Template
from settings.rules.templates import Letter

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Route:
    """How the seller reaches the person over this colleague, as he sees it: the tie of the last colleague on the
    path with the person, and how many colleagues are on it."""

    word: TieWord
    hops: int


# For a person outside and the key of the first colleague: the route in the network as the seller sees it, or None.
FindRoute = Callable[[RecordRef, str], Route | None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a seller asks for. It names no address: the service finds the colleague's.

    target       a contact or lead
    subject, body   the letter as the seller edited it: plain text, no placeholders are filled in any more
    request_key  made once per form (a UUID), so that pressing twice asks once
    notify       whether the seller wants a mail when the colleague answers
    """

    colleague_key: str
    target: RecordRef
    template_key: str
    subject: str
    body: str
    via: Via
    request_key: str
    notify: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """introduction: as it is now. compose: for a draft, the addresses that open it. is_repeat: it was there already."""

    introduction: Introduction
    compose: letters.Compose | None = None
    is_repeat: bool = False


def ask(house: House, wish: Wish, *, seller_key: str, find_route: FindRoute, posts: Mapping[Via, SellerPost]) -> Asked:
    """Ask the colleague, once.

    posts   the ways of sending by which this seller may ask now; a draft needs none
    raises  NotAllowed 'introduction_not_possible' for a colleague who cannot be asked, whatever the reason, and for
            a person inside; NotAllowed with field 'subject' or 'body' for a text no letter may hold, 'template' for
            an unknown one, 'via' for a way that is not open; AlreadyAsked; TooMany; and what the way of sending
            raises when the mail has not left for certain: then the request is `unsent` and may be asked again
    """
    letter = letters.checked(wish.subject, wish.body)
    now = house.clock()
    with house.store.transaction() as conn:
        introductions.lock_people(conn, (seller_key, wish.colleague_key))
        earlier = introductions.by_request(conn, seller_key, wish.request_key)
        if earlier is not None:
            return _again(house, conn, earlier, wish, letter)
        seller, colleague, template, route = _allowed(conn, wish, seller_key, find_route)
        if wish.via is not Via.DRAFT and wish.via not in posts:
            raise NotAllowed(
                "This way of sending is not open.",
                next_step="Choose another way of sending.",
                code="way_not_open",
                field="via",
            )
        _within_limits(conn, wish, seller_key, now)
        one = introductions.add(conn, _new(house, wish, seller_key, template, letter, route, now))
        compose = _compose(house, one, colleague)
        if wish.via is Via.DRAFT:
            one = introductions.move(conn, one, Step.LEFT, at=now, by="page")
        _note(house, conn, seller_key, one, "asked")
        failpoints.passage("introduce.written")
    failpoints.passage("introduce.committed")
    if wish.via is Via.DRAFT:
        return Asked(one, compose)
    return Asked(_sent(house, one, seller, colleague, posts[wish.via]))


def settle(house: House, key: str, *, seller_key: str, has_left: bool) -> Introduction:
    """The seller says what became of a mail in doubt; raises NotPossible when there is no doubt."""
    with house.store.transaction() as conn:
        one = _own(conn, key, seller_key=seller_key)
        if one.state is not State.SENDING or not one.in_doubt:
            raise NotPossible(
                "It is known what became of this mail.",
                next_step="Look at the request again.",
                code="introduction_moved_on",
            )
        step = Step.LEFT if has_left else Step.REFUSED
        found = introductions.move(conn, one, step, at=house.clock(), by="page", in_doubt=False)
        _note(house, conn, seller_key, found, "settled")
        return found


def withdraw(house: House, key: str, *, seller_key: str) -> Introduction:
    """The seller takes an open request back; the colleague's links then lead to a friendly page."""
    with house.store.transaction() as conn:
        one = _own(conn, key, seller_key=seller_key)
        found = introductions.move(conn, one, Step.WITHDRAW, at=house.clock(), by="page")
        _note(house, conn, seller_key, found, "withdrawn")
        return found


def _allowed(
    conn: Connection, wish: Wish, seller_key: str, find_route: FindRoute
) -> tuple[Correspondent, Correspondent, Template, Route]:
    _version, rules = stored_rules.current(conn)
    if not rules.introductions.enabled:
        raise NotAllowed(
            "Asking for introductions is switched off.",
            next_step="A sales admin can switch it on under Settings.",
            code="introductions_off",
        )
    template = next((one for one in rules.introductions.templates if one.key == wish.template_key), None)
    if template is None:
        raise NotAllowed(
            "This text is not there any more.", next_step="Choose another.", code="template_unknown", field="template"
        )
    seller = reading_introduction.correspondent(conn, seller_key)
    colleague = reading_introduction.correspondent(conn, wish.colleague_key)
    route = find_route(wish.target, wish.colleague_key)
    # Everything is looked at before anything is said, so that the reason shows neither in words nor in time.
    possible = (
        seller is not None,
        colleague is not None and bool(colleague.address),
        route is not None,
        wish.colleague_key != seller_key,
        reading_introduction.may_be_asked(conn, wish.colleague_key),
        reading_introduction.is_outside(conn, wish.target),
    )
    if not all(possible) or seller is None or colleague is None or route is None:
        raise NotAllowed(
            "This introduction cannot be asked for.",
            next_step="Choose another colleague.",
            code="introduction_not_possible",
        )
    return seller, colleague, template, route


def _within_limits(conn: Connection, wish: Wish, seller_key: str, now: datetime) -> None:
    same = introductions.open_one(conn, seller_key, wish.colleague_key, wish.target)
    if same is not None:
        raise AlreadyAsked(
            "You have asked this colleague for this introduction already.",
            next_step="Wait for the answer, or take the request back.",
            code="introduction_open",
            key=same.key,
        )
    asked = introductions.asked_by(conn, seller_key, now - DAY)
    if len(asked) >= DAILY_LIMIT:
        raise TooMany(
            f"You have asked for {DAILY_LIMIT} introductions within a day.",
            next_step="Ask again tomorrow.",
            code="too_many_introductions",
            wait_seconds=max(1, round((asked[-DAILY_LIMIT] + DAY - now).total_seconds())),
        )
    _version, rules = stored_rules.current(conn)
    if introductions.received_by(conn, wish.colleague_key, now - WEEK) >= rules.introductions.weekly_limit:
        # The same words whoever asked, so that nobody learns of the requests of others.
        raise NotAllowed(
            "This colleague cannot be asked at the moment.",
            next_step="Choose another colleague, or try again next week.",
            code="colleague_not_now",
            field="colleague",
        )


def _new(
    house: House, wish: Wish, seller_key: str, template: Template, letter: Letter, route: Route, now: datetime
) -> NewIntroduction:
    dates = due(now, house.config.zone)
    return NewIntroduction(
        key=str(uuid4()),
        request_key=wish.request_key,
        seller_key=seller_key,
        colleague_key=wish.colleague_key,
        target=wish.target,
        notify=wish.notify,
        via=wish.via,
        language=template.language,
        template_key=template.key,
        subject=letter.subject,
        body=letter.body,
        word=route.word,
        hops=route.hops,
        asked_at=now,
        # Nobody knows whether a draft was ever sent, so nobody is reminded of it.
        remind_at=None if wish.via is Via.DRAFT else dates.remind_at,
        due_at=dates.lapse_at,
    )


def _again(house: House, conn: Connection, one: Introduction, wish: Wish, letter: Letter) -> Asked:
    """The same form once more: the same answer; another letter under its key is refused."""
    same = (one.colleague_key, one.target, one.via) == (wish.colleague_key, wish.target, wish.via)
    if not same or (letter.subject, letter.body) != (one.subject, one.body):
        raise AlreadyAsked(
            "This form was sent already, with another content.",
            next_step="Open the form again.",
            code="request_key_reused",
            key=one.key,
        )
    colleague = reading_introduction.correspondent(conn, one.colleague_key)
    compose = _compose(house, one, colleague) if colleague else None
    return Asked(one, compose, is_repeat=True)


def _compose(house: House, one: Introduction, colleague: Correspondent) -> letters.Compose | None:
    """The addresses that open a draft; None for what is sent otherwise."""
    if one.via is not Via.DRAFT:
        return None
    letter = Letter(one.subject, _text(house, one))
    return letters.compose(colleague.address, letter, outlook_url=house.config.outlook_url)


def _text(house: House, one: Introduction) -> str:
    return letters.framed(one.body, AnswerLinks(house.config).links(one.id), language=one.language)


def _sent(
    house: House, one: Introduction, seller: Correspondent, colleague: Correspondent, post: SellerPost
) -> Introduction:
    mail = SellerMail(
        key=one.key,
        seller_key=seller.key,
        seller_guid=seller.systemuser_guid,
        to=colleague.address,
        colleague_guid=colleague.systemuser_guid,
        subject=one.subject,
        text=_text(house, one),
    )
    try:
        delivery = post.send(mail)
    except RelationshipError:
        with house.store.transaction() as conn:
            introductions.move(conn, one, Step.REFUSED, at=house.clock(), by="mail")
            _note(house, conn, seller.key, one, "refused")
        raise
    failpoints.passage("introduce.sent")
    with house.store.transaction() as conn:
        if delivery is Delivery.LEFT:
            found = _left(house, conn, one)
        else:
            introductions.doubt(conn, one)
            found = introductions.by_key(conn, one.key) or one
        _note(house, conn, seller.key, found, "sent" if delivery is Delivery.LEFT else "in_doubt")
    failpoints.passage("introduce.done")
    return found


def _left(house: House, conn: Connection, one: Introduction) -> Introduction:
    """The mail left; a colleague who has answered by now was faster than our note."""
    try:
        return introductions.move(conn, one, Step.LEFT, at=house.clock(), by="mail", in_doubt=False)
    except NotPossible:
        return introductions.by_key(conn, one.key) or one


def _own(conn: Connection, key: str, *, seller_key: str) -> Introduction:
    one = introductions.by_key(conn, key)
    if one is None or one.seller_key != seller_key:
        raise no_such()
    return one


def _note(house: House, conn: Connection, actor: str, one: Introduction, result: str) -> None:
    audit.add(conn, house.audit_keys(), [Act(house.clock(), actor, Action.INTRODUCTION, one.key, result)])
