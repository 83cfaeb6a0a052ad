"""How a part of the API is built: a blueprint behind the guard, views that ask and answer.

    blueprint = room("things", __name__)

    @blueprint.get("/things/<guid>")
    @documented({200: Thing}, problems=(404,), tag="things")
    def thing(guid: str) -> Response:
        caller = member()                    # signed in already; decide what they may see with relationship/access.py
        wish = asked.query(ThingQuery)       # pydantic, extra="forbid"; raises problems.Refused
        return answer(Thing(...), version=7) # the version becomes the ETag

The app factory registers the blueprint with `register`; tests/web/api tries every documented view by itself.
"""

from flask import Blueprint, Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from pydantic import BaseModel

from web.api import asked, repeats

# A slider that is being moved asks several times a second.
RATE = "1200 per minute"


def room(name: str, import_name: str) -> Blueprint:
    """A blueprint under /api/v1 whose every view is behind the guard."""
    blueprint = Blueprint(f"api_{name}", import_name, url_prefix="/api/v1")
    blueprint.before_request(asked.guard)
    blueprint.before_request(repeats.begin)
    blueprint.after_request(repeats.end)
    return blueprint


def register(app: Flask, limiter: Limiter, csrf: CSRFProtect, blueprint: Blueprint) -> None:
    """Make a part answer. The guard checks the token of a write itself, to answer with a problem."""
    csrf.exempt(blueprint)
    limiter.limit(RATE, key_func=_caller)(blueprint)
    app.register_blueprint(blueprint)


def answer(model: BaseModel, *, status: int = 200, version: int | None = None) -> Response:
    """The JSON of a model; with a version also its ETag, and 304 for who has it already."""
    response = Response(model.model_dump_json(by_alias=True), status=status, mimetype="application/json")
    if version is not None:
        response.headers["ETag"] = asked.etag(version)
        if request.method in {"GET", "HEAD"}:
            response.make_conditional(request)
    return response


def _caller() -> str:
    return str(current_user.get_id()) if current_user.is_authenticated else get_remote_address()
