"""The card of one record in a frame."""

from flask import Blueprint, render_template
from flask_login import current_user

from web.panel import sign_in

blueprint = Blueprint("panel", __name__, url_prefix="/panel")


@blueprint.get("/<kind>")
def card(kind: str) -> str:
    if not current_user.is_authenticated:
        sign_in.mark()
        return render_template("panel/sign_in.html", own_tab="/opportunities")
    return f"<h1>{current_user.name}</h1>"
