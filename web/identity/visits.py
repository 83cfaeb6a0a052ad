"""Visits: from a sign-in until the sign-out, the end of a working day, or Entra's word that somebody has left.

Roles are asked for again every `REREAD`, with a right to ask that Entra gave at the sign-in and that is kept encrypted,
per person. What Entra says holds for all visits of that person. Real time: a frozen clock never keeps a visit alive.
"""

import secrets
import threading
from collections import defaultdict
from datetime import timedelta
from typing import cast

import structlog
from flask import current_app

from relationship.access import AppRole
from relationship.clock import real_clock
from relationship.errors import RelationshipError
from relationship.store.privacy.audit import Action
from relationship.store.rights import reader_sets, web_sessions
from relationship.store.rights.web_sessions import Visit
from relationship.store.sources import tokens
from web import audit
from web.house import house
from web.identity.entra import Entra, SignInRefused

log = structlog.get_logger()

LONGEST = timedelta(hours=10)
# From when on Entra is asked again, and how old its word may be at most.
REREAD = timedelta(minutes=4)
OLDEST = timedelta(minutes=5)
# Where the right to ask again lies in the vault, by person.
RIGHTS = "visit/"

_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def begin(oid: str, name: str, roles: frozenset[AppRole]) -> str:
    """A new visit; the number for its cookie."""
    number, now = secrets.token_urlsafe(32), real_clock()
    with house().store.transaction() as conn:
        web_sessions.begin(conn, number, Visit(oid, name, _names(roles), now, now + LONGEST))
    return number


def keep_right(oid: str, refresh_token: str) -> None:
    """Keep what Entra gave to ask again for this person; FixSettings without a usable encryption key."""
    with house().store.transaction() as conn:
        house().vault().save(conn, RIGHTS + oid, refresh_token, at=real_clock())


def current(number: str) -> Visit | None:
    """The visit with this number, its roles not older than `OLDEST`; None when it is over."""
    with house().store.reading() as conn:
        found = web_sessions.visit(conn, number)
    now = real_clock()
    if found is None or found.until < now:
        return None
    return found if now - found.checked_at < REREAD else _asked_again(number, found)


def end(number: str, oid: str) -> None:
    """End one visit; with the last one of a person the right to ask goes, and what is kept of his or her rights."""
    with house().store.transaction() as conn:
        web_sessions.end(conn, number)
        if not web_sessions.has_any(conn, oid):
            tokens.forget(conn, RIGHTS + oid)
            reader_sets.forget(conn, oid)


def _asked_again(number: str, late: Visit) -> Visit | None:
    """One request of a person at a time asks; whoever waited finds the answer."""
    with _locks[late.oid]:
        with house().store.reading() as conn:
            found = web_sessions.visit(conn, number)
        if found is None or real_clock() - found.checked_at < REREAD:
            return found
        try:
            right = _right(late.oid)
            if right is None:
                raise SignInRefused("There is no right to ask again.", next_step="Sign in again.", code="no_right")
            identity, further = cast(Entra, current_app.extensions["entra"]).renew(right, oid=late.oid)
        except SignInRefused as refused:
            _end_all(late.oid, refused.code)
            return None
        except RelationshipError as error:
            log.warning("roles_not_read", code=error.code)
            return late if real_clock() - late.checked_at < OLDEST else None
        with house().store.transaction() as conn:
            web_sessions.checked(conn, late.oid, name=identity.name, roles=_names(identity.roles), at=real_clock())
            if further:
                house().vault().save(conn, RIGHTS + late.oid, further, at=real_clock())
        with house().store.reading() as conn:
            return web_sessions.visit(conn, number)


def _right(oid: str) -> str | None:
    with house().store.reading() as conn:
        return house().vault().load(conn, RIGHTS + oid)


def _end_all(oid: str, code: str) -> None:
    """Entra no longer lets this person in."""
    with house().store.transaction() as conn:
        web_sessions.end_all(conn, oid)
        tokens.forget(conn, RIGHTS + oid)
        reader_sets.forget(conn, oid)
    audit.note(Action.SIGN_OUT, code, actor=oid, result="refused")


def _names(roles: frozenset[AppRole]) -> tuple[str, ...]:
    return tuple(sorted(role.value for role in roles))
