"""A bench with an organisation on each database."""

import pytest
from introduction_builders import Bench, bench_over

from relationship.store.database import Store


@pytest.fixture
def bench(store: Store) -> Bench:
    return bench_over(store)
