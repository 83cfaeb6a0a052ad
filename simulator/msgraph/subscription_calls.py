"""Subscriptions over the wire: creation with its handshake, renewal, end.

The handshake goes out before the answer, so these calls must not hold the lock of the organisation.
"""

from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

import requests

from simulator.msgraph.call import Answer, Call, GraphError, Json, bad_request
from simulator.msgraph.paths import plain_path
from simulator.msgraph.routes import (
    CALENDAR_ROLES,
    CALL_ROLES,
    MAIL_ROLES,
    TASK_ROLES,
    USER_ROLES,
    require,
)
from simulator.notifications import Notifier
from simulator.subscriptions import Subscription, Subscriptions, Wish

_HANDSHAKE_SECONDS = 10
_LIFE_WITHOUT_LIFECYCLE_HOURS = 1
_LONGEST_CLIENT_STATE = 128
_CHANGES = frozenset({"created", "updated", "deleted"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ROLES = {
    "messages": MAIL_ROLES,
    "events": CALENDAR_ROLES,
    "tasks": TASK_ROLES,
    "users": USER_ROLES,
    "callRecords": CALL_ROLES,
}


def answer_subscription(subscriptions: Subscriptions, notifier: Notifier, call: Call) -> Answer:
    match call.method, call.segments[1:]:
        case "POST", ():
            return _create(subscriptions, notifier, call)
        case "GET", ():
            rows = [_row(one) for one in subscriptions.all()]
            return Answer(body={"@odata.context": f"{call.origin}/$metadata#subscriptions", "value": rows})
        case "GET", (name,):
            return _one(call, _known(subscriptions, name))
        case "PATCH", (name,):
            one = _known(subscriptions, name)
            subscriptions.renew(one, _until(subscriptions, _body(call), one.wish.resource))
            return _one(call, one)
        case "DELETE", (name,):
            subscriptions.end(_known(subscriptions, name).id)
            return Answer(204, raw=b"")
        case "POST", (name, "reauthorize"):
            _known(subscriptions, name)
            return Answer(204, raw=b"")
    raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")


def _create(subscriptions: Subscriptions, notifier: Notifier, call: Call) -> Answer:
    wish = _wish(subscriptions, call)
    for url in filter(None, (wish.notification_url, wish.lifecycle_url)):
        _shake_hands(url, subscriptions.delivery.token)
    client = str((call.claims or {}).get("appid", ""))
    made = subscriptions.grant(wish, client)
    if made is None:
        raise GraphError(404, "ResourceNotFound", "The resource to watch was not found.")
    notifier.start()
    return _one(call, made, status=201)


def _wish(subscriptions: Subscriptions, call: Call) -> Wish:
    """What the body asks for, checked as the service does."""
    body = _body(call)
    resource = _text(body, "resource").strip("/")
    if subscriptions.longest(resource) is None:
        raise _invalid(f"Resource '{resource}' does not support change notifications.")
    require(call, _ROLES[plain_path(resource).rpartition("/")[2]], "ExtensionError")
    changes = frozenset(part.strip() for part in _text(body, "changeType").split(","))
    if not changes <= _CHANGES:
        raise _invalid("changeType is one or more of created, updated, deleted.")
    state = body.get("clientState")
    if state is not None and (not isinstance(state, str) or len(state) > _LONGEST_CLIENT_STATE):
        raise _invalid("clientState is a text of at most 128 characters.")
    if body.get("includeResourceData"):
        raise _invalid("Resource data is not part of the simulated notifications.")
    until = _until(subscriptions, body, resource)
    lifecycle = body.get("lifecycleNotificationUrl")
    hours = (until - subscriptions.clock()).total_seconds() / 3600
    if not lifecycle and hours > _LIFE_WITHOUT_LIFECYCLE_HOURS:
        raise _invalid("lifecycleNotificationUrl is required for subscriptions that live longer than one hour.")
    return Wish(
        resource=resource,
        changes=changes,
        notification_url=_address(_text(body, "notificationUrl")),
        lifecycle_url=_address(str(lifecycle)) if lifecycle else None,
        client_state=state,
        expires_at=until,
        immutable=call.wants_immutable_ids,
    )


def _body(call: Call) -> Json:
    if not isinstance(call.body, dict):
        raise bad_request("The body is not a JSON object.")
    return call.body


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise _invalid(f"Property '{name}' is required.")
    return value


def _invalid(message: str) -> GraphError:
    return GraphError(400, "InvalidRequest", message)


def _until(subscriptions: Subscriptions, body: Json, resource: str) -> datetime:
    try:
        until = datetime.fromisoformat(_text(body, "expirationDateTime"))
    except ValueError as error:
        raise _invalid("expirationDateTime is not a valid time.") from error
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    now, longest = subscriptions.clock(), subscriptions.longest(resource)
    if until <= now:
        raise _invalid("Subscription expiration lies in the past.")
    if longest is not None and until > now + longest:
        minutes = int(longest.total_seconds() // 60)
        raise _invalid(f"Subscription expiration can only be {minutes} minutes in the future.")
    return until


def _address(url: str) -> str:
    """Only loopback is ever called from here, there also without TLS."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in _LOOPBACK:
        raise _invalid("The simulated organisation notifies addresses on loopback only.")
    return url


def _shake_hands(url: str, token: str | None) -> None:
    """The owner of the address sends the decoded text back within ten seconds, as plain text and nothing else."""
    text = token or f"Validation: Testing client application reachability for subscription Request-Id: {uuid4()}"
    failed = _invalid("Subscription validation request failed. Notification endpoint must respond with 200 OK.")
    failed.code = "ValidationError"
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(
                url,
                params={"validationToken": text},
                headers={"Content-Type": "text/plain; charset=utf-8"},
                timeout=_HANDSHAKE_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise failed from error
    is_plain = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == "text/plain"
    if answer.status_code != 200 or not is_plain or answer.content != text.encode():
        raise failed


def _known(subscriptions: Subscriptions, name: str) -> Subscription:
    found = subscriptions.find(name)
    if found is None:
        raise GraphError(404, "ResourceNotFound", "The object was not found.")
    return found


def _one(call: Call, one: Subscription, *, status: int = 200) -> Answer:
    return Answer(status, {"@odata.context": f"{call.origin}/$metadata#subscriptions/$entity", **_row(one)})


def _row(one: Subscription) -> Json:
    wish = one.wish
    return {
        "id": one.id,
        "resource": wish.resource,
        "applicationId": one.application_id or None,
        "changeType": ",".join(sorted(wish.changes)),
        "clientState": wish.client_state,
        "notificationUrl": wish.notification_url,
        "notificationQueryOptions": None,
        "lifecycleNotificationUrl": wish.lifecycle_url,
        "expirationDateTime": one.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "creatorId": None,
        "includeResourceData": None,
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationUrlAppId": None,
    }
