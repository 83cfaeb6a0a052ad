"""Who stands on which side of a record (design section 5), worked out in sets.

Us: an opportunity's owner and sales team; a lead's owner; for contacts and accounts any colleague, which
is not listed row by row. Them: an opportunity's contact, stakeholders and the account's primary contact;
an account's contacts; a lead or contact itself. An address of a colleague is never "them".
A contact that was merged into another stands for that one: its addresses and its id are the other's.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship import failpoints
from relationship.store import tables
from relationship.store.activities.activity_tables import StalePeople
from relationship.store.crm.record_tables import Address, RecordSide
from relationship.store.knows import tie_people

_address = tables.table(Address)
_side = tables.table(RecordSide)

# One address belongs to one colleague; should two claim it, the smaller key has it on every database.
CLAIMS = """
INSERT INTO claim (address, colleague_id)
SELECT first.address, c.id FROM (
    SELECT ca.address AS address, MIN(k.key) AS key
    FROM colleague_address ca JOIN colleague k ON k.id = ca.colleague_id GROUP BY ca.address
) first JOIN colleague c ON c.key = first.key
"""

WANTED = """
WITH RECURSIVE merged AS (
    SELECT p.id AS person_id, m.id AS master_id FROM record p
        JOIN record m ON m.kind = 'contact' AND m.guid = p.contact_guid WHERE p.kind = 'contact'
    UNION SELECT g.person_id, n.id FROM merged g
        JOIN record m ON m.id = g.master_id
        JOIN record n ON n.kind = 'contact' AND n.guid = m.contact_guid
), holder AS (
    SELECT r.id AS person_id, r.id AS holder_id FROM record r WHERE r.kind IN ('contact', 'lead')
    UNION SELECT g.master_id, g.person_id FROM merged g
), them_of AS (
    SELECT r.id AS record_id, r.id AS person_id FROM record r
        WHERE r.kind = 'lead' OR (r.kind = 'contact' AND r.id NOT IN (SELECT g.person_id FROM merged g))
    UNION SELECT a.id, p.id FROM record a
        JOIN record p ON p.kind = 'contact' AND p.account_guid = a.guid WHERE a.kind = 'account'
    UNION SELECT o.id, p.id FROM record o
        JOIN record p ON p.kind = 'contact' AND p.guid = o.contact_guid WHERE o.kind = 'opportunity'
    UNION SELECT o.id, p.id FROM record o
        JOIN membership m ON m.opportunity_guid = o.guid AND m.member = 'contact'
        JOIN record p ON p.kind = 'contact' AND p.guid = m.member_guid WHERE o.kind = 'opportunity'
    UNION SELECT o.id, p.id FROM record o
        JOIN record a ON a.kind = 'account' AND a.guid = o.account_guid
        JOIN record p ON p.kind = 'contact' AND p.guid = a.contact_guid WHERE o.kind = 'opportunity'
), us_of AS (
    SELECT r.id AS record_id, c.id AS colleague_id FROM record r
        JOIN colleague c ON c.systemuser_guid = r.owner_guid WHERE r.kind IN ('opportunity', 'lead')
    UNION SELECT o.id, c.id FROM record o
        JOIN membership m ON m.opportunity_guid = o.guid AND m.member = 'systemuser'
        JOIN colleague c ON c.systemuser_guid = m.member_guid WHERE o.kind = 'opportunity'
)
SELECT DISTINCT t.record_id AS record_id, a.id AS address_id, 'them' AS side FROM them_of t
    JOIN holder h ON h.person_id = t.person_id
    JOIN record_address ra ON ra.record_id = h.holder_id
    JOIN address a ON a.address = ra.address AND a.colleague_id IS NULL
