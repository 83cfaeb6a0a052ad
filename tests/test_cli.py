"""The command line as a person meets it: help that teaches, errors with the next step, exit codes."""

import gzip
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from free_port import free_port
from waiting import until

from relationship.cli import main
from simulator.demo_world import generate, write_world

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 6, 17, 7, 0, tzinfo=UTC)


def relationship(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RELATIONSHIP_")}
    command = [sys.executable, "-m", "relationship.cli", *words]
    return subprocess.run(
        command, cwd=cwd, env={**clean, **environment}, capture_output=True, text=True, timeout=200, check=False
    )


@pytest.fixture(scope="session")
def tiny_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("worlds") / "tiny"
    write_world(generate(now=NOW, scale=0.1), folder)
    return folder


def test_help_names_every_command_and_where_to_begin():
    text = CliRunner().invoke(main, ["--help"]).output
    for command in main.commands:
        assert command in text
    assert "Just looking?" in text


def test_help_is_there_at_once():
    start = time.process_time()
    children = os.times().children_user
    subprocess.run([sys.executable, "-m", "relationship.cli", "--help"], capture_output=True, check=True)
    assert os.times().children_user - children + time.process_time() - start < 1.5
    loaded = "import sys, relationship.cli; print(sorted({'numpy', 'sqlmodel', 'flask', 'msal'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_every_command_has_its_own_help():
    for name in main.commands:
        result = CliRunner().invoke(main, [name, "--help"])
        assert result.exit_code == 0
        assert len(result.output.splitlines()) > 3


@pytest.mark.parametrize("group", [[], ["audit"], ["crm"], ["learn"]], ids=lambda words: " ".join(words) or "all")
def test_in_the_list_of_commands_every_line_stands_whole(group: list[str]):
    listed = CliRunner().invoke(main, [*group, "--help"]).output.partition("Commands:")[2]
    assert listed
    assert "..." not in listed


@pytest.mark.parametrize("what", ["churn", "attrition"])
def test_a_history_too_small_to_learn_from_is_no_fault(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["learn", what])
    assert (result.exit_code, "Not enough: " in result.output) == (0, True)


@pytest.mark.parametrize("command", ["serve", "demo", "simulate"])
def test_a_port_that_cannot_be_is_refused(command: str):
    result = CliRunner().invoke(main, [command, "--port", "99999"])
    assert (result.exit_code, "65535" in result.output) == (2, True)


@pytest.mark.slow
def test_one_command_reads_rates_and_says_the_result(tmp_path: Path, tiny_world: Path):
    done = relationship("demo", "--no-serve", "--world", str(tiny_world), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Open opportunities:" in done.stderr
    assert "good" in done.stderr
    assert done.stdout == ""


@pytest.mark.slow
def test_the_demo_that_is_told_to_end_takes_the_simulated_organisation_with_it(tmp_path: Path, tiny_world: Path):
    command = [sys.executable, "-m", "relationship.cli", "demo", "--world", str(tiny_world), "--port", str(free_port())]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RELATIONSHIP_")}
    with subprocess.Popen(
        command, cwd=tmp_path, env=clean, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as demo:
        assert any("Ready after" in line for line in demo.stderr or ())
        demo.terminate()
        demo.wait(timeout=60)
    with pytest.raises(ProcessLookupError):
        os.killpg(demo.pid, 0)


@pytest.mark.slow
def test_the_demo_refuses_a_world_with_a_fault_in_one_sentence(tmp_path: Path, tiny_world: Path):
    broken = tmp_path / "broken"
    shutil.copytree(tiny_world, broken)
    with gzip.open(broken / "people.csv.gz", "at", encoding="utf-8") as people:
        people.write("p99999,x@x.example,Somebody,stranger,,,\n")
    done = relationship("demo", "--no-serve", "--world", str(broken), cwd=tmp_path)
    assert done.returncode == 78
    assert "people.csv.gz" in done.stderr
    assert "side" in done.stderr
    assert "Next step:" in done.stderr
    assert "Traceback" not in done.stderr
    assert "x@x.example" not in done.stderr


def test_the_demo_says_when_the_world_is_missing(tmp_path: Path):
    done = relationship("demo", "--no-serve", "--world", "nowhere", cwd=tmp_path)
    assert done.returncode == 78
    assert "Next step:" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_says_when_the_moment_is_none(tmp_path: Path):
    done = relationship("demo", "--no-serve", "--now", "yesterday", cwd=tmp_path)
    assert done.returncode == 78
    assert "2026-06-17T09:00:00Z" in done.stderr


def test_without_settings_the_sync_says_what_is_missing(tmp_path: Path):
    done = relationship("sync", "--once", cwd=tmp_path)
    assert done.returncode == 78
    assert "RELATIONSHIP_" in done.stderr
    assert "Next step:" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_simulated_organisation_does_not_start_in_production(tmp_path: Path, tiny_world: Path):
    done = relationship("simulate", "--world", str(tiny_world), cwd=tmp_path, RELATIONSHIP_MODE="production")
    assert done.returncode == 78
    assert "demo" in done.stderr


@pytest.mark.slow
def test_each_command_works_against_a_running_organisation(tmp_path: Path, tiny_world: Path):
    """Two terminals: `relationship simulate` in one, sync, rate, status and dump in the other."""
    ready = tmp_path / "ready.json"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RELATIONSHIP_")}
    command = ["simulate", "--world", str(tiny_world), "--port", "0", "--ready-file", str(ready)]
    organisation = subprocess.Popen(
        [sys.executable, "-m", "relationship.cli", *command],
        cwd=tmp_path,
        env={**clean, "RELATIONSHIP_MODE": "demo"},
        stderr=subprocess.DEVNULL,
    )
    try:
        assert until(lambda: ready.exists() or organisation.poll() is not None)
        reach = json.loads(ready.read_text(encoding="utf-8"))
        names = ["authority_url", "msgraph_url", "dataverse_url", "tenant_id", "client_id", "client_secret", "ca_file"]
        settings = {f"RELATIONSHIP_{name.upper()}": reach[name] for name in names}
        settings |= {"RELATIONSHIP_MODE": "demo", "RELATIONSHIP_NOW": NOW.isoformat()}

        off = relationship("sync", "--once", cwd=tmp_path, **settings)
        assert off.returncode == 69
        assert "relationship scope" in off.stderr
        allowed = relationship("scope", "--everyone", "--consulted-on", "2026-06-01", cwd=tmp_path, **settings)
        assert "Reading is on" in allowed.stderr

        first = relationship("sync", "--once", cwd=tmp_path, **settings)
        assert first.returncode == 0, first.stderr
        assert relationship("rate", cwd=tmp_path, **settings).returncode == 0
        assert relationship("status", cwd=tmp_path, **settings).returncode == 0
        dumped = relationship("dump", cwd=tmp_path, **settings).stdout
        assert '["health","opportunity"' in dumped

        again = relationship("sync", "--once", cwd=tmp_path, **settings)
        assert "0 were written" in again.stderr
        assert relationship("dump", cwd=tmp_path, **settings).stdout == dumped

        wrong = relationship("sync", "--once", cwd=tmp_path, **{**settings, "RELATIONSHIP_CLIENT_SECRET": "canary"})
        assert wrong.returncode == 77
        assert "Next step:" in wrong.stderr
        assert "canary" not in wrong.stderr
    finally:
        organisation.terminate()
        organisation.wait(timeout=30)
