"""Three colleagues who write to each other, as a mailbox tells it."""

from datetime import date

from sqlalchemy import Connection
from store_builders import FIRST, NOW

from relationship.store.activities.sightings import Piece
from relationship.store.crm import colleagues
from relationship.store.crm.colleagues import DirectoryUser
from relationship.store.sources import sources
from relationship.sync.shapes.disposition import circle

ANNE, BRUNO, CEM = "anne@fjord.example", "bruno@fjord.example", "cem@fjord.example"
INSIDE = circle(["fjord.example"], ())
TODAY = NOW.date().toordinal() - date(1970, 1, 1).toordinal()


def colleagues_of(conn: Connection) -> None:
    users = [DirectoryUser(key, key.title(), True, (f"{key}@fjord.example",)) for key in ("anne", "bruno", "cem")]
    colleagues.save_directory(conn, users, [], place=FIRST)


def box(conn: Connection) -> int:
    return sources.ensure(conn, ["mailbox/anne"])["mailbox/anne"]


def mail(item: str, sender: str, *to: str, **changes: object) -> Piece:
    fields = {"message_id": f"<{item}@x>", "from": sender, "to": list(to), "cc": [], "sent_at": NOW.isoformat()}
    return Piece(item, "folder/inbox", fields | changes)


def counted(conn: Connection) -> dict[tuple[str, str, str, int], tuple[int, int]]:
    """By two colleagues in the order of their keys, kind and days ago: among how many, from each of them."""
    rows = conn.exec_driver_sql(
        "SELECT c.key, o.key, d.kind, d.day, d.low_among, d.high_among FROM pair_day d "
        "JOIN colleague c ON c.id = d.low_colleague_id JOIN colleague o ON o.id = d.high_colleague_id WHERE d.internal"
    )
    found = {}
    for key, other, kind, day, low, high in rows:
        (first, from_first), (second, from_second) = sorted([(key, low), (other, high)])
        found[first, second, kind, TODAY - day] = (from_first, from_second)
    return found
