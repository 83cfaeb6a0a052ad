"""Ordered faults on the wire: each misbehaves as the real service is known to, at the request it was ordered for."""

import time

import pytest
import requests
from simulated import HttpsGraph

from simulator.faults import Fault, FaultKind, FaultPlan, seeded
from simulator.traffic import Traffic

SENT = "/users/ines@fjord.example/mailFolders/sentitems/messages/delta"


def order(graph: HttpsGraph, fault: Fault) -> None:
    graph.running.services.faults.add(fault)


@pytest.mark.parametrize("retry_after", ["3", "2.128", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", None])
def test_throttling_says_how_long_to_wait_or_does_not(graph: HttpsGraph, retry_after: str | None):
    order(graph, Fault(FaultKind.THROTTLED, retry_after=retry_after))
    answer = graph.get(SENT)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, retry_after)
    assert answer.json()["error"]["code"] == "ApplicationThrottled"
    assert graph.get(SENT).status_code == 200


def test_asking_again_before_the_wait_is_over_is_counted(graph: HttpsGraph):
    order(graph, Fault(FaultKind.THROTTLED, retry_after="60"))
    graph.get(SENT)
    graph.get("/users/omar@fjord.example/mailFolders")
    assert graph.running.services.traffic.too_early == 0
    graph.get(SENT)
    assert graph.running.services.traffic.too_early == 1


def test_unavailable_has_an_empty_body(graph: HttpsGraph):
    order(graph, Fault(FaultKind.UNAVAILABLE))
    answer = graph.get(SENT)
    assert (answer.status_code, answer.content) == (503, b"")


def test_an_html_page_may_come_with_status_200(graph: HttpsGraph):
    order(graph, Fault(FaultKind.HTML))
    answer = graph.get(SENT)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


def test_json_may_be_cut(graph: HttpsGraph):
    order(graph, Fault(FaultKind.CUT))
    answer = graph.get(SENT)
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_the_connection_may_be_reset_and_the_next_one_works(graph: HttpsGraph):
    more_than_the_server_has_threads = 20
    order(graph, Fault(FaultKind.RESET, times=more_than_the_server_has_threads))
    for _ in range(more_than_the_server_has_threads):
        with pytest.raises(requests.ConnectionError):
            graph.get(SENT)
    assert graph.get(SENT).status_code == 200


def test_a_token_may_stop_working_once(graph: HttpsGraph):
    order(graph, Fault(FaultKind.UNAUTHORISED))
    assert graph.get(SENT).status_code == 401
    assert graph.get(SENT).status_code == 200


@pytest.mark.parametrize(
    ("status", "code"), [(410, "SyncStateNotFound"), (400, "syncstateNOTFOUND"), (500, "ErrorCorruptData")]
)
def test_any_refusal_can_be_ordered(graph: HttpsGraph, status: int, code: str):
    order(graph, Fault(FaultKind.REFUSED, status=status, code=code))
    answer = graph.get(SENT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_place_may_expire_on_the_third_page_with_a_fresh_start(graph: HttpsGraph):
    order(graph, Fault(FaultKind.REFUSED, path="messages/delta$", first=3, with_location=True))
    link = "/users/omar@fjord.example/mailFolders/inbox/messages/delta?$select=subject"
    for _ in range(2):
        link = graph.get(link, prefer="odata.maxpagesize=2").json()["@odata.nextLink"]
    answer = graph.get(link, prefer="odata.maxpagesize=2")
    assert answer.status_code == 410
    assert graph.get(answer.headers["Location"]).json()["value"]


def test_a_body_may_drip(graph: HttpsGraph):
    order(graph, Fault(FaultKind.DRIP))
    began = time.monotonic()
    with graph.session.get(graph.running.msgraph_url + SENT, stream=True, timeout=10) as answer:
        assert next(answer.iter_content(1)) == b"{"
        assert next(answer.iter_content(1)) == b'"'
        assert time.monotonic() - began > 0.9


def test_a_page_may_lack_its_value(graph: HttpsGraph):
    order(graph, Fault(FaultKind.FORGOTTEN_VALUE))
    assert "value" not in graph.get(SENT).json()


def test_an_item_may_come_twice_with_another_etag(graph: HttpsGraph):
    order(graph, Fault(FaultKind.REPEATED_ITEM))
    first, again = graph.get(SENT).json()["value"]
    assert first["id"] == again["id"]
    assert first["@odata.etag"] != again["@odata.etag"]


def test_a_fault_strikes_only_the_mailbox_path_and_count_it_names():
    plan = FaultPlan()
    plan.add(Fault(FaultKind.HTML, path="messages/delta$", mailbox="u1", first=2, times=2))
    asked = [plan.due(path, mailbox) for path, mailbox in [
        ("users/u1/mailFolders/f/messages/delta", "u1"), ("users/u2/mailFolders/f/messages/delta", "u2"),
        ("users/u1/mailFolders/delta", "u1"), ("users/u1/mailFolders/f/messages/delta", "u1"),
        ("users/u1/mailFolders/f/messages/delta", "u1"), ("users/u1/mailFolders/f/messages/delta", "u1"),
    ]]  # fmt: skip
    assert [bool(faults) for faults in asked] == [False, False, False, True, True, False]


def test_a_plan_from_a_seed_is_always_the_same():
    assert seeded(7, count=9, within=50) == seeded(7, count=9, within=50)
    assert seeded(7, count=9, within=50) != seeded(8, count=9, within=50)


def test_traffic_counts_what_runs_at_once_per_mailbox():
    clock = [0.0]
    traffic = Traffic(lambda: clock[0])
    assert [traffic.begin("u1"), traffic.begin("u1"), traffic.begin("u2")] == [1, 2, 1]
    traffic.end("u1")
    assert traffic.begin("u1") == 2
    traffic.silence("u1", 5)
    clock[0] = 4.9
    traffic.begin("u1")
    clock[0] = 5.0
    traffic.begin("u1")
    assert traffic.summary()["too_early"] == 1
    assert traffic.most_at_once == {"u1": 4, "u2": 1}
