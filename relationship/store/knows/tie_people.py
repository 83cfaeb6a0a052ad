"""The people outside: which addresses are one contact or lead, and forgetting a colleague.

A contact or lead is a person with all its addresses, those of contacts merged into it included, as
`store.activities.sides` says. An address in no record keeps its days of contact (`tie_day`) and has no tie of its own: nobody
can look for it. The day it becomes a contact or lead, its pairs are noted here and the ties appear. An address in
two records counts for each of them.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.knows.tie_rounds import note_loss, note_people

WANTED = """
SELECT s.address_id, s.record_id FROM record_side s
JOIN record r ON r.id = s.record_id AND r.kind IN ('contact', 'lead') WHERE s.side = 'them'
"""


def refresh(conn: Connection) -> None:
    """Bring `tie_person` in line with the sides of the records, noting every pair whose tie that changes.

    Names and rights of people may have changed too, so whoever keeps the network reads them anew.
    """
    for name in ("wanted_person", "changed_person"):
        conn.exec_driver_sql(f"CREATE TEMP TABLE IF NOT EXISTS {name} (address_id INTEGER, record_id INTEGER)")
        conn.exec_driver_sql(f"DELETE FROM {name}")
    conn.exec_driver_sql(f"INSERT INTO wanted_person {WANTED}")
    pair = "address_id, record_id"
    conn.exec_driver_sql(
        f"INSERT INTO changed_person SELECT * FROM (SELECT {pair} FROM wanted_person EXCEPT SELECT {pair} FROM tie_person) "
        f"added UNION ALL SELECT * FROM (SELECT {pair} FROM tie_person EXCEPT SELECT {pair} FROM wanted_person) gone"
    )
    conn.exec_driver_sql(
        "INSERT INTO stale_tie (colleague_id, person) SELECT DISTINCT d.colleague_id, 2 * p.record_id + 1 "
        "FROM changed_person p JOIN tie_day d ON d.address_id = p.address_id WHERE true ON CONFLICT DO NOTHING"
    )
    # What is both kept and changed is gone; what is changed and not kept is new.
    conn.exec_driver_sql(f"DELETE FROM tie_person WHERE ({pair}) IN (SELECT {pair} FROM changed_person)")
    conn.exec_driver_sql(
        f"INSERT INTO tie_person ({pair}) SELECT {pair} FROM changed_person INTERSECT SELECT {pair} FROM wanted_person"
    )
    note_people(conn)


def forget_colleagues(conn: Connection, colleague_ids: Sequence[int]) -> None:
    """Remove every day of contact and every tie of these colleagues, at once and without a trace."""
    for chunk in in_chunks(sorted(colleague_ids)):
        ids = ", ".join(str(int(number)) for number in chunk)
        people = ", ".join(str(2 * int(number)) for number in chunk)
        for name in ("tie_activity", "tie_day"):
            conn.exec_driver_sql(f"DELETE FROM {name} WHERE colleague_id IN ({ids})")
        for name in ("pair_activity", "pair_day"):
            conn.exec_driver_sql(
                f"DELETE FROM {name} WHERE low_colleague_id IN ({ids}) OR high_colleague_id IN ({ids})"
            )
        for name in ("tie", "stale_tie"):
            conn.exec_driver_sql(f"DELETE FROM {name} WHERE colleague_id IN ({ids}) OR person IN ({people})")
    if colleague_ids:
        note_loss(conn)
