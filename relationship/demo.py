"""The demonstration: a simulated organisation, read through the real protocols, rated and shown."""

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from cryptography.fernet import Fernet

from relationship import logs
from relationship.config import Config, load_config
from relationship.desk.keep_moods import keep_moods
from relationship.errors import FixSettings, RelationshipError
from relationship.health.rules import Frequency
from relationship.house import House, open_house
from relationship.serving import orderly_end, port_is_free, serve_house
from relationship.store import rules
from relationship.store.ratings import ratings
from relationship.sync.outward import crm_columns
from relationship.sync.wire.connection import connect
from relationship.terminal.bringing_in import import_folder
from relationship.terminal.bringing_in_verbatims import import_survey
from relationship.terminal.console import stderr
from relationship.terminal.delivering import deliver
from relationship.terminal.rounds import past_scored, rated, sync
from relationship.terminal.seeding_acts import act_on_past_signals
from relationship.terminal.seeding_alerts import follow_rules, switch_rules_on
from relationship.terminal.seeding_contacts import change_primary_contacts
from relationship.terminal.writing_back import keep_written
from settings.rules import Feedback, HealthSection, Rules, Sources

log = structlog.get_logger()

FOLDER = Path("var/demo")
START_SECONDS = 180
# The columns of the simulated CRM follow the ratings within so many seconds.
WRITE_BACK_SECONDS = 3.0
SEGMENT_COLUMN = "new_segment"  # where the simulated CRM keeps the segment of an account
CRM_COLUMNS = "renewal=new_renewalon, arr=new_arr, competitor=new_competitor"
# A world that does not say how often one writes there is an archive: years of mail at a slow pace.
ARCHIVE_FREQUENCY = Frequency.MONTHLY


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked on the command line; None means: as the world says."""

    world: Path | None
    now: str | None
    port: int
    frequency: int | None
    database: str | None


def run(wishes: Wishes, *, serve: bool) -> None:
    """Simulate, sync, rate and (unless told otherwise) serve until interrupted."""
    os.environ["RELATIONSHIP_MODE"] = "demo"
    logs.configure(logging.WARNING)  # whoever looks at a demonstration reads addresses in the terminal, not events
    began = time.monotonic()
    if serve and not port_is_free("127.0.0.1", wishes.port):
        raise FixSettings(
            f"Port {wishes.port} is in use.",
            next_step=f"End the other program, or try: make demo DEMO='--port {wishes.port + 1}'",
            code="port_taken",
        )
    folder = wishes.world or _generated(FOLDER / "world", wishes.now)
    world = _described(folder)
    with orderly_end(), _simulated(folder, _address(wishes.port)) as reach:
        config = _config(wishes, world, reach)
        with open_house(config) as house:
            _save_rules(house, wishes.frequency or world.get("expected_frequency") or ARCHIVE_FREQUENCY, world)
            _provision(config)
            switch_rules_on(house)
            sync(house)
            import_folder(house, folder / "imports")
            import_survey(house, folder / "imports" / "verbatims.csv")
            rated(house)
            past_scored(house)
            change_primary_contacts(house)
            act_on_past_signals(house)
            follow_rules(house)
            keep_moods(house)
            _say_result(house)
            stderr.print(f"Ready after {time.monotonic() - began:.0f} s.")
            if serve:
                with _columns_following(house):
                    _serve(house, wishes.port, forms=f"{reach['sign_in_url']}/main.aspx")


def simulate(
    world: Path | None,
    *,
    port: int,
    sign_in_port: int,
    ready_file: Path | None,
    faults: Path | None = None,
    panel_url: str = "",
) -> None:
    """Only the simulated organisation, until interrupted."""
    from simulator.faults import FaultPlan
    from simulator.server import serve
    from simulator.world import load_world

    loaded = load_world(world or _generated(FOLDER / "world"))
    if ready_file is None:
        ready_file = FOLDER / "organisation.json"
        ready_file.parent.mkdir(parents=True, exist_ok=True)
    stderr.print(f"Simulating “{loaded.name}”; how to reach it stands in {ready_file}.", soft_wrap=True)
    stderr.print("Stop with Ctrl+C.")
    plan = FaultPlan.from_file(faults) if faults else None
    serve(loaded, port=port, sign_in_port=sign_in_port, ready_file=ready_file, faults=plan, panel_url=panel_url)


def _generated(folder: Path, now: str | None = None) -> Path:
    """The invented company, its story ending at `now`."""
    from simulator.demo_world import DEFAULT_NOW, generate, write_facts, write_voices, write_world

    stderr.print("Inventing a French company …")
    shutil.rmtree(folder, ignore_errors=True)
    world = generate(now=_moment(now) if now else DEFAULT_NOW)
    write_world(world, folder)
    write_facts(world, folder)
    write_voices(world, folder)
    return folder


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise FixSettings(
            f"--now {text!r} is not a moment with a time zone.",
            next_step="Write it like 2026-06-17T09:00:00Z.",
            code="bad_now",
        )
    return found


def _described(folder: Path) -> dict[str, Any]:
    """What world.json says; the simulator's own loader has the last word on whether it is right."""
    try:
        found = json.loads((folder / "world.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def _simulated(folder: Path, panel_url: str) -> Iterator[dict[str, str]]:
    """The simulated organisation as a process of its own; yields how to reach it."""
    ready = FOLDER / "organisation.json"
    ready.parent.mkdir(parents=True, exist_ok=True)
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "relationship.cli", "simulate", "--world", str(folder), "--port", "0"]
    process = subprocess.Popen([*command, "--ready-file", str(ready), "--panel", panel_url])
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready.exists():
            if process.poll() is not None:
                sys.exit(process.returncode or 1)  # it has said why
            if time.monotonic() > deadline:
                raise FixSettings(
                    f"The simulated organisation did not start within {START_SECONDS} seconds.",
                    next_step="Try a smaller world, or run `relationship simulate` to see why.",
                    code="simulator_slow",
                )
            time.sleep(0.05)
        yield json.loads(ready.read_text(encoding="utf-8"))
    finally:
        process.terminate()
        process.wait(timeout=30)


def _config(wishes: Wishes, world: dict[str, Any], reach: dict[str, str]) -> Config:
    database = FOLDER / "relationship.db"
    if wishes.database is None:
        for name in ("", "-wal", "-shm"):
            Path(f"{database}{name}").unlink(missing_ok=True)
    now = wishes.now or world.get("now") or datetime.now(UTC).isoformat()
    keys = (
        "authority_url", "msgraph_url", "dataverse_url", "tenant_id", "client_id", "client_secret",
        "feedback_client_id", "feedback_client_secret", "ca_file",
    )  # fmt: skip
    return load_config(
        mode="demo",
        database_url=wishes.database or f"sqlite:///{database}",
        base_url=_address(wishes.port),
        crm_origins=reach["sign_in_url"],
        now=now,
        time_zone=world.get("time_zone", "Europe/Paris"),
        read_window_days=world.get("read_window_days", "all"),
        segment_column=SEGMENT_COLUMN,
        crm_columns=CRM_COLUMNS,
        crm_write=True,
        secret_key=os.urandom(32).hex(),
        encryption_keys=Fernet.generate_key().decode(),
        **{key: reach[key] for key in keys},
    )


def _address(port: int) -> str:
    return f"http://localhost:{port}"


def _save_rules(house: House, frequency: int, world: dict[str, Any]) -> None:
    """What an administrator sets at first: nobody in this world has an objection to being read."""
    feedback = Feedback(mailboxes=tuple(world.get("feedback_mailboxes", ())))
    today = house.clock().astimezone(house.config.zone).date()
    sources = Sources(everyone=True, consulted_on=today, feedback=feedback)
    wanted = Rules(health=HealthSection(frequency=int(frequency)), sources=sources)
    with house.store.transaction() as conn:
        rules.save(conn, wanted, at=house.clock(), by="demo", by_name="Demonstration")


def _provision(config: Config) -> None:
    """The columns in the simulated CRM; before the first reading, which would start again when its tables change."""
    with closing(connect(config)) as microsoft:
        if microsoft.dataverse is not None:
            for _step in crm_columns.provision(microsoft.dataverse, config.crm_prefix):
                pass


@contextmanager
def _columns_following(house: House) -> Iterator[None]:
    """Write ratings to the simulated CRM, and let what is enqueued leave, in the background as the scheduler does."""
    ended = threading.Event()

    def follow() -> None:
        with closing(connect(house.config)) as microsoft:
            while not ended.wait(WRITE_BACK_SECONDS):
                try:
                    keep_written(house, microsoft)
                    deliver(house, microsoft)
                except RelationshipError as error:
                    log.warning("columns_wait", code=error.code)

    thread = threading.Thread(target=follow, name="columns", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(10)


def _say_result(house: House) -> None:
    with house.store.reading() as conn:
        counts = ratings.open_by_rating(conn)
    rated = [f"{counts.pop(rating)} {rating}" for rating in ("good", "fair", "poor") if rating in counts]
    said = ", ".join([*rated, *([f"{sum(counts.values())} without a rating"] if counts else [])])
    stderr.print(f"Open opportunities: {said or 'none'}.")


def _serve(house: House, port: int, *, forms: str) -> None:
    stderr.print(f"\n  Open [bold]{house.config.base_url}[/] and choose a person to sign in as.")
    stderr.print(f"  The panel in the forms of a simulated CRM: [bold]{forms}[/]", soft_wrap=True)
    stderr.print("  Stop with Ctrl+C.\n")
    if sys.stdin.isatty() and os.environ.get("DISPLAY"):
        webbrowser.open(house.config.base_url)
    serve_house(house, host="127.0.0.1", port=port)
