"""The list of data held names every table there is, each once."""

import sqlalchemy as sa

from relationship.store.database import Store
from settings.pages.data_held import DATA_HELD, KEPT


def test_every_table_of_the_database_is_told_once(small_store: Store):
    told = [name for one in DATA_HELD for name in one.tables]
    assert sorted(told) == sorted(sa.inspect(small_store.engine).get_table_names())


def test_every_duration_has_words():
    assert {one.kept for one in DATA_HELD} <= KEPT.keys()
