"""Change notifications of the simulated organisation over real sockets, as the contract describes them."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from simulated import NOW, HttpsGraph, Validate
from waiting import PATIENCE_SECONDS, until

from simulator.subscriptions import Delivery


@dataclass
class Receiver:
    """An endpoint for notifications on loopback.

    answer: status of the next answers to notifications; answers: they wait until it is set
    """

    url: str = ""
    tokens: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    echo: Callable[[str], str] = str
    content_type: str = "text/plain"
    answer: int = 202
    answers: threading.Event = field(default_factory=threading.Event)

    @property
    def items(self) -> list[dict[str, Any]]:
        return [item for body in self.bodies for item in body["value"]]

    def wait_for(self, count: int, *, seconds: float = PATIENCE_SECONDS) -> list[dict[str, Any]]:
        until(lambda: len(self.items) >= count, seconds=seconds)
        return self.items


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    found.answers.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            tokens = parse_qs(urlsplit(self.path).query).get("validationToken")
            if tokens:
                found.tokens.append(tokens[0])
                self.reply(200, found.echo(tokens[0]).encode())
            else:
                found.answers.wait()
                found.bodies.append(json.loads(body))
                self.reply(found.answer, b"")

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", found.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield found
    found.answers.set()
    server.shutdown()
    server.server_close()
    thread.join()


def wish(receiver: Receiver, resource: str = "users/ines@fjord.example/messages", **changes: Any) -> dict[str, Any]:
    until = datetime.now(UTC) + timedelta(hours=5)
    body = {
        "changeType": "created,updated,deleted",
        "notificationUrl": f"{receiver.url}/notify",
        "lifecycleNotificationUrl": f"{receiver.url}/lifecycle",
        "resource": resource,
        "expirationDateTime": until.isoformat(),
        "clientState": "s3cr3t",
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


def post(graph: HttpsGraph, body: dict[str, Any]) -> requests.Response:
    return graph.session.post(f"{graph.running.msgraph_url}/subscriptions", json=body, timeout=15)


def subscribed(graph: HttpsGraph, receiver: Receiver, resource: str = "users/ines@fjord.example/messages") -> str:
    answer = post(graph, wish(receiver, resource))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_both_addresses_are_asked_for_the_token_before_the_answer(graph: HttpsGraph, receiver: Receiver):
    answer = post(graph, wish(receiver))
    assert (answer.status_code, len(receiver.tokens)) == (201, 2)
    assert answer.json()["clientState"] == "s3cr3t"
    assert " " in receiver.tokens[0]


def test_a_token_may_hold_markup_and_signs(graph: HttpsGraph, receiver: Receiver):
    graph.running.services.msgraph.subscriptions.delivery = Delivery(token="<script>à & b</script> +%20 é")
    assert post(graph, wish(receiver)).status_code == 201
    assert receiver.tokens[0] == "<script>à & b</script> +%20 é"


@pytest.mark.parametrize("fault", ["escaped", "html", "nobody"])
def test_a_handshake_that_fails_refuses_the_subscription(graph: HttpsGraph, receiver: Receiver, fault: str):
    changes = {}
    if fault == "escaped":
        receiver.echo = lambda token: token.replace(" ", "+")
    elif fault == "html":
        receiver.content_type = "text/html"
    else:
        changes["notificationUrl"] = "http://127.0.0.1:9/"
    answer = post(graph, wish(receiver, **changes))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ValidationError")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"resource": "users/ines@fjord.example/contacts"}, 400),
        ({"resource": "users/nobody@fjord.example/messages"}, 404),
        ({"resource": "users/ines@fjord.example/mailFolders('nowhere')/messages"}, 404),
        ({"changeType": "moved"}, 400),
        ({"changeType": None}, 400),
        ({"clientState": "x" * 129}, 400),
        ({"notificationUrl": "https://elsewhere.example/"}, 400),
        ({"lifecycleNotificationUrl": None}, 400),
        ({"includeResourceData": True}, 400),
        ({"expirationDateTime": "2020-01-01T00:00:00Z"}, 400),
        ({"expirationDateTime": "tomorrow"}, 400),
        ({"expirationDateTime": "2090-01-01T00:00:00Z"}, 400),
    ],
)
def test_a_wish_the_service_would_not_grant_is_refused(
    graph: HttpsGraph, receiver: Receiver, changes: dict[str, Any], status: int
):
    assert post(graph, wish(receiver, **changes)).status_code == status


def test_mail_meetings_tasks_and_calls_are_notified(graph: HttpsGraph, receiver: Receiver):
    organisation = graph.running.organisation
    where = organisation.tasks.of("ines").find("defaultList").id
    for resource in (
        "users/ines@fjord.example/mailFolders('inbox')/messages", "users/ines@fjord.example/events",
        f"users/ines@fjord.example/todo/lists/{where}/tasks", "communications/callRecords", "users",
    ):  # fmt: skip
        subscribed(graph, receiver, resource)
    organisation.deliver("tor", ["ines"])
    organisation.calendars.arrange("tor", ["ines"], at=NOW)
    organisation.tasks.add("ines", "Rappeler")
    organisation.calls.record_call("ines", ["tor"], at=NOW)
    organisation.disable_user("zoe")
    items = receiver.wait_for(5)
    told = {(item["resourceData"]["@odata.type"], item["changeType"]) for item in items}
    assert told == {
        ("#Microsoft.Graph.Message", "created"), ("#Microsoft.Graph.Event", "created"),
        ("#Microsoft.Graph.todoTask", "created"), ("#microsoft.graph.callrecord", "created"),
        ("#Microsoft.Graph.User", "updated"),
    }  # fmt: skip
    assert all(item["clientState"] == "s3cr3t" for item in items)
    message = next(item for item in items if "Messages" in item["resource"])
    assert message["resource"].startswith(f"Users/{organisation.user('ines').id}/Messages/AAMk")


def test_what_is_sent_and_answered_fits_the_schema(graph: HttpsGraph, receiver: Receiver, validate: Validate):
    made = post(graph, wish(receiver)).json()
    validate("microsoft.graph.subscription", made)
    validate("microsoft.graph.subscriptionPage", graph.get("/subscriptions").json())
    graph.running.organisation.deliver("tor", ["ines"])
    receiver.wait_for(1)
    graph.running.services.msgraph.subscriptions.tell_lifecycle("missed")
    receiver.wait_for(2)
    for body in receiver.bodies:
        validate("microsoft.graph.changeNotificationCollection", body)


def test_created_updated_and_deleted_are_told_apart_and_only_if_wished(graph: HttpsGraph, receiver: Receiver):
    assert post(graph, wish(receiver, changeType="updated,deleted")).status_code == 201
    organisation = graph.running.organisation
    sent = organisation.deliver("tor", ["ines"])
    organisation.mark_read(sent.id, "ines")
    organisation.delete_mail(sent.id, "ines")
    assert [item["changeType"] for item in receiver.wait_for(2)] == ["updated", "deleted"]


def test_notifications_may_come_three_times_and_updates_before_creations(graph: HttpsGraph, receiver: Receiver):
    subscribed(graph, receiver)
    graph.running.services.msgraph.subscriptions.delivery = Delivery(times=3, backwards=True)
    graph.running.organisation.deliver("tor", ["ines"])
    assert [item["changeType"] for item in receiver.wait_for(6)] == ["updated", "created"] * 3


def test_notifications_may_be_lost_or_late(graph: HttpsGraph, receiver: Receiver):
    subscribed(graph, receiver)
    delivery = graph.running.services.msgraph.subscriptions.delivery = Delivery(dropped=1, delay_seconds=0.5)
    organisation = graph.running.organisation
    organisation.deliver("tor", ["ines"])
    until(lambda: delivery.dropped == 0)
    began = time.monotonic()
    organisation.deliver("tor", ["ines"])
    assert len(receiver.wait_for(1)) == 1
    assert time.monotonic() - began >= 0.5
    assert len(receiver.wait_for(2, seconds=0.5)) == 1


@pytest.mark.parametrize("how", ["wrong", "missing", "foreign"])
def test_forged_items_travel_among_good_ones(graph: HttpsGraph, receiver: Receiver, how: str):
    name = subscribed(graph, receiver)
    graph.running.services.msgraph.subscriptions.delivery = Delivery(forged=1, forged_as=how)
    graph.running.organisation.deliver("tor", ["ines"])
    items = receiver.wait_for(2)
    tenant = graph.running.tenant_id
    good = [i for i in items if (i["subscriptionId"], i.get("clientState"), i["tenantId"]) == (name, "s3cr3t", tenant)]
    assert (len(items), len(good), len(receiver.bodies)) == (2, 1, 1)


def test_lifecycle_events_come_together_and_a_removed_subscription_is_gone(graph: HttpsGraph, receiver: Receiver):
    name = subscribed(graph, receiver)
    subscriptions = graph.running.services.msgraph.subscriptions
    subscriptions.tell_lifecycle("missed", "reauthorizationRequired", "subscriptionRemoved")
    items = receiver.wait_for(3)
    assert [item["lifecycleEvent"] for item in items] == ["missed", "reauthorizationRequired", "subscriptionRemoved"]
    assert len(receiver.bodies) == 1
    assert graph.get(f"/subscriptions/{name}").status_code == 404


def test_a_subscription_is_renewed_reauthorised_listed_and_ended(graph: HttpsGraph, receiver: Receiver):
    name = subscribed(graph, receiver)
    url = f"{graph.running.msgraph_url}/subscriptions/{name}"
    until = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    renewed = graph.session.patch(url, json={"expirationDateTime": until.isoformat()}, timeout=5)
    assert datetime.fromisoformat(renewed.json()["expirationDateTime"]) == until
    short = graph.session.patch(
        url, json={"expirationDateTime": (datetime.now(UTC) + timedelta(minutes=1)).isoformat()}, timeout=5
    )
    assert datetime.fromisoformat(short.json()["expirationDateTime"]) > datetime.now(UTC) + timedelta(minutes=44)
    assert graph.session.post(f"{url}/reauthorize", timeout=5).status_code == 204
    assert [row["id"] for row in graph.get("/subscriptions").json()["value"]] == [name]
    assert graph.session.delete(url, timeout=5).status_code == 204
    assert graph.get("/subscriptions").json()["value"] == []


def test_an_expired_subscription_is_gone_without_a_word(graph: HttpsGraph, receiver: Receiver):
    name = subscribed(graph, receiver)
    subscriptions = graph.running.services.msgraph.subscriptions
    subscriptions.clock = lambda: datetime.now(UTC) + timedelta(hours=6)
    graph.running.organisation.deliver("tor", ["ines"])
    assert receiver.wait_for(1, seconds=0.3) == []
    assert graph.get(f"/subscriptions/{name}").status_code == 404


def test_an_endpoint_that_fails_is_tried_again_and_never_holds_up_the_organisation(
    graph: HttpsGraph, receiver: Receiver
):
    subscribed(graph, receiver)
    receiver.answer = 500
    receiver.answers.clear()
    for _ in range(20):
        graph.running.organisation.deliver("tor", ["ines"])
    assert receiver.bodies == []
    receiver.answers.set()
    receiver.wait_for(1)
    receiver.answer = 202
    until(lambda: len(receiver.bodies) >= 2)
    assert receiver.bodies[0] == receiver.bodies[1]


def test_a_subscription_needs_the_right_to_read_what_it_watches(graph: HttpsGraph, receiver: Receiver):
    graph.running.services.registration.roles = ("User.Read.All",)
    graph.session.headers["Authorization"] = f"Bearer {graph.token('https://graph.microsoft.com/.default')}"
    assert post(graph, wish(receiver)).status_code == 403
    assert post(graph, wish(receiver, "users")).status_code == 201
