"""Serving the pages with waitress, and the scheduler beside it when asked."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
import waitress

from relationship.config import Config
from relationship.errors import FixSettings, RelationshipError
from relationship.house import House, open_house
from relationship.terminal.console import stderr
from settings import preview
from web.app import create_app

log = structlog.get_logger()

THREADS = 8


def serve_pages(config: Config, *, host: str, port: int, with_schedule: bool) -> None:
    """Serve until interrupted."""
    with orderly_end(), open_house(config) as house, _scheduler(with_schedule):
        stderr.print(f"Serving {config.base_url} (listening on {host}:{port}). Stop with Ctrl+C.")
        serve_house(house, host=host, port=port)


def serve_house(house: House, *, host: str, port: int) -> None:
    """Serve one house until interrupted; FixSettings when the port is taken."""
    if not port_is_free(host, port):
        raise FixSettings(
            f"Port {port} is in use.",
            next_step="End the other program, or choose another port with --port.",
            code="port_taken",
        )
    threading.Thread(target=_warm, args=[house], name="warm", daemon=True).start()
    waitress.serve(create_app(house), host=host, port=port, threads=THREADS, ident=None)


def _warm(house: House) -> None:
    """What the effect of other rules is worked out from is read before somebody waits for it."""
    try:
        preview.warm(house)
    except RelationshipError as error:
        log.warning("pipeline_not_ready", code=error.code)


def port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@contextmanager
def orderly_end() -> Iterator[None]:
    """Within the block SIGTERM ends the process as Ctrl+C does, so that processes started here end too."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _scheduler(wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    process = subprocess.Popen([sys.executable, "-m", "relationship.cli", "schedule"])
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
