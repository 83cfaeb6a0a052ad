"""Two schedulers on one database: one works, the other is told."""

import os
import signal
import time

import pytest

from relationship.errors import TryLater
from relationship.store.database import Store, open_store
from relationship.store.lease import lease


def test_f54_only_one_holder_at_a_time(store: Store, database_url: str):
    other = open_store(database_url)
    with lease(store, "sync"):
        with pytest.raises(TryLater) as told, lease(other, "sync"):
            pass
        assert told.value.code == "lease_taken"
        with lease(other, "another name"):
            pass
    with lease(other, "sync"):
        pass
    other.close()


def test_f54_a_killed_holder_gives_its_lease_back(store: Store, database_url: str):
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        with lease(open_store(database_url), "sync"):
            os.write(told, b"!")
            time.sleep(60)
        os._exit(0)
    os.read(ready, 1)
    with pytest.raises(TryLater), lease(store, "sync"):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    deadline = time.monotonic() + 10
    while True:
        try:
            with lease(store, "sync"):
                return
        except TryLater:
            assert time.monotonic() < deadline
            time.sleep(0.1)
