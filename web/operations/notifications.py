"""Where Microsoft Graph tells that something changed: no session, no page, the same answer for true and false.

A notification is stored as a hint and answered at once; only what could not be stored is an error, so that
Microsoft sends it again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from relationship.desk import notice
from relationship.desk.notice import Notice, Outcome
from relationship.errors import RelationshipError
from relationship.store.privacy.audit import Action
from web import audit
from web.house import house

log = structlog.get_logger()

blueprint = Blueprint("notifications", __name__)

# Microsoft puts all events of a moment into one array; an event takes some 700 bytes.
LONGEST_BODY_BYTES = 1024 * 1024
MOST_ITEMS = 2_000
LONGEST_TOKEN = 4_096
_LONGEST_TEXT = 256


@blueprint.post("/notifications")
def receive() -> Response:
    """Changes, lifecycle events and the handshake of a new subscription."""
    token = request.args.get("validationToken")
    if token is not None:
        return _handshake(token)
    request.max_content_length = LONGEST_BODY_BYTES
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return _bare(413)
    if request.mimetype != "application/json":
        return _bare(415)
    try:
        items = orjson.loads(body)["value"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return _bare(400)
    if not isinstance(items, list):
        return _bare(400)
    if len(items) > MOST_ITEMS:
        return _bare(413)
    return _taken([_notice(item) for item in items])


def _taken(notices: list[Notice | None]) -> Response:
    try:
        outcomes = _kept(notices)
    except RelationshipError as error:
        log.error("notifications_not_stored", code=error.code, count=len(notices))
        return _bare(503)
    dropped = {str(outcome): count for outcome, count in outcomes.items() if outcome is not Outcome.TAKEN}
    if dropped:
        log.warning("notifications_dropped", **dropped)
        audit.note(Action.NOTIFICATION, ",".join(sorted(dropped)), actor="outsider", result="refused")
    return _bare(202)


def _kept(notices: list[Notice | None]) -> Mapping[Outcome, int]:
    if not notices:
        return {}
    return notice.take(house().store, notices, tenant_id=house().config.tenant_id, at=datetime.now(UTC))


def _handshake(token: str) -> Response:
    """The decoded text and nothing else; as plain text it is harmless whatever it holds."""
    if len(token) > LONGEST_TOKEN:
        return _bare(413)
    return Response(token, mimetype="text/plain")


def _notice(item: Any) -> Notice | None:
    """What an item says of itself; None when it has another form than documented."""
    if not isinstance(item, dict):
        return None
    texts = [item.get(name) or "" for name in ("subscriptionId", "clientState", "tenantId", "lifecycleEvent")]
    if not all(isinstance(text, str) and len(text) <= _LONGEST_TEXT for text in texts):
        return None
    if any("\x00" in text for text in texts) or not texts[0]:
        return None
    return Notice(*texts)


def _bare(status: int) -> Response:
    return Response(status=status, mimetype="text/plain")
