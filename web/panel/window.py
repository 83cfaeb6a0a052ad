"""The window in which somebody signs in for the panel: after the sign-in it shows the code for the frame."""

from flask import Blueprint, jsonify, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from web.house import house
from web.identity.entra import Identity
from web.panel import hand_over

blueprint = Blueprint("panel_window", __name__, url_prefix="/auth/panel")

_FRAME = "panel_frame"  # in the session of the window: the challenge of the frame that opened it


def show(challenge: str, identity: Identity) -> Response:
    """Keep the finished sign-in for the frame, and go where the code is shown."""
    roles = tuple(sorted(role.value for role in identity.roles))
    with house().store.transaction() as conn:
        hand_over.offer(conn, house().vault(), challenge, oid=identity.oid, name=identity.name, roles=roles)
    session[_FRAME] = challenge
    return redirect(url_for("panel_window.code"), code=303)


@blueprint.get("/code")
def code() -> str:
    return render_template("panel/code.html", offer=_offer())


@blueprint.get("/waiting")
def waiting() -> Response:
    """Whether the frame has not taken the sign-in yet, so that the window knows when to close."""
    return jsonify(waiting=_offer() is not None)


def _offer() -> hand_over.Offer | None:
    challenge = session.get(_FRAME)
    if not isinstance(challenge, str):
        return None
    with house().store.reading() as conn:
        return hand_over.shown(conn, house().vault(), challenge)
