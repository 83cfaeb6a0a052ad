"""A process that dies between enqueuing and marking: nothing is lost, and what leaves twice has one id."""

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from outbox_bench import NOON, Bench, bench_over, notice

from relationship import failpoints
from relationship.desk import enqueue
from relationship.desk.deliver import Ways, drain
from relationship.store.database import open_store
from relationship.store.outbox.outbox import LEASE, State
from relationship.sync.outward.mail_out import ServiceMail
from relationship.sync.outward.webhooks import Hook

# How often each leaves in the end, when the process dies there once.
PLACES = {"deliver.claimed": 1, "deliver.bundled": 1, "deliver.sent": 2, "deliver.marked": 1}


class Paper:
    """A way of sending that outlives its process: one line for each thing that left, with its id."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, one: Hook | ServiceMail, *, at: object = None) -> None:
        with self._path.open("a") as file:
            file.write(f"{one.id if isinstance(one, Hook) else one.key}\n")

    @property
    def ids(self) -> list[str]:
        return self._path.read_text().splitlines() if self._path.exists() else []


def _enqueued(bench: Bench, kind: str) -> None:
    with bench.house.store.transaction() as conn:
        if kind == "mail":
            enqueue.mail_colleague(conn, bench.house, key="a", person_key="anne", notice=notice(), at=NOON)
        else:
            enqueue.webhook(
                conn, bench.house, key="a", endpoint_key="erp", event="rating.changed", data={}, at=NOON
            )  # fmt: skip


def _in_a_process_that_dies(url: str, place: str, paper: Path) -> None:
    child = os.fork()
    if child == 0:
        try:
            bench = bench_over(open_store(url))
            failpoints.arm(f"{place}:1")
            drain(bench.house, Ways(mail=Paper(paper), hooks=Paper(paper)), clock=lambda: NOON)
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize(
    ("kind", "place"),
    [("mail", place) for place in PLACES] + [("hook", place) for place in PLACES if "bun" not in place],
)
def test_a_process_that_dies_while_delivering_loses_nothing_and_repeats_only_the_same_id(
    database_url: str, tmp_path: Path, kind: str, place: str
) -> None:
    store = open_store(database_url)
    _enqueued(bench_over(store), kind)
    store.close()
    _in_a_process_that_dies(database_url, place, tmp_path / "out")
    bench = bench_over(open_store(database_url))
    paper = Paper(tmp_path / "out")
    ways = Ways(mail=paper, hooks=paper)
    early = drain(bench.house, ways, clock=lambda: NOON + timedelta(seconds=30))
    assert early.sent == 0, "somebody may still be at it"
    drain(bench.house, ways, clock=lambda: NOON + LEASE + timedelta(seconds=1))
    assert bench.one("a").state is State.SENT
    assert len(paper.ids) == PLACES[place]
    assert len(set(paper.ids)) == 1
    bench.house.store.close()
