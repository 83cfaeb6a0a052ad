"""The frame's own part of the sign-in: does a cookie last, has the window finished, here is the code."""

from typing import Any

from flask import Blueprint, abort, jsonify, request, session
from flask_login import current_user
from werkzeug.wrappers import Response

from relationship.access import known_roles
from relationship.store.privacy.audit import Action
from web import audit
from web.house import house
from web.identity import members
from web.panel import hand_over

blueprint = Blueprint("panel_sign_in", __name__, url_prefix="/panel/sign-in")

LONGEST_TEXT = 64
_MARK = "frame"  # stands in the cookie as soon as the frame has loaded


def mark() -> None:
    """Leave something in the cookie of the frame, to be found again by its script."""
    session[_MARK] = True


@blueprint.get("/cookie")
def cookie() -> Response:
    """Whether this browser keeps a cookie of ours in this frame."""
    return jsonify(kept=_MARK in session)


@blueprint.post("/poll")
def poll() -> Response:
    """How far the window is: for how many seconds a code holds, 0 while there is none."""
    (verifier,) = _texts("verifier")
    if not hand_over.SECRET.fullmatch(verifier):
        abort(400)
    with house().store.reading() as conn:
        offer = hand_over.shown(conn, house().vault(), hand_over.challenge_of(verifier))
    return jsonify(seconds=offer.seconds if offer else 0)


@blueprint.post("/finish")
def finish() -> Response:
    """Take the sign-in over, for the frame that has the verifier and whoever was shown the code."""
    verifier, code = _texts("verifier", "code")
    with house().store.transaction() as conn:
        found = hand_over.taken(conn, house().vault(), verifier, code)
    if isinstance(found, hand_over.Refused):
        audit.note(Action.SIGN_IN, "panel", actor=found.oid or "outsider", result="refused")
        return jsonify(done=False, tries=found.tries)
    members.sign_in(found.oid, found.name, known_roles(found.roles))
    mark()
    audit.note(Action.SIGN_IN, "panel", actor=found.oid)
    return jsonify(done=True)


@blueprint.post("/out")
def out() -> Response:
    """End the session of the frame; the one of the pages, in their own tab, stays."""
    if current_user.is_authenticated:
        audit.note(Action.SIGN_OUT, "panel", actor=members.member().oid)
    members.sign_out()
    return jsonify(done=True)


def _texts(*names: str) -> tuple[str, ...]:
    """These fields of the JSON that was sent; 400 when one is missing or no text."""
    body: Any = request.get_json(silent=True)
    values = [body.get(name) for name in names] if isinstance(body, dict) else []
    texts = tuple(value for value in values if isinstance(value, str) and len(value) <= LONGEST_TEXT)
    if len(texts) < len(names):
        abort(400)
    return texts
