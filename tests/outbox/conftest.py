"""A bench on each database."""

import pytest
from outbox_bench import Bench, bench_over

from relationship.store.database import Store


@pytest.fixture
def bench(store: Store) -> Bench:
    return bench_over(store)
