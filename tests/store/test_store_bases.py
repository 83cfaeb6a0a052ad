"""Packed contact days say exactly what contact days say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from relationship.activities import KINDS
from relationship.health.contact_days import ContactDays
from relationship.store import tables
from relationship.store.ratings.bases import pack, unpack
from relationship.store.upsert import upsert

_rows = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(0, len(KINDS) - 1),
        st.integers(-719_162, 2_932_896),  # every date that Python and the databases know
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=30,
)


@given(_rows)
def test_a_packed_day_keeps_kind_day_and_sides(rows):
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    names = ("record", "kind", "day", "ours", "theirs")
    days = ContactDays.from_arrays(**dict(zip(names, table.T, strict=True)))
    packed = pack(days, records=5)
    found = unpack(packed)
    for name in ("record", "kind", "day"):
        assert getattr(found, name).tolist() == getattr(days, name).tolist()
    assert found.ours.tolist() == (days.ours > 0).tolist()
    assert found.theirs.tolist() == (days.theirs > 0).tolist()
    assert sum(map(len, packed)) == 4 * len(days)


def test_a_column_that_goes_along_is_no_reason_to_write(store):
    row = {"id": 1, "tenant_id": "fjord", "time_zone": "UTC", "domains": "a.example"}
    with store.transaction() as conn:
        upsert(conn, tables.Deployment, [row], key=["id"])
        along = {"key": ["id"], "along": ["domains"]}
        assert upsert(conn, tables.Deployment, [{**row, "domains": "b.example"}], **along) == 0
        assert upsert(conn, tables.Deployment, [{**row, "time_zone": "CET", "domains": "c.example"}], **along) == 1
        assert conn.exec_driver_sql("SELECT domains FROM deployment").scalar_one() == "c.example"
