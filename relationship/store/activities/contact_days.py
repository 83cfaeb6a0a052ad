"""What counts for a record: the one function that knows design section 5 and fills `contact_day`.

Score, trend, curve, forecast and preview read contact days; nothing else decides what counts. Work is
proportional to what changed: `refresh` looks only at the activities noted as stale.

A mail counts when its sender stands on one side and a recipient on the other; a held meeting or a call
when both sides are on it (both are credited; an unanswered call is a mail's equal: the caller's side);
a completed task when it is ours and one of them is named or it is filed under the record. An activity
filed under a record always counts for it, and one filed under an opportunity for no other opportunity.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship import failpoints
from relationship.activities import KINDS
from relationship.health.contact_days import ContactDays
from relationship.store import tables
from relationship.store.activities.activity_tables import ContactDay
from relationship.store.activities.stale import ONE_SIDED, STALE
from relationship.store.chunks import in_chunks
from relationship.store.knows import tie_days

_day = tables.table(ContactDay)

# Per stale activity: does a colleague, whoever it is, send or receive it?
LINKS = f"""
INSERT INTO record_activity (record_id, activity_id, kind, day, status, ours, theirs)
WITH stale AS ({STALE}),
internal AS (
    SELECT p.activity_id AS activity_id,
        MAX(CASE WHEN p.role = 'from' THEN 1 ELSE 0 END) AS sends,
        MAX(CASE WHEN p.role <> 'from' THEN 1 ELSE 0 END) AS receives
    FROM stale JOIN activity_party p ON p.activity_id = stale.id
    JOIN address d ON d.id = p.address_id AND d.colleague_id IS NOT NULL
    GROUP BY p.activity_id
),
listed AS (
    SELECT s.record_id AS record_id, p.activity_id AS activity_id,
        MAX(CASE WHEN s.side = 'us' AND p.role = 'from' THEN 1 ELSE 0 END) AS us_sends,
        MAX(CASE WHEN s.side = 'us' AND p.role <> 'from' THEN 1 ELSE 0 END) AS us_receives,
        MAX(CASE WHEN s.side = 'them' AND p.role = 'from' THEN 1 ELSE 0 END) AS they_send,
        MAX(CASE WHEN s.side = 'them' AND p.role <> 'from' THEN 1 ELSE 0 END) AS they_receive
    FROM stale JOIN activity_party p ON p.activity_id = stale.id
    JOIN record_side s ON s.address_id = p.address_id
    GROUP BY s.record_id, p.activity_id
),
sided AS (
    SELECT l.record_id AS record_id, l.activity_id AS activity_id, l.they_send AS they_send, l.they_receive AS they_receive,
        CASE WHEN r.kind IN ('contact', 'account') THEN COALESCE(i.sends, 0) ELSE l.us_sends END AS us_sends,
        CASE WHEN r.kind IN ('contact', 'account') THEN COALESCE(i.receives, 0) ELSE l.us_receives END AS us_receives
    FROM listed l JOIN record r ON r.id = l.record_id
    JOIN activity a ON a.id = l.activity_id
    LEFT JOIN internal i ON i.activity_id = l.activity_id
    WHERE a.regarding_guid IS NULL
       OR (a.regarding_guid <> r.guid AND (r.kind <> 'opportunity' OR a.regarding_kind <> 'opportunity'))
),
acts AS (
    SELECT s.record_id AS record_id, a.id AS activity_id, a.kind AS kind, a.day AS day, a.status AS status,
        CASE WHEN {ONE_SIDED} THEN us_sends * they_receive
             WHEN a.kind = 'task' THEN us_sends * CASE WHEN they_send + they_receive > 0 THEN 1 ELSE 0 END
             ELSE CASE WHEN us_sends + us_receives > 0 AND they_send + they_receive > 0 THEN 1 ELSE 0 END
        END AS ours,
        CASE WHEN {ONE_SIDED} THEN they_send * us_receives
             WHEN a.kind = 'task' THEN 0
             ELSE CASE WHEN us_sends + us_receives > 0 AND they_send + they_receive > 0 THEN 1 ELSE 0 END
        END AS theirs
    FROM sided s JOIN activity a ON a.id = s.activity_id
    UNION ALL
    SELECT r.id, a.id, a.kind, a.day, a.status,
        CASE WHEN NOT ({ONE_SIDED}) OR COALESCE(i.sends, 0) = 1 THEN 1 ELSE 0 END,
        CASE WHEN {ONE_SIDED} THEN 1 - COALESCE(i.sends, 0) WHEN a.kind = 'task' THEN 0 ELSE 1 END
    FROM stale JOIN activity a ON a.id = stale.id
    JOIN record r ON r.kind = a.regarding_kind AND r.guid = a.regarding_guid
    LEFT JOIN internal i ON i.activity_id = a.id
)
SELECT record_id, activity_id, kind, day, status, ours, theirs FROM acts
WHERE ours + theirs > 0 AND status IN ('done', 'planned')
"""

NOTE_DAYS = f"""
INSERT INTO stale_day (record_id, kind, day)
SELECT DISTINCT record_id, kind, day FROM record_activity WHERE activity_id IN ({STALE})
ON CONFLICT (record_id, kind, day) DO NOTHING
"""

ADD_UP = """
INSERT INTO contact_day (record_id, kind, day, ours, theirs)
SELECT l.record_id, l.kind, l.day, SUM(l.ours), SUM(l.theirs)
FROM stale_day s
JOIN record_activity l ON l.record_id = s.record_id AND l.kind = s.kind AND l.day = s.day AND l.status = 'done'
GROUP BY l.record_id, l.kind, l.day
"""


def refresh(conn: Connection) -> int:
    """Bring contact days, and the days of ties, up to date with everything noted as stale; returns the
    activities looked at.

    Records whose days may have changed are noted in `stale_record`, pairs of people in `stale_tie`. Order and
    repetition do not matter.
    """
    count = int(conn.exec_driver_sql("SELECT COUNT(*) FROM stale_activity").scalar_one())
    if count == 0:
        return 0
    conn.exec_driver_sql(NOTE_DAYS)
    conn.exec_driver_sql(f"DELETE FROM record_activity WHERE activity_id IN ({STALE})")
    failpoints.passage("store.contact_days.cleared")
    conn.exec_driver_sql(LINKS)
    conn.exec_driver_sql(NOTE_DAYS)
    failpoints.passage("store.contact_days.linked")
    conn.exec_driver_sql(
        "DELETE FROM contact_day WHERE EXISTS (SELECT 1 FROM stale_day s WHERE s.record_id = contact_day.record_id "
        "AND s.kind = contact_day.kind AND s.day = contact_day.day)"
    )
    conn.exec_driver_sql(ADD_UP)
    conn.exec_driver_sql(
        "INSERT INTO stale_record (record_id) SELECT DISTINCT record_id FROM stale_day WHERE true "
        "ON CONFLICT (record_id) DO NOTHING"
    )
    tie_days.refresh(conn)
    conn.exec_driver_sql(f"DELETE FROM activity WHERE status = 'gone' AND id IN ({STALE})")
    conn.exec_driver_sql("DELETE FROM stale_activity")
    conn.exec_driver_sql("DELETE FROM stale_day")
    failpoints.passage("store.contact_days.added_up")
    return count


def load(conn: Connection, record_ids: Sequence[int], *, everything: bool = False) -> ContactDays:
    """The contact days of these records in one pass; `record` counts positions in `record_ids`.

    record_ids  ascending; everything: they are all records there are, so the whole table is read
    """
    kinds = sa.case({kind.value: number for number, kind in enumerate(KINDS)}, value=_day.c.kind)
    query = sa.select(_day.c.record_id, kinds, _day.c.day, _day.c.ours, _day.c.theirs).order_by(
        _day.c.record_id, _day.c.kind, _day.c.day
    )
    if everything:
        parts = [_rows(conn, query)]
    else:
        parts = [_rows(conn, query.where(_day.c.record_id.in_(chunk))) for chunk in in_chunks(record_ids)]
    rows = np.concatenate(parts) if parts else np.empty(0, dtype=ROW)
    ids = np.asarray(record_ids, dtype=np.int64)
    return ContactDays.from_arrays(
        record=np.searchsorted(ids, rows["record"]),
        kind=rows["kind"],
        day=rows["day"],
        ours=rows["ours"],
        theirs=rows["theirs"],
    )


ROW = np.dtype([(name, np.int64) for name in ("record", "kind", "day", "ours", "theirs")])


def _rows(conn: Connection, query: sa.Select[Any]) -> np.ndarray[Any, Any]:
    cursor: Any = conn.execution_options(stream_results=False).execute(query).cursor
    return np.fromiter((tuple(row) for row in cursor), dtype=ROW)
