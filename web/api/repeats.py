"""A write that carries an `Idempotency-Key` is done once: a repeat gets the same answer, another body a conflict.

Kept for a day per caller. Only what succeeded is kept: after a refusal the key may come again, corrected.
"""

import hashlib
import re
from datetime import UTC, datetime

from flask import Response, g, request
from flask_login import current_user

from relationship.store.rights import kept_answers
from web.api.asked import LONGEST_BODY_BYTES
from web.api.problems import Fault, Refused
from web.house import house
from web.identity.members import member
from web.security import SAFE_METHODS

HEADER = "Idempotency-Key"
REPEATED = "Idempotency-Replayed"
LONGEST_KEY = 200
PATTERN = r"^[\x21-\x7e]{1,200}$"
_KEPT_HEADERS = ("ETag", "Location")


def begin() -> Response | None:
    """Before a view: the answer of the first request with this key, None when this is the first."""
    key = request.headers.get(HEADER)
    if key is None or request.method in SAFE_METHODS or not current_user.is_authenticated:
        return None
    if not re.match(PATTERN, key):
        raise Refused(400, Fault("repeat_key", HEADER, {"most": LONGEST_KEY}))
    if (request.content_length or 0) > LONGEST_BODY_BYTES:
        raise Refused(400, Fault("repeat_too_large", HEADER))
    caller, key_hash = member().oid, _hash(key.encode())
    request.max_content_length = LONGEST_BODY_BYTES + 1
    asked_for = _hash(request.method.encode(), request.full_path.encode(), request.get_data(cache=True))
    with house().store.transaction() as conn:
        first = kept_answers.claim(conn, caller, key_hash, asked_for, at=datetime.now(UTC))
    if first is None:
        g.repeat_key = caller, key_hash
        return None
    if first.request_hash != asked_for:
        raise Refused(409, Fault("repeat_differs", HEADER))
    if not first.status:
        raise Refused(409, Fault("repeat_under_way", HEADER), headers={"Retry-After": "5"})
    answer = Response(first.body, status=first.status, mimetype="application/json", headers=dict(first.headers))
    answer.headers[REPEATED] = "true"
    return answer


def end(answer: Response) -> Response:
    """After a view: keep what it answered, or let the key come again."""
    found: tuple[str, str] | None = g.pop("repeat_key", None)
    if found is not None:
        caller, key_hash = found
        with house().store.transaction() as conn:
            if answer.status_code < 300:
                headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
                kept_answers.keep(conn, caller, key_hash, answer.status_code, headers, answer.get_data(as_text=True))
            else:
                kept_answers.release(conn, caller, key_hash)
    return answer


def _hash(*parts: bytes) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8) + part)
    return found.hexdigest()
