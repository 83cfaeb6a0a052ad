"""Signing in and out, and letting the service send mail in one's own name.

What is under way at Microsoft is kept encrypted in the database, its number in the session. Both come back to the
one address that is registered.
"""

import secrets
from datetime import timedelta
from typing import Any

import orjson
from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from relationship.clock import real_clock
from relationship.errors import RelationshipError
from relationship.store.privacy.audit import Action
from relationship.store.sources import tokens
from relationship.store.sources.tokens import TokenVault
from relationship.sync.wire import delegated
from relationship.sync.wire.delegated import Consents
from web import audit
from web.house import house
from web.identity import members, visits
from web.identity.entra import Entra, SignInRefused
from web.panel import hand_over, window

blueprint = Blueprint("sign_in", __name__)

FLOWS = "sign-in/"
# The purposes of flows that ask for a right in somebody's name; a sign-in has none.
MAIL, CALENDAR = "mail", "calendar"
RIGHTS = {MAIL: delegated.MAIL, CALENDAR: delegated.CALENDAR}
PANEL = "panel"  # the purpose of one whose session goes on to a frame inside the CRM
# How long somebody may stay on Microsoft's page.
FLOW_LIFETIME = timedelta(minutes=15)

# What the page says, and what to do about it, by the code of the error.
TROUBLE = {
    "refused": (
        _l("The sign-in was refused"),
        _l("You or your organisation did not agree to the sign-in. Try again, or ask your administrator for consent."),
    ),
    "state": (
        _l("This sign-in is no longer valid"),
        _l("It took too long, or was started in another window. Start again from here."),
    ),
    "foreign_tenant": (
        _l("This account belongs to another organisation"),
        _l("Sign in with the account of your own organisation."),
    ),
    "entra_unreachable": (
        _l("Microsoft cannot be reached at the moment"),
        _l("Nothing is wrong with your account. Try again in a few minutes."),
    ),
    "entra_secret": (
        _l("The sign-in is not set up correctly"),
        _l("Ask your administrator to renew the secret of this service in Microsoft Entra."),
    ),
    "entra_setup": (
        _l("The sign-in is not set up correctly"),
        _l("Ask your administrator to check the tenant, the client and the authority of this service."),
    ),
    "bad_encryption_key": (
        _l("The sign-in is not set up correctly"),
        _l("Ask your administrator to check the encryption keys of this service."),
    ),
    "mail_refused": (
        _l("The right to send was not given"),
        _l(
            "Nothing was sent. Try again, or open the letter in your own mail program. If your organisation does not "
            "let you agree, ask your administrator for consent to Mail.Send."
        ),
    ),
    "calendar_refused": (
        _l("The right to use your calendar was not given"),
        _l(
            "No meeting was made. Try again, or make the appointment in your own calendar. If your organisation does "
            "not let you agree, ask your administrator for consent to Calendars.ReadWrite."
        ),
    ),
    "other_account": (
        _l("That was another account"),
        _l("The right is given with the account that you are signed in with here. Try again with it."),
    ),
    "failed": (_l("The sign-in did not succeed"), _l("Start again from here.")),
}


@blueprint.get("/sign-in")
def page() -> Response | str:
    if current_user.is_authenticated:
        return redirect(local_path(request.args.get("next")))
    return render_template("sign_in.html", next=local_path(request.args.get("next")))


@blueprint.get("/auth/start")
def start() -> Response | tuple[str, int]:
    try:
        vault, flow = _vault(), _entra().start()
    except RelationshipError as error:
        return _trouble(error)
    _keep(vault, flow, purpose="")
    return redirect(flow["auth_uri"])


@blueprint.get("/auth/mail")
@members.for_readers
def start_mail() -> Response | tuple[str, int]:
    """Ask the person who is signed in for the right to send in his or her name; nothing else is asked for."""
    return _ask_for(MAIL)


@blueprint.get("/auth/calendar")
@members.for_readers
def start_calendar() -> Response | tuple[str, int]:
    """Ask for the right to use the calendar in his or her name, when a meeting is to be planned."""
    return _ask_for(CALENDAR)


@blueprint.post("/auth/panel")
def start_panel() -> str | tuple[str, int]:
    """Sign in for a frame of the panel, in a window that it has opened.

    The page leads on by itself: a form of the frame may not be redirected to another site. Nothing but our own pages
    can send it (see `web.security`); the frame's token of its session does not come along into a window.
    """
    challenge = request.form.get("challenge", "")
    if not hand_over.SECRET.fullmatch(challenge):
        abort(400)
    try:
        vault, flow = _vault(), _entra().start()
    except RelationshipError as error:
        return _trouble(error, page="panel/trouble.html")
    _keep(vault, flow, purpose=PANEL, challenge=challenge)
    return render_template("panel/onward.html", address=flow["auth_uri"])


@blueprint.post("/auth/mail/forget")
@members.for_readers
def forget_mail() -> Response:
    """Take that right back, as far as this service goes."""
    _consents(MAIL).forget(members.member().oid)
    audit.note(Action.INTRODUCTION, "mail_consent", actor=members.member().oid, result="forgotten")
    return redirect(local_path(request.form.get("next")))