UNION
SELECT u.record_id, a.id, 'us' FROM us_of u JOIN address a ON a.colleague_id = u.colleague_id
"""


def refresh(conn: Connection) -> bool:
    """Bring sides up to date if people changed, noting every activity that may now count differently.

    Returns whether anything had to be looked at. Idempotent; dies half-way without a trace.
    """
    if conn.execute(sa.select(sa.func.count()).select_from(StalePeople)).scalar_one() == 0:
        return False
    _name_addresses(conn)
    _assign_colleagues(conn)
    failpoints.passage("store.sides.assigned")
    _apply_difference(conn)
    tie_people.refresh(conn)
    conn.execute(sa.delete(StalePeople))
    return True


def _name_addresses(conn: Connection) -> None:
    conn.exec_driver_sql(
        "INSERT INTO address (address) SELECT address FROM record_address WHERE true "
        "UNION SELECT address FROM colleague_address WHERE true ON CONFLICT (address) DO NOTHING"
    )


def _assign_colleagues(conn: Connection) -> None:
    """Set whose each address is; whatever was written with a changed address is looked at again."""
    conn.exec_driver_sql("CREATE TEMP TABLE IF NOT EXISTS claim (address TEXT PRIMARY KEY, colleague_id INTEGER)")
    conn.exec_driver_sql("CREATE TEMP TABLE IF NOT EXISTS reassigned (id INTEGER PRIMARY KEY, colleague_id INTEGER)")
    conn.exec_driver_sql("DELETE FROM claim")
    conn.exec_driver_sql("DELETE FROM reassigned")
    conn.exec_driver_sql(CLAIMS)
    conn.exec_driver_sql(
        "INSERT INTO reassigned SELECT a.id, k.colleague_id FROM address a "
        "LEFT JOIN claim k ON k.address = a.address WHERE a.colleague_id IS DISTINCT FROM k.colleague_id"
    )
    conn.exec_driver_sql(
        "INSERT INTO stale_activity (key) SELECT DISTINCT a.key FROM reassigned r "
        "JOIN activity_party p ON p.address_id = r.id JOIN activity a ON a.id = p.activity_id "
        "WHERE true ON CONFLICT (key) DO NOTHING"
    )
    conn.exec_driver_sql(
        "UPDATE address SET colleague_id = (SELECT r.colleague_id FROM reassigned r WHERE r.id = address.id) "
        "WHERE id IN (SELECT id FROM reassigned)"
    )


def _apply_difference(conn: Connection) -> None:
    """Make record_side equal to WANTED, noting the activities of every record whose sides differ or that is new."""
    conn.exec_driver_sql(
        "CREATE TEMP TABLE IF NOT EXISTS wanted_side (record_id INTEGER, address_id INTEGER, side TEXT)"
    )
    conn.exec_driver_sql("CREATE TEMP TABLE IF NOT EXISTS changed_record (record_id INTEGER PRIMARY KEY)")
    conn.exec_driver_sql("DELETE FROM wanted_side")
    conn.exec_driver_sql("DELETE FROM changed_record")
    conn.exec_driver_sql(f"INSERT INTO wanted_side {WANTED}")
    conn.exec_driver_sql(
        "INSERT INTO changed_record SELECT DISTINCT record_id FROM ("
        " SELECT * FROM (SELECT record_id, address_id, side FROM wanted_side"
        " EXCEPT SELECT record_id, address_id, side FROM record_side) added"
        " UNION ALL SELECT * FROM (SELECT record_id, address_id, side FROM record_side"
        " EXCEPT SELECT record_id, address_id, side FROM wanted_side) gone"
        " UNION ALL SELECT r.id, 0, '' FROM record r LEFT JOIN health h ON h.record_id = r.id WHERE h.record_id IS NULL"
        ") difference"
    )
    conn.exec_driver_sql("DELETE FROM record_side WHERE record_id IN (SELECT record_id FROM changed_record)")
    conn.exec_driver_sql(
        "INSERT INTO record_side (record_id, address_id, side) SELECT record_id, address_id, side FROM wanted_side "
        "WHERE record_id IN (SELECT record_id FROM changed_record)"
    )
    # What was linked, what has one of "them" on it, and what is filed under the record itself.
    conn.exec_driver_sql(
        "INSERT INTO stale_activity (key) SELECT key FROM ("
        " SELECT a.key FROM changed_record c JOIN record_activity l ON l.record_id = c.record_id"
        " JOIN activity a ON a.id = l.activity_id"
        " UNION SELECT a.key FROM changed_record c JOIN record_side s ON s.record_id = c.record_id AND s.side = 'them'"
        " JOIN activity_party p ON p.address_id = s.address_id JOIN activity a ON a.id = p.activity_id"
        " UNION SELECT a.key FROM changed_record c JOIN record r ON r.id = c.record_id"
        " JOIN activity a ON a.regarding_kind = r.kind AND a.regarding_guid = r.guid"
        ") touched WHERE true ON CONFLICT (key) DO NOTHING"
    )
    conn.exec_driver_sql(
        "INSERT INTO stale_record (record_id) SELECT record_id FROM changed_record WHERE true "
        "ON CONFLICT (record_id) DO NOTHING"
    )
