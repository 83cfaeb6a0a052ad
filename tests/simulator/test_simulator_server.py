"""Starting, steering and ending the simulated organisation."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from simulated import HttpsGraph, world
from waiting import until

from relationship.errors import FixSettings
from simulator.server import Running, start

SENT = "/users/ines@fjord.example/mailFolders/sentitems/messages/delta"


@pytest.mark.parametrize("mode", ["production", "", None])
def test_it_does_not_start_outside_demo_and_test(monkeypatch: pytest.MonkeyPatch, mode: str | None):
    if mode is None:
        monkeypatch.delenv("RELATIONSHIP_MODE")
    else:
        monkeypatch.setenv("RELATIONSHIP_MODE", mode)
    with pytest.raises(FixSettings, match="outside demo and test"), start(world()):
        pass


def test_a_taken_port_is_named():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(FixSettings, match=f"Port {port}"), start(world(), port=port):
            pass


def test_it_listens_on_loopback_only(running: Running):
    port = int(running.authority_url.rpartition(":")[2])
    with socket.socket() as outside:
        outside.settimeout(1)
        assert outside.connect_ex(("127.0.0.2", port)) != 0


def test_connections_are_kept_alive(graph: HttpsGraph):
    for _ in range(5):
        answer = graph.get("/users")
        assert answer.headers.get("Connection", "keep-alive").lower() != "close"
    [pool] = graph.session.get_adapter("https://").poolmanager.pools._container.values()
    assert pool.num_connections == 1


def steer(graph: HttpsGraph, act: str, **arguments: object) -> requests.Response:
    headers = {"X-Simulator-Key": graph.running.control_key}
    return graph.session.post(f"{graph.running.control}/{act}", json=arguments, headers=headers, timeout=10)


def test_another_process_steers_it_with_the_control_key(graph: HttpsGraph):
    link = graph.get(SENT).json()["@odata.deltaLink"]
    made = steer(graph, "deliver", sender="ines", to=["tor"], at="2026-06-16T09:00:00Z").json()["result"]
    [row] = graph.get(link).json()["value"]
    assert row["internetMessageId"] == f"<{made['id']}@fjord.example>"
    assert row["sentDateTime"] == "2026-06-16T09:00:00Z"
    assert made["id"] in [found["id"] for found in steer(graph, "truth").json()["result"]]


@pytest.mark.parametrize(
    ("act", "arguments"),
    [
        ("deliver_again", {"mail_id": "m1", "key": "omar"}),
        ("move", {"mail_id": "m1", "key": "ines", "folder": "archive"}),
        ("edit", {"mail_id": "m1", "cc": ["zoe"], "at": "2026-06-01T00:00:00Z"}),
        ("mark_read", {"mail_id": "m1", "key": "ines", "times": 3}),
        ("delete_mail", {"mail_id": "m1"}),
        ("save_draft", {"sender": "ines", "to": ["tor"]}),
        ("send_draft", {"mail_id": "draft"}),
        ("new_folder", {"key": "ines", "name": "Salons"}),
        ("rename_folder", {"key": "ines", "folder": "Clients", "name": "Clientes"}),
        ("nest_folder", {"key": "ines", "folder": "Clients", "parent": "archive"}),
        ("delete_folder", {"key": "ines", "folder": "Clients"}),
        ("new_user", {"name": "Ada Lind", "email": "ada@fjord.example"}),
        ("disable_user", {"key": "omar"}),
        ("remove_user", {"key": "zoe"}),
        ("set_mailbox", {"key": "omar", "state": "unavailable"}),
        ("expire_tokens", {"how": {"status": 400, "code": "syncStateNotFound"}}),
        ("order_faults", {"faults": [{"kind": "throttled", "retry_after": "2.5"}]}),
        ("clear_faults", {}),
        ("traffic", {}),
        ("clear_traffic", {}),
        ("set_now", {"at": "2026-07-01T00:00:00Z"}),
        ("expire_secret", {}),
        ("set_consent", {"given": False}),
    ],
)
def test_every_act_can_be_asked_for_from_outside(graph: HttpsGraph, act: str, arguments: dict[str, object]):
    answer = steer(graph, act, **arguments)
    assert answer.status_code == 200, answer.text
    assert "result" in answer.json()


def test_a_wrong_act_or_argument_is_explained(graph: HttpsGraph):
    assert "deliver" in steer(graph, "dance").json()["acts"]
    assert steer(graph, "deliver", whom="ines").status_code == 400
    assert steer(graph, "set_mailbox", key="ines", state="sleepy").status_code == 400
    assert steer(graph, "delete_mail", mail_id="m99").status_code == 404


def test_without_the_control_key_there_is_nothing(graph: HttpsGraph):
    for key in ("", "guess"):
        answer = graph.session.post(f"{graph.running.control}/traffic", headers={"X-Simulator-Key": key}, timeout=10)
        assert answer.status_code == 404


def test_dataverse_requests_are_counted_too(graph: HttpsGraph):
    graph.session.get(f"{graph.running.dataverse_url}/api/data/v9.2/accounts", timeout=10)
    assert graph.running.services.traffic.by_path["api/data/v9.2/accounts"] == 1


SERVING = """
import sys; from pathlib import Path
sys.path.insert(0, sys.argv[1])
from simulated import world
from simulator.server import serve
serve(world(), ready_file=Path(sys.argv[2]))
"""


def test_it_serves_as_a_process_of_its_own_until_it_is_told_to_end(tmp_path: Path):
    ready = tmp_path / "ready.json"
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": str(here.parents[1])}
    command = [sys.executable, "-c", SERVING, str(here), str(ready)]
    with subprocess.Popen(command, env=environment) as process:
        assert until(lambda: ready.exists() or process.poll() is not None)
        told = json.loads(ready.read_text(encoding="utf-8"))
        address = f"{told['authority_url']}/{told['tenant_id']}/v2.0/.well-known/openid-configuration"
        assert requests.get(address, verify=told["ca_file"], timeout=10).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert not Path(told["ca_file"]).exists()
