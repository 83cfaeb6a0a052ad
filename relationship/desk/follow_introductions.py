"""What happens to open requests by themselves: recognised, reminded of once, given up, told to the seller.

Twice is harmless: each step is written down before a mail about it leaves, so a process that dies in between sends
one mail too few, never one too many. Whoever answers meanwhile is faster: such a request is passed over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from relationship import failpoints
from relationship.errors import RelationshipError
from relationship.house import House
from relationship.introductions import LATE_DAYS, NotPossible, Step
from relationship.letters import letters
from relationship.links import AnswerLinks
from relationship.store.knows import introductions, reading_introduction
from relationship.store.knows.introductions import Introduction
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action
from relationship.sync.outward.mail_out import ServiceMail, ServicePost

log = structlog.get_logger()

# A request whose sending has not ended by then is in doubt: every way of sending gives up sooner.
SENDING_MINUTES = 10
# What a seller wrote is forgotten so long after its request ended.
TEXT_DAYS = 180


@dataclass(frozen=True, slots=True)
class Followed:
    """How many requests were found joined by a mail, reminded of, given up, told to their sellers, and are
    newly in doubt."""

    introduced: int
    reminded: int
    lapsed: int
    told: int
    doubtful: int


def follow(house: House, post: ServicePost | None) -> Followed:
    """One round; post: None where the service sends no mail of its own, then nobody is reminded."""
    now = house.clock()
    with house.store.transaction() as conn:
        doubtful = introductions.doubt_older(conn, now - timedelta(minutes=SENDING_MINUTES))
        introductions.forget_texts(conn, now - timedelta(days=TEXT_DAYS))
    introduced = recognise(house)
    lapsed = _lapse(house)
    reminded = _remind(house, post) if post is not None else 0
    told = _tell_sellers(house, post) if post is not None else 0
    return Followed(introduced, reminded, lapsed, told, doubtful)


def recognise(house: House) -> int:
    """Every request, open or lapsed of late, of which a mail of the colleague joins the two since is `introduced`; to
    be run after activities were read and counted."""
    with house.store.reading() as conn:
        keys = introductions.joined(conn, lapsed_since=house.clock() - timedelta(days=LATE_DAYS))
    if not keys:
        return 0
    with house.store.transaction() as conn:
        found = [introductions.by_key(conn, key) for key in keys]
        return _moved(house, conn, [one for one in found if one is not None], Step.INTRODUCE, by="mail")


def _lapse(house: House) -> int:
    with house.store.transaction() as conn:
        return _moved(house, conn, introductions.to_lapse(conn, house.clock()), Step.LAPSE, by="schedule")


def _moved(house: House, conn: Connection, ones: Iterable[Introduction], step: Step, *, by: str) -> int:
    """Take the same step with all; those that somebody else moved meanwhile are passed over."""
    now, moved = house.clock(), []
    for one in ones:
        try:
            moved.append(introductions.move(conn, one, step, at=now, by=by, in_doubt=False))
        except NotPossible:
            continue
    acts = [Act(now, "service", Action.INTRODUCTION, one.key, one.state.value) for one in moved]
    audit.add(conn, house.audit_keys(), acts)
    return len(moved)


def _remind(house: House, post: ServicePost) -> int:
    with house.store.reading() as conn:
        due = introductions.to_remind(conn, house.clock())
    reminded = 0
    for one in due:
        mail = _reminder(house, one)
        if mail is not None:
            failpoints.passage("introductions.reminder_committed")
            reminded += 1
            _send(post, mail, one)
            failpoints.passage("introductions.reminded")
    return reminded


def _reminder(house: House, one: Introduction) -> ServiceMail | None:
    """The mail of a reminder that is written down as sent; None when somebody was faster, or nobody may be reminded."""
    now = house.clock()
    with house.store.transaction() as conn:
        colleague = reading_introduction.correspondent(conn, one.colleague_key)
        is_asked = colleague is not None and reading_introduction.may_be_asked(conn, one.colleague_key)
        if colleague is None or not colleague.address or not is_asked:
            return None
        try:
            introductions.move(conn, one, Step.REMIND, at=now, by="schedule", reminded_at=now, remind_at=None)
        except NotPossible:
            return None
        names = letters.Names(*reading_introduction.names_on(conn, one))
        audit.add(conn, house.audit_keys(), [Act(now, "service", Action.INTRODUCTION, one.key, "reminded")])
        failpoints.passage("introductions.reminder_written")
    letter = letters.reminder(names, AnswerLinks(house.config).links(one.id), language=one.language)
    return ServiceMail(colleague.address, letter.subject, letter.body, one.language, "reminder")


def _tell_sellers(house: House, post: ServicePost) -> int:
    """Sellers who wished so learn that there is an answer, not which."""
    with house.store.transaction() as conn:
        mails = [(one, _notice(house, conn, one)) for one in introductions.to_tell(conn)]
    for one, mail in mails:
        if mail is not None:
            _send(post, mail, one)
    return len(mails)


def _notice(house: House, conn: Connection, one: Introduction) -> ServiceMail | None:
    seller = reading_introduction.correspondent(conn, one.seller_key)
    if seller is None or not seller.address:
        return None
    names = letters.Names(*reading_introduction.names_on(conn, one))
    letter = letters.notice(names, house.config.base_url.rstrip("/") + "/introductions", language=one.language)
    return ServiceMail(seller.address, letter.subject, letter.body, one.language, "notice")


def _send(post: ServicePost, mail: ServiceMail, one: Introduction) -> None:
    try:
        post.send(mail)
    except RelationshipError as error:
        log.error("service_mail_not_sent", about=mail.about, introduction=one.key, code=error.code)
