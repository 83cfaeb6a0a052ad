"""Microsoft Graph as a function from call to answer: rights, throttling, ordered faults, batches."""

import time
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from urllib.parse import parse_qsl, unquote

from simulator.entra import MSGRAPH_AUDIENCE
from simulator.expiry import Expiry
from simulator.faults import Fault, FaultKind, FaultPlan
from simulator.msgraph.call import Answer, Call, GraphError, Json, bad_request, written
from simulator.msgraph.paths import plain_path
from simulator.msgraph.rounds import expired
from simulator.msgraph.routes import route
from simulator.msgraph.sending import answer_me
from simulator.msgraph.spoiling import spoiled
from simulator.msgraph.subscription_calls import answer_subscription
from simulator.notifications import Notifier
from simulator.organisation import Organisation
from simulator.subscriptions import Subscriptions
from simulator.traffic import Traffic

# Outlook's documented width per application and mailbox.
MAILBOX_WIDTH = 4
_MOST_IN_BATCH = 20
_HTML = b"<!DOCTYPE html><html><head><title>Service</title></head><body><h1>We will be back</h1></body></html>"


def query_of(text: str) -> dict[str, str]:
    """The query string as options, percent-encoded or not."""
    return dict(parse_qsl(text, keep_blank_values=True))


class GraphService:
    """Answers calls from the live organisation; one instance serves all threads.

    latency_seconds: real time that every request takes on top, so that requests overlap as on a network.
    """

    def __init__(self, organisation: Organisation, plan: FaultPlan, traffic: Traffic) -> None:
        self.latency_seconds = 0.0
        self.subscriptions = Subscriptions(organisation)
        self.notifier = Notifier(self.subscriptions, organisation.tenant_id)
        self._organisation = organisation
        self._plan = plan
        self._traffic = traffic
        self._secret = sha256(f"delta tokens of {organisation.tenant_id}".encode()).digest()

    def answer(self, call: Call) -> Answer:
        if call.claims is None or call.claims.get("aud") != MSGRAPH_AUDIENCE:
            return _unauthorised().answer(call)
        if call.method == "POST" and call.path == "$batch":
            try:
                return self._batch(call)
            except GraphError as error:
                return error.answer(call)
        mailbox = self._mailbox_id(call)
        running = self._traffic.begin(mailbox)
        try:
            return self._one(call, mailbox, running)
        finally:
            self._traffic.end(mailbox)

    def _mailbox_id(self, call: Call) -> str:
        """The GUID of the user whose mailbox is asked for, however the client named it; '' when none is."""
        user = self._organisation.directory.find(call.mailbox_key) if call.mailbox_key else None
        return user.id if user else ""

    def _collection(self, call: Call, mailbox: str) -> str:
        """One name for every path to the same collection: by GUID of the user and id of the folder."""
        parts = list(call.segments)
        if mailbox:
            parts[1] = mailbox
            if len(parts) > 4 and parts[2] == "mailFolders":
                folder = self._organisation.mailbox(mailbox).folder(parts[3])
                parts[3] = folder.id if folder else parts[3]
        return "/".join(parts)

    def _one(self, call: Call, mailbox: str, running: int) -> Answer:
        """The answer to a single call while `running` of its mailbox are under way, itself included."""
        if self.latency_seconds:
            time.sleep(self.latency_seconds)
        if mailbox and running > MAILBOX_WIDTH:
            answer = self._throttled(call, mailbox, "1")
        else:
            collection = self._collection(call, mailbox)
            faults = self._plan.due(call.path, mailbox, call.query, collection=collection)
            answer = self._with_faults(replace(call, faults=faults), mailbox)
        self._traffic.note(call.method, call.template, mailbox, answer.status)
        return answer

    def _with_faults(self, call: Call, mailbox: str) -> Answer:
        for fault in call.faults:
            instead = self._instead(call, fault, mailbox)
            if instead is not None:
                return instead
        try:
            if call.segments[0] == "subscriptions":
                answer = answer_subscription(self.subscriptions, self.notifier, call)
            else:
                with self._organisation.lock:
                    is_own = call.segments[0] == "me"
                    answer = (
                        answer_me(self._organisation, call) if is_own else route(self._organisation, call, self._secret)
                    )
        except GraphError as error:
            answer = error.answer(call)
        answer = spoiled(call, answer)
        if call.has_fault(FaultKind.LOST):
            return replace(answer, is_reset=True)
        if cut := call.has_fault(FaultKind.CUT):
            whole = written(answer.body)
            return replace(answer, raw=whole[: len(whole) * 2 // 3 if cut.byte is None else cut.byte])
        return replace(answer, is_dripping=call.has_fault(FaultKind.DRIP) is not None)

    def _instead(self, call: Call, fault: Fault, mailbox: str) -> Answer | None:
        """What a fault sends instead of the real answer, None when it leaves the answer alone."""
        match fault.kind:
            case FaultKind.THROTTLED:
                return self._throttled(call, mailbox, fault.retry_after)
            case FaultKind.UNAVAILABLE:
                return Answer(504 if fault.status == 504 else 503, raw=b"")
            case FaultKind.HTML:
                return Answer(502 if fault.status == 502 else 200, raw=_HTML, content_type="text/html; charset=utf-8")
            case FaultKind.RESET:
                return Answer(0, is_reset=True)
            case FaultKind.UNAUTHORISED:
                return _unauthorised().answer(call)
            case FaultKind.REFUSED:
                expiry = Expiry(fault.status, fault.code, fault.with_location)
                return expired(f"{call.origin}/{call.path}", expiry, call.query.get("$select", "")).answer(call)
        return None

    def _throttled(self, call: Call, mailbox: str, retry_after: str | None) -> Answer:
        message = "Application is over its MailboxConcurrency limit."
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        with suppress(ValueError):
            self._traffic.silence(mailbox, float(retry_after or ""))
        return GraphError(429, "ApplicationThrottled", message, headers=headers).answer(call)

    # Batches

    def _batch(self, call: Call) -> Answer:
        """Members run together: they count as simultaneous requests of their mailbox; answers come last first."""
        calls = _members(call)
        mailboxes = {name: self._mailbox_id(member) for name, (member, _) in calls.items()}
        running = {name: self._traffic.begin(mailbox) for name, mailbox in mailboxes.items()}
        answers: dict[str, Answer] = {}
        try:
            for name, (member, depends_on) in calls.items():
                if any(answers[other].status >= 400 for other in depends_on):
                    message = "The request failed because a request it depends on failed."
                    answers[name] = GraphError(424, "FailedDependency", message).answer(member)
                else:
                    answers[name] = self._one(member, mailboxes[name], running[name])
        finally:
            for mailbox in mailboxes.values():
                self._traffic.end(mailbox)
        self._traffic.note("POST", "$batch", "", 200)
        responses = [_member_answer(name, answer) for name, answer in reversed(answers.items())]
        return Answer(body={"responses": responses})


def _unauthorised() -> GraphError:
    return GraphError(
        401,
        "InvalidAuthenticationToken",
        "Access token is empty, expired or of another audience.",
        headers={"WWW-Authenticate": 'Bearer realm="", authorization_uri="https://localhost/common/oauth2/authorize"'},
    )


def _members(call: Call) -> dict[str, tuple[Call, list[str]]]:
    """The calls of a batch by id, each with the ids it depends on (only on earlier ones)."""
    requests = call.body.get("requests") if isinstance(call.body, dict) else None
    if not isinstance(requests, list) or not requests:
        raise bad_request("Invalid batch payload format.")
    if len(requests) > _MOST_IN_BATCH:
        raise bad_request("Number of batch requests exceeds the limit of 20.", code="MaximumValueExceeded")
    found: dict[str, tuple[Call, list[str]]] = {}
    for entry in requests:
        if not isinstance(entry, dict) or not all(isinstance(entry.get(k), str) for k in ("id", "method", "url")):
            raise bad_request("Invalid batch payload format.")
        depends_on = entry.get("dependsOn", [])
        if entry["id"] in found or not entry["url"].startswith("/") or any(o not in found for o in depends_on):
            raise bad_request("Invalid batch payload: ids are unique, URLs relative, dependencies earlier.")
        path, _, query = entry["url"].partition("?")
        member = replace(
            call,
            method=entry["method"].upper(),
            path=plain_path(unquote(path)),
            query=query_of(query),
            headers={name.lower(): value for name, value in entry.get("headers", {}).items()},
            body=entry.get("body"),
        )
        found[entry["id"]] = (member, depends_on)
    return found


def _member_answer(name: str, answer: Answer) -> Json:
    status = 503 if answer.is_reset else answer.status
    member: Json = {"id": name, "status": status, "headers": {"Content-Type": "application/json", **answer.headers}}
    if answer.body is not None and answer.raw is None:
        member["body"] = answer.body
    return member
