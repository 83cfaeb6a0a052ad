"""The Planner tasks of one user: a list without delta, compared with what is kept.

What if it runs twice: only tasks with another etag are looked at. What if it dies half-way: the comparison is
kept in one transaction, so nothing was. What if Microsoft says no: as for To Do.
"""

from collections.abc import Sequence

from relationship import failpoints
from relationship.errors import BadItem, TryLater
from relationship.store.activities import sightings
from relationship.store.activities.sightings import Piece
from relationship.store.sources import cursors, quarantine
from relationship.store.sources.cursors import Place
from relationship.sync.readers.delta import Round, page_transaction
from relationship.sync.readers.todo import Reading, permission
from relationship.sync.shapes import msgraph, task_rows
from relationship.sync.wire.transport import Json

SOURCE = "planner/"
ROOM = "planner"
CONTAINER = ""
PLACES = ("fetched", "rows_saved", "place_saved", "committed")
MOST_PAGES = 1_000


def read_planner(reading: Reading, user_id: str, source_id: int, *, refresh: bool) -> Round:
    """Bring the Planner tasks of one user up to date; there is no place to refresh."""
    del refresh
    with reading.store.transaction() as conn:
        cursors.follow_lifts(conn, source_id, reading.lifts)
    with permission():
        rows = _all_tasks(reading, user_id)
        with reading.store.reading() as conn:
            kept = sightings.held(conn, source_id)
            place = cursors.load(conn, source_id).get(CONTAINER)
        is_new = place is None or place.full
        known = {} if is_new else {item_id: held.fields.get("version") for item_id, held in kept.items()}
        changed = [row for row in rows if known.get(msgraph.item_id(row), "") != row.get("@odata.etag")]
        pieces, bad = _pieces(reading, user_id, changed)
    failpoints.passage(f"{ROOM}.fetched")
    gone = sorted(kept.keys() - {msgraph.item_id(row) for row in rows})
    written = 0
    if pieces or gone or bad or is_new:
        after = Place(delta_link="", round=1, full=False)
        with page_transaction(reading.store) as conn:
            for item_id, reason in sorted(bad.items()):
                quarantine.add(conn, source_id, item_id, reason)
            written = sightings.apply_page(
                conn, source_id, CONTAINER, pieces, gone, place=after, read=reading.read, zone=reading.zone
            )
            failpoints.passage(f"{ROOM}.rows_saved")
            cursors.save(conn, source_id, CONTAINER, after)
            failpoints.passage(f"{ROOM}.place_saved")
        failpoints.passage(f"{ROOM}.committed")
    reading.progress(len(rows))
    return Round(1, len(changed), written)


def _all_tasks(reading: Reading, user_id: str) -> list[Json]:
    following: str | None = msgraph.planner_tasks_link(reading.channel.base_url, user_id)
    rows: list[Json] = []
    for _ in range(MOST_PAGES):
        if following is None:
            return rows
        page = reading.channel.fetch(following, scope=user_id)
        rows += [row for row in page["value"] if isinstance(row, dict) and isinstance(row.get("id"), str)]
        following = page.get("@odata.nextLink")
    raise TryLater(
        "The list of Planner tasks does not end.",
        next_step="Nothing to do: the next run reads it again.",
        code="endless_list",
    )


def _pieces(reading: Reading, user_id: str, rows: Sequence[Json]) -> tuple[list[Piece], dict[str, str]]:
    """Changed tasks with what they refer to, and the reasons of those that cannot be read."""
    pieces: list[Piece] = []
    bad: dict[str, str] = {}
    for row in rows:
        item_id = msgraph.item_id(row)
        try:
            references: object = None
            if row.get("referenceCount"):
                details = reading.channel.fetch_one(msgraph.planner_details_path(item_id), scope=user_id)
                references = details.get("references")
            pieces.append(task_rows.planner_task(row, references, CONTAINER))
        except BadItem as error:
            bad[item_id] = error.code
    return pieces, bad
