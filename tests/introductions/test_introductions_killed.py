"""A process that dies at any place while asking or reminding: one mail at most, and nothing lost or half-written."""

import os
import signal
from pathlib import Path

import pytest
from introduction_builders import ANNE, Bench, bench_over

from relationship import failpoints
from relationship.desk.follow_introductions import follow
from relationship.desk.introduce import Asked
from relationship.introductions import State
from relationship.store.database import Store, open_store
from relationship.store.knows import introductions
from relationship.store.privacy import audit
from relationship.sync.outward.mail_out import Delivery, SellerMail, ServiceMail

# Whether a mail has left by then, and what the seller finds after a while.
ASKING = {
    "introduce.written": (0, None),
    "introduce.committed": (0, (State.SENDING, True)),
    "introduce.sent": (1, (State.SENDING, True)),
    "introduce.done": (1, (State.ASKED, False)),
}
# How many reminders leave in the end: what was not committed is done again, what was is never repeated.
REMINDING = {
    "introductions.reminder_written": 1,
    "introductions.reminder_committed": 0,
    "introductions.reminded": 1,
}


class Paper:
    """A way of sending that outlives its process: one line in a file for each mail."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, mail: SellerMail | ServiceMail) -> Delivery:
        with self._path.open("a") as file:
            file.write(f"{mail.to}\n")
        return Delivery.LEFT

    @property
    def mails(self) -> int:
        return len(self._path.read_text().splitlines()) if self._path.exists() else 0


def _in_a_process_that_dies(act: str, place: str, url: str, paper: Path, days: float) -> None:
    """Do the act in a child of ours, which ends itself with SIGKILL at the place."""
    child = os.fork()
    if child == 0:
        try:
            store = open_store(url)
            bench = _opened(store, paper, days)
            failpoints.arm(f"{place}:1")
            if act == "ask":
                _ask(bench)
            else:
                follow(bench.house, Paper(paper))
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def _opened(store: Store, paper: Path, days: float) -> Bench:
    bench = bench_over(store)
    bench.hands = Paper(paper)
    bench.pass_days(days)
    return bench


def _ask(bench: Bench) -> Asked:
    return bench.ask(request_key="form-1")


@pytest.mark.parametrize("place", ASKING)
def test_a_seller_whose_process_dies_while_asking_sends_once_at_most(
    database_url: str, tmp_path: Path, place: str
) -> None:
    sent, found = ASKING[place]
    paper = Paper(tmp_path / "mails")
    _in_a_process_that_dies("ask", place, database_url, tmp_path / "mails", 0)
    assert paper.mails == sent
    store = open_store(database_url)
    bench = _opened(store, tmp_path / "mails", 0.1)
    follow(bench.house, None)
    with store.reading() as conn:
        asked, _received = introductions.of(conn, ANNE)
        assert audit.verify(conn, bench.house.audit_keys()).reason == ""
    assert [(one.state, one.in_doubt) for one in asked] == ([found] if found else [])
    again = _ask(bench)
    assert again.is_repeat == bool(found)
    assert paper.mails == (sent if found else 1)
    store.close()


@pytest.mark.parametrize("place", REMINDING)
def test_a_scheduler_that_dies_while_reminding_reminds_once_at_most(
    database_url: str, tmp_path: Path, place: str
) -> None:
    paper = Paper(tmp_path / "mails")
    store = open_store(database_url)
    bench_over(store).ask()
    store.close()
    _in_a_process_that_dies("remind", place, database_url, tmp_path / "mails", 4)
    store = open_store(database_url)
    for days in (4, 5, 6):
        follow(_opened(store, tmp_path / "mails", days).house, paper)
    assert paper.mails == REMINDING[place]
    store.close()
