"""Changing the CRM from outside the process: `POST /_simulator/crm/<act>` with a JSON object, for tests and demos.

Every act is a method of `Crm` or `Activities`; a lookup is written {"table": "systemuser", "guid": "…"}.
Answers: 200 with a JSON object, 400 for a wrong body, 403 without the control key, 404 for a row or act that
does not exist.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import orjson
from flask import Blueprint, Request, Response, request

from simulator.dataverse import fields
from simulator.dataverse.activity_control import ACTIVITY_ACTS
from simulator.dataverse.crm import Crm
from simulator.dataverse.fields import Json
from simulator.dataverse.limits import Limits, ServiceProtection
from simulator.dataverse.rights_control import RIGHTS_ACTS

PREFIX = "/_simulator/crm"
Act = Callable[[Crm, Json], Json | None]


def control_blueprint(
    crm: Crm, *, authorised: Callable[[Request], bool], protection: ServiceProtection | None = None
) -> Blueprint:
    """The control routes of a CRM. authorised: whether a request carries the control key."""
    bp = Blueprint("dataverse_control", __name__)

    @bp.before_request
    def check_key() -> Response | None:
        return None if authorised(request) else _answer({"error": "the control key is missing or wrong"}, 403)

    @bp.get(f"{PREFIX}/truth")
    def truth() -> Response:
        return _answer(crm.truth())

    @bp.get(f"{PREFIX}/limits")
    def refusals() -> Response:
        refused, too_early = (protection.refused, protection.too_early) if protection else (0, 0)
        return _answer({"refused": refused, "too_early": too_early})

    @bp.post(f"{PREFIX}/limits")
    def limits() -> Response:
        if protection is None:
            return _answer({"error": "this organisation has no service limits"}, 404)
        try:
            protection.limits = replace(Limits(), **_body())
        except (TypeError, ValueError) as error:
            return _answer({"error": str(error)}, 400)
        return _answer({})

    @bp.post(f"{PREFIX}/<act>")
    def change(act: str) -> Response:
        if act not in ACTS:
            return _answer({"error": f"no act {act}; there are {', '.join(ACTS)}"}, 404)
        try:
            return _answer(ACTS[act](crm, _body()) or {})
        except fields.MissingFieldError as error:
            return _answer({"error": f"the field {error} is missing"}, 400)
        except KeyError as error:
            return _answer({"error": f"no row {error.args[0]}"}, 404)
        except (TypeError, ValueError) as error:
            return _answer({"error": str(error)}, 400)

    return bp


def _create(crm: Crm, body: Json) -> Json:
    return {"guid": crm.create(fields.table(body), fields.columns(body), guid=body.get("guid"))}


def _unknown_deletion(crm: Crm, body: Json) -> Json:
    return {"guid": crm.report_unknown_deletion(fields.table(body), body.get("guid"))}


def _close(crm: Crm, body: Json) -> None:
    on = date.fromisoformat(body["on"]) if body.get("on") else None
    crm.close(fields.text(body, "opportunity"), won=body.get("won") is True, on=on)


def _application_user(crm: Crm, body: Json) -> None:
    (crm.restore_application_user if body.get("present") is True else crm.remove_application_user)()


def _expire_tokens(crm: Crm, body: Json) -> None:
    crm.expire_tokens(fields.table(body) if "table" in body else None)


ACTS: Mapping[str, Act] = {
    **ACTIVITY_ACTS,
    "create": _create,
    "update": lambda crm, body: crm.update(fields.table(body), fields.text(body, "guid"), fields.columns(body)),
    "delete": lambda crm, body: crm.delete(fields.table(body), fields.text(body, "guid")),
    "report-unknown-deletion": _unknown_deletion,
    "change-owner": lambda crm, body: crm.change_owner(
        fields.table(body), fields.text(body, "guid"), fields.text(body, "system_user")
    ),
    "add-to-team": lambda crm, body: crm.add_to_team(
        fields.text(body, "opportunity"), fields.text(body, "system_user")
    ),
    "remove-from-team": lambda crm, body: crm.remove_from_team(
        fields.text(body, "opportunity"), fields.text(body, "system_user")
    ),
    "add-stakeholder": lambda crm, body: crm.add_stakeholder(
        fields.text(body, "opportunity"), fields.text(body, "contact")
    ),
    "remove-stakeholder": lambda crm, body: crm.remove_stakeholder(
        fields.text(body, "opportunity"), fields.text(body, "contact")
    ),
    "close": _close,
    "reopen": lambda crm, body: crm.reopen(fields.text(body, "opportunity")),
    "merge-contacts": lambda crm, body: crm.merge_contacts(fields.text(body, "kept"), fields.text(body, "merged")),
    "expire-tokens": _expire_tokens,
    "application-user": _application_user,
    **RIGHTS_ACTS,
}


def _body() -> Json:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise ValueError("the body is not a JSON object")
    return body


def _answer(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, content_type="application/json")