@blueprint.post("/auth/calendar/forget")
@members.for_readers
def forget_calendar() -> Response:
    """Take the right to the calendar back, as far as this service goes."""
    _consents(CALENDAR).forget(members.member().oid)
    audit.note(Action.PREFERENCE, "calendar_consent", actor=members.member().oid, result="forgotten")
    return redirect(local_path(request.form.get("next")))


@blueprint.get("/auth/callback")
def callback() -> Response | tuple[str, int]:
    kept = _taken(session.pop("sign_in", None))
    try:
        if kept is None:
            raise SignInRefused("No sign-in is under way.", next_step="Start signing in again.", code="state")
        if kept["purpose"] in RIGHTS:
            return _allowed(kept, kept["purpose"])
        identity = _entra().finish(kept["flow"], request.args)
        visits.keep_right(identity.oid, identity.right)
    except RelationshipError as error:
        audit.note(Action.SIGN_IN, error.code, actor="outsider", result="refused")
        in_window = kept is not None and kept["purpose"] == PANEL
        return _trouble(error, page="panel/trouble.html" if in_window else "sign_in.html")
    members.sign_in(identity.oid, identity.name, identity.roles)
    audit.note(Action.SIGN_IN, actor=identity.oid)
    if kept["purpose"] == PANEL:
        return window.show(kept["challenge"], identity)
    return redirect(kept["next"])


def _ask_for(purpose: str) -> Response | tuple[str, int]:
    try:
        vault, flow = _vault(), _entra().start_consent(RIGHTS[purpose])
    except RelationshipError as error:
        return _trouble(error)
    _keep(vault, flow, purpose=purpose)
    return redirect(flow["auth_uri"])


def _allowed(kept: dict[str, Any], purpose: str) -> Response | tuple[str, int]:
    """Keep the right that was given, when it was given by the person who is signed in here."""
    try:
        identity, cache = _entra().finish_consent(kept["flow"], request.args, RIGHTS[purpose])
        if not current_user.is_authenticated or identity.oid != members.member().oid:
            raise SignInRefused("Another account.", next_step="Try again.", code="other_account")
    except SignInRefused as error:
        if error.code == "refused":
            error.code = f"{purpose}_refused"
        return _trouble(error, again=url_for(f"sign_in.start_{purpose}", next=kept["next"]))
    _consents(purpose).keep(identity.oid, cache, at=real_clock())
    action = Action.INTRODUCTION if purpose == MAIL else Action.PREFERENCE
    audit.note(action, f"{purpose}_consent", actor=identity.oid)
    return redirect(kept["next"])


def _consents(purpose: str) -> Consents:
    return Consents(house().config, house().store, _vault(), right=RIGHTS[purpose])


@blueprint.post("/sign-out")
def sign_out() -> Response:
    if current_user.is_authenticated:
        audit.note(Action.SIGN_OUT, actor=members.member().oid)
    members.sign_out()
    return redirect(url_for("sign_in.page"))


def local_path(wish: str | None) -> str:
    """The wish when it is a path of ours, else the start page.

    >>> local_path("/opportunities?owner=me"), local_path("//elsewhere.example/"), local_path(None)
    ('/opportunities?owner=me', '/', '/')
    """
    if not wish or not wish.startswith("/") or wish[1:2] in {"/", "\\"} or not wish.isprintable() or "\\" in wish:
        return "/"
    return wish


def _taken(number: object) -> dict[str, Any] | None:
    """The sign-in under way with this number; it can be taken once, and not after its lifetime."""
    if not isinstance(number, str):
        return None
    with house().store.transaction() as conn:
        tokens.forget_older(conn, FLOWS, real_clock() - FLOW_LIFETIME)
        body = _vault().load(conn, FLOWS + number)
        tokens.forget(conn, FLOWS + number)
    return orjson.loads(body) if body else None


def _keep(vault: TokenVault, flow: dict[str, Any], *, purpose: str, challenge: str = "") -> None:
    number = secrets.token_urlsafe(32)
    kept = {
        "flow": flow,
        "next": local_path(request.args.get("next")),
        "purpose": purpose,
        "challenge": challenge,
    }
    now = real_clock()
    with house().store.transaction() as conn:
        tokens.forget_older(conn, FLOWS, now - FLOW_LIFETIME)
        vault.save(conn, FLOWS + number, orjson.dumps(kept).decode(), at=now)
    session["sign_in"] = number


def _trouble(error: RelationshipError, *, again: str = "", page: str = "sign_in.html") -> tuple[str, int]:
    code = error.code if error.code in TROUBLE else "failed"
    title, advice = TROUBLE[code]
    status = 400 if isinstance(error, SignInRefused) else 503
    return render_template(page, title=title, advice=advice, code=code, next="/", again=again), status


def _entra() -> Entra:
    found: Entra = current_app.extensions["entra"]
    return found


def _vault() -> TokenVault:
    return TokenVault(house().config.encryption_keys.get_secret_value().split(","))
