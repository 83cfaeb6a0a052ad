"""Files of alerts go to a real SFTP server: whole, once, only to the one whose key is known, and away again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alert_builders import about, all_alerts, hears, owned, rule, run, switch_on
from free_port import free_port
from outbox.outbox_bench import Bench, config
from sftp_server import USER, Server, line, new_key

from relationship.desk import decide_alert, told_alerts
from relationship.desk.deliver import Delivered, Ways, ways
from relationship.desk.erase import erase
from relationship.desk.told_alerts import Told
from relationship.errors import BadItem, RelationshipError
from relationship.store.alerts.alerts import State
from relationship.sync.checks import file_checks
from relationship.sync.checks.findings import Mark
from relationship.sync.outward.sftp import SftpFolder

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
THREAT = "Nous allons résilier notre contrat."
UNA = "una@nordlys.example"
ANOTHER_KIND = (
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBI5TO2+g"
    "v3tGJbswZnwB+2B++fi4qA/vWzAGKHAxh7Kjc+sdveAzGDZtBp+DpvWQAFPHNjPLBBshxV4ahsH0ALQ="
)
# A text that would be a path, a command, a formula and the end of the file's own form.
HOSTILE = f'{THREAT} ../../etc/passwd; rm -rf / =1+1 "}}], {{ <script>\nput evil'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    root = tmp_path / "remote"
    (root / "alertes").mkdir(parents=True)
    found = Server(root, new_key(tmp_path / "host"), new_key(tmp_path / "ours"))
    with found.up():
        yield found


def settings(server: Server, **changes: Any) -> dict[str, Any]:
    usual = {
        "alert_sftp": f"sftp://{USER}@127.0.0.1:{server.port}/alertes",
        "alert_sftp_key": server.root.parent / "ours",
        "alert_sftp_host_key": line(server.host_key),
    }
    return usual | changes


def raised(bench: Bench, server: Server, *texts: str, **changes: Any) -> None:
    object.__setattr__(bench.house, "config", config(**settings(server, **changes)))
    owned(bench)
    switch_on(bench, rule(about("threat"), folder=True))
    for text in texts:
        hears(bench, text, address=UNA)
    run(bench)


def leave(bench: Bench) -> Delivered:
    return bench.drain(files=ways(bench.house, None).files)


def file_of(bench: Bench, number: int) -> Told:
    with bench.house.store.reading() as conn:
        (found,) = [one for one in told_alerts.told(conn, number) if one.target == "folder"]
    return found


def there(server: Server) -> list[str]:
    return sorted(path.name for path in (server.root / "alertes").iterdir())


@pytest.mark.parametrize("plain", [False, True], ids=["one step", "two steps"])
def test_an_alert_arrives_whole_under_its_name_and_the_same_again(bench: Bench, server: Server, plain: bool) -> None:
    server.plain = plain
    raised(bench, server, HOSTILE)
    (alert,) = all_alerts(bench)
    assert file_of(bench, alert.id).state == "queued"
    assert there(server) == []
    assert leave(bench).sent == 1
    assert file_of(bench, alert.id).state == "left"
    name = f"alert-{alert.id}.json"
    assert there(server) == [name]
    written = (server.root / "alertes" / name).read_bytes()
    assert json.loads(written)["verbatim"]["text"] == alert.text
    assert server.asked[0] == f"write /alertes/.{name}.part"
    assert server.asked[-1] == f"rename /alertes/{name}"
    folder = SftpFolder(bench.house.config)
    folder.put(name, written)
    folder.put(name, written)
    folder.close()
    assert there(server) == [name]
    assert (server.root / "alertes" / name).read_bytes() == written
    assert run(bench) == 0
    assert leave(bench).sent == 0


def test_a_server_with_another_key_gets_nothing_not_even_a_name(bench: Bench, server: Server, tmp_path: Path) -> None:
    raised(bench, server, THREAT, alert_sftp_host_key=line(new_key(tmp_path / "other")))
    assert leave(bench).failed == 1
    found = file_of(bench, all_alerts(bench)[0].id)
    assert (found.state, found.code) == ("failed", "sftp_host_key")
    assert (there(server), server.asked, server.signed_in) == ([], [], 0)
    assert [one.mark for one in file_checks.examine(bench.house.config)] == [Mark.BAD]
    for known, code in ((ANOTHER_KIND, "sftp_host_key"), (line(server.host_key), "")):
        assert _refusal(SftpFolder(config(**settings(server, alert_sftp_host_key=known)))) == code


def test_what_a_server_that_is_away_did_not_get_arrives_later_once(bench: Bench, server: Server) -> None:
    elsewhere = free_port()
    raised(bench, server, THREAT, alert_sftp=f"sftp://{USER}@127.0.0.1:{elsewhere}/alertes")
    (alert,) = all_alerts(bench)
    assert leave(bench).failed == 1
    assert (file_of(bench, alert.id).state, file_of(bench, alert.id).code) == ("failed", "sftp_unreachable")
    assert leave(bench).failed == 0  # it pauses
    server.port = elsewhere
    with server.up():
        bench.wait(minutes=5)
        assert leave(bench).sent == 1
        assert leave(bench).sent == 0
    assert file_of(bench, alert.id).state == "left"
    assert there(server) == [f"alert-{alert.id}.json"]
    assert len([one for one in server.asked if one.startswith("write")]) == 1


def test_what_stays_in_vain_is_given_up_with_its_reason(bench: Bench, server: Server) -> None:
    raised(bench, server, THREAT, alert_sftp=f"sftp://{USER}@127.0.0.1:{server.port}/nowhere")
    for _ in range(12):
        leave(bench)
        bench.wait(hours=7)
    found = file_of(bench, all_alerts(bench)[0].id)
    assert (found.state, found.code) == ("given_up", "sftp_folder")


def test_a_key_that_is_not_let_in_and_one_that_is_none_are_told(bench: Bench, server: Server, tmp_path: Path) -> None:
    new_key(tmp_path / "unknown")
    (tmp_path / "broken").write_text("no key")
    names = ("unknown", "broken", "missing")
    codes = [_refusal(SftpFolder(config(**settings(server, alert_sftp_key=tmp_path / name)))) for name in names]
    assert codes == ["sftp_refuses_key", "sftp_key_unreadable", "sftp_key_unreadable"]


def test_the_doctor_finds_the_folder_well(bench: Bench, server: Server) -> None:
    assert [one.mark for one in file_checks.examine(config(**settings(server)))] == [Mark.GOOD]
    assert list(file_checks.examine(config())) == []


def test_what_was_handled_before_it_left_does_not_leave(bench: Bench, server: Server) -> None:
    raised(bench, server, THREAT)
    (alert,) = all_alerts(bench)
    decide_alert.decide(bench.house, alert.id, State.HANDLED, by=("anne", "Anne"), at=bench.now())
    assert leave(bench).sent == 0
    assert file_of(bench, alert.id).state == "dropped"
    assert there(server) == []


def test_the_files_of_a_person_who_is_erased_go_from_the_server(bench: Bench, server: Server) -> None:
    raised(bench, server, f"{THREAT} Un.", f"{THREAT} Deux.")
    assert leave(bench).sent == 2
    assert len(there(server)) == 2
    erase(bench.house, UNA, by="anne")
    bench.time[0] = datetime.now(UTC) + timedelta(minutes=5)  # what is removed waits in real time
    assert leave(bench).sent == 2
    assert there(server) == []


def test_only_names_of_our_own_are_written(bench: Bench, server: Server) -> None:
    folder = SftpFolder(config(**settings(server)))
    for name in ("../alert-1.json", "a/b", ".hidden", "", "alert\n1", "a" * 200):
        with pytest.raises(BadItem):
            folder.put(name, b"")
    assert server.asked == []


def test_nothing_loads_the_library_before_it_is_used(bench: Bench) -> None:
    code = "import sys, relationship.sync.outward.sftp; sys.exit('paramiko' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert Ways().kinds == ()


def _refusal(folder: SftpFolder) -> str:
    """The code with which the look at a folder ends, '' for none."""
    try:
        folder.look()
    except RelationshipError as error:
        return error.code
    finally:
        folder.close()
    return ""
