"""The days of contact of two people, from the stored activities: a colleague and an address, or two colleagues.

Who contacts whom by an activity: a mail, and a call that nobody answered, its sender the recipients; a completed
task its owner the people on it; of a held meeting and an answered call everybody everybody. Only what is done
counts. A colleague is one person however many addresses he has on it; outside every address is one: which contact
or lead it belongs to may change, and is asked when ties are added up (`store.knows.ties`).

`refresh` runs inside that of contact days, for the same activities. What every activity gave is kept
(`tie_activity`, `pair_activity`), so a day is added up anew when one changes or goes. Colleagues who opted out
have no rows, but are counted among the people on an activity like anybody.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from relationship import failpoints
from relationship.store.activities.stale import ONE_SIDED, STALE

# With more other people than that on an activity, its colleagues are a crowd and no pairs of each other.
MOST_OTHERS = 20
TASK_OR_ONE_SIDED = f"a.kind = 'task' OR {ONE_SIDED}"

PARTIES = """
INSERT INTO tied_party (activity_id, colleague_id, address_id, sends)
SELECT p.activity_id, d.colleague_id, CASE WHEN d.colleague_id IS NULL THEN d.id END,
    MAX(CASE WHEN p.role = 'from' THEN 1 ELSE 0 END)
FROM wanted_activity w JOIN activity a ON a.id = w.id AND a.status = 'done'
JOIN activity_party p ON p.activity_id = a.id JOIN address d ON d.id = p.address_id
GROUP BY p.activity_id, d.colleague_id, CASE WHEN d.colleague_id IS NULL THEN d.id END
"""

# The people are told once, so that whoever has opted out is still counted among the others.
OPTED_IN = """
NOT EXISTS (SELECT 1 FROM colleague c JOIN preference f ON f.colleague_key = c.key
WHERE c.id = {party}.colleague_id AND f.opted_out_at IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class _Days:
    """One of the two sorts of pairs: its tables, its columns, who is who, and how a pair is named in `tie`."""

    links: str
    days: str
    one: str
    other: str
    from_one: str
    from_other: str
    joined: str
    constant: tuple[str, str]  # a column of the days that is the same in all derived rows, and its value
    persons: str

    @property
    def stale(self) -> str:
        return f"stale_{self.days}"


WITH_OUTSIDERS = _Days(
    links="tie_activity",
    days="tie_day",
    one="colleague_id",
    other="address_id",
    from_one="ours",
    from_other="theirs",
    joined=f"y.address_id IS NOT NULL AND {OPTED_IN.format(party='x')}",
    constant=("", ""),
    persons="SELECT DISTINCT s.colleague_id, 2 * p.record_id + 1 FROM stale_tie_day s "
    "JOIN tie_person p ON p.address_id = s.address_id",
)
AMONG_COLLEAGUES = _Days(
    links="pair_activity",
    days="pair_day",
    one="low_colleague_id",
    other="high_colleague_id",
    from_one="low",
    from_other="high",
    joined=f"y.colleague_id > x.colleague_id AND n.people <= {MOST_OTHERS + 1} "
    f"AND {OPTED_IN.format(party='x')} AND {OPTED_IN.format(party='y')}",
    constant=("internal", "false"),
    persons="SELECT DISTINCT s.low_colleague_id, 2 * s.high_colleague_id FROM stale_pair_day s",
)
BOTH = (WITH_OUTSIDERS, AMONG_COLLEAGUES)


def refresh(conn: Connection) -> None:
    """Bring the days of ties up to date with every activity noted as stale, noting pairs in `stale_tie`."""
    derive(conn, STALE)


def derive(conn: Connection, activities: str) -> None:
    """The same for the activities whose ids a query of ours gives. Twice is harmless."""
    _prepare(conn)
    conn.exec_driver_sql(f"INSERT INTO wanted_activity {activities}")
    conn.exec_driver_sql(PARTIES)
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("ANALYZE wanted_activity")
        conn.exec_driver_sql("ANALYZE tied_party")
    for sort in BOTH:
        _note_days(conn, sort)
        conn.exec_driver_sql(f"DELETE FROM {sort.links} WHERE activity_id IN (SELECT id FROM wanted_activity)")
        _link(conn, sort)
        _note_days(conn, sort)
    failpoints.passage("store.tie_days.linked")
    for sort in BOTH:
        _add_up(conn, sort)
        _note_ties(conn, sort)
    failpoints.passage("store.tie_days.added_up")


def remove(conn: Connection, first: int, last: int) -> int:
    """Remove the days of all ties from `first` to `last`; returns how many. Pairs that had some are noted."""
    _prepare(conn)
    within = f"day BETWEEN {int(first)} AND {int(last)}"
    gone = 0
    for sort in BOTH:
        conn.exec_driver_sql(
            f"INSERT INTO {sort.stale} SELECT DISTINCT {sort.one}, {sort.other}, kind, day FROM {sort.days} WHERE {within}"
        )
        _note_ties(conn, sort)
        conn.exec_driver_sql(f"DELETE FROM {sort.links} WHERE {within}")
        gone += conn.exec_driver_sql(f"DELETE FROM {sort.days} WHERE {within}").rowcount
    return gone


def _prepare(conn: Connection) -> None:
    """Tables of this connection alone, empty."""
    conn.exec_driver_sql("CREATE TEMP TABLE IF NOT EXISTS wanted_activity (id INTEGER PRIMARY KEY)")
    conn.exec_driver_sql(
        "CREATE TEMP TABLE IF NOT EXISTS tied_party "
        "(activity_id INTEGER, colleague_id INTEGER, address_id INTEGER, sends INTEGER)"
    )
    conn.exec_driver_sql("CREATE INDEX IF NOT EXISTS tied_party_activity ON tied_party (activity_id)")
    for sort in BOTH:
        conn.exec_driver_sql(
            f"CREATE TEMP TABLE IF NOT EXISTS {sort.stale} ({sort.one} INTEGER, {sort.other} INTEGER, "
            f"kind TEXT, day INTEGER, PRIMARY KEY ({sort.one}, {sort.other}, kind, day))"
        )
    for name in ("wanted_activity", "tied_party", *(sort.stale for sort in BOTH)):
        conn.exec_driver_sql(f"DELETE FROM {name}")


def _link(conn: Connection, sort: _Days) -> None:
    conn.exec_driver_sql(
        f"INSERT INTO {sort.links} ({sort.one}, {sort.other}, activity_id, kind, day, "
        f"{sort.from_one}, {sort.from_other}, among) "
        "WITH crowd AS (SELECT activity_id, COUNT(*) AS people FROM tied_party GROUP BY activity_id), "
        "met AS (SELECT x.colleague_id AS one, "
        f"y.{'address_id' if sort is WITH_OUTSIDERS else 'colleague_id'} AS other, "
        "a.id AS activity_id, a.kind AS kind, a.day AS day, n.people - 1 AS among, "
        f"CASE WHEN {TASK_OR_ONE_SIDED} THEN x.sends ELSE 1 END AS from_one, "
        f"CASE WHEN {TASK_OR_ONE_SIDED} THEN y.sends ELSE 1 END AS from_other "
        "FROM crowd n JOIN activity a ON a.id = n.activity_id "
        "JOIN tied_party x ON x.activity_id = n.activity_id AND x.colleague_id IS NOT NULL "
        f"JOIN tied_party y ON y.activity_id = n.activity_id AND {sort.joined}) "
        "SELECT one, other, activity_id, kind, day, from_one, from_other, among FROM met WHERE from_one + from_other > 0"
    )


def _note_days(conn: Connection, sort: _Days) -> None:
    conn.exec_driver_sql(
        f"INSERT INTO {sort.stale} SELECT DISTINCT l.{sort.one}, l.{sort.other}, l.kind, l.day "
        f"FROM wanted_activity w JOIN {sort.links} l ON l.activity_id = w.id WHERE true ON CONFLICT DO NOTHING"
    )


def _add_up(conn: Connection, sort: _Days) -> None:
    column, value = sort.constant
    derived = f" AND {column} = {value}" if column else ""
    pair = f"{sort.one}, {sort.other}, kind, day"
    conn.exec_driver_sql(f"DELETE FROM {sort.days} WHERE ({pair}) IN (SELECT {pair} FROM {sort.stale}){derived}")
    into, what = (f", {column}", f", {value}") if column else ("", "")
    conn.exec_driver_sql(
        f"INSERT INTO {sort.days} ({pair}, {sort.from_one}_among, {sort.from_other}_among{into}) "
        f"SELECT l.{sort.one}, l.{sort.other}, l.kind, l.day, "
        f"COALESCE(MIN(CASE WHEN l.{sort.from_one} = 1 THEN l.among END), 0), "
        f"COALESCE(MIN(CASE WHEN l.{sort.from_other} = 1 THEN l.among END), 0){what} "
        f"FROM {sort.stale} s JOIN {sort.links} l ON l.{sort.one} = s.{sort.one} AND l.{sort.other} = s.{sort.other} "
        f"AND l.kind = s.kind AND l.day = s.day GROUP BY l.{sort.one}, l.{sort.other}, l.kind, l.day"
    )


def _note_ties(conn: Connection, sort: _Days) -> None:
    conn.exec_driver_sql(
        f"INSERT INTO stale_tie (colleague_id, person) {sort.persons} WHERE true ON CONFLICT DO NOTHING"
    )
