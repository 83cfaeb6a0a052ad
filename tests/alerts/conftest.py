"""A bench for alerts on each database, and a real mail server that keeps what it got."""

from collections.abc import Iterator

import pytest
from mail_sink import Sink, listening
from outbox.outbox_bench import Bench, bench_over

from relationship.store.database import Store
from relationship.sync.outward.mail_out import BySmtp


@pytest.fixture
def bench(store: Store) -> Bench:
    return bench_over(store)


@pytest.fixture(scope="session")
def mail_server() -> Iterator[tuple[Sink, BySmtp]]:
    with listening() as found:
        yield found


@pytest.fixture
def sink(mail_server: tuple[Sink, BySmtp]) -> tuple[Sink, BySmtp]:
    mail_server[0].got.clear()
    return mail_server
