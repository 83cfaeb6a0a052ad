"""Activities that lie in the simulated CRM of `sync_world`, and what the store then says of them."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sync_world import NOW, House, world

from relationship.activities import Kind
from relationship.store.activities import contact_days, sides
from simulator import identity
from simulator.dataverse import Activities
from simulator.server import Running
from simulator.world import Source, World, WorldActivity, WorldStatus

O1 = identity.opportunity("o1")
TOR, EVA, PAUL = (identity.contact(name) for name in ("tor", "eva", "paul"))
INES = identity.system_user("ines")


def filed(
    name: str,
    kind: Kind,
    sender: str,
    *to: str,
    days_ago: float = 3,
    status: WorldStatus = WorldStatus.DONE,
    **said: Any,
) -> WorldActivity:
    """An activity in the CRM alone, filed under nothing unless told otherwise."""
    usual: dict[str, Any] = {
        "minutes": 30, "cc_ids": (), "regarding_id": None, "source": Source.DATAVERSE, "conversation_id": "",
        "subject": f"Objet {name}",
    }  # fmt: skip
    at = NOW - timedelta(days=days_ago)
    return WorldActivity(id=name, kind=kind, at=at, from_id=sender, to_ids=to, status=status, **(usual | said))


FILED = (
    filed("sent", Kind.EMAIL, "ines", "tor", cc_ids=("omar",), days_ago=9),
    filed("received", Kind.EMAIL, "eva", "ines", days_ago=8),
    filed("crm-draft", Kind.EMAIL, "ines", "tor", status=WorldStatus.DRAFT),
    filed("crm-internal", Kind.EMAIL, "ines", "omar"),
    filed("made", Kind.CALL, "ines", "tor", minutes=12, days_ago=7),
    filed("missed", Kind.CALL, "ines", "tor", minutes=0, status=WorldStatus.DECLINED, days_ago=6),
    filed("to-call", Kind.CALL, "ines", "eva", status=WorldStatus.PLANNED, days_ago=-2),
    filed("met", Kind.MEETING, "ines", "tor", "eva", minutes=45, days_ago=5),
    filed("called-off", Kind.MEETING, "ines", "tor", status=WorldStatus.CANCELLED, days_ago=4),
    filed("to-meet", Kind.MEETING, "ines", "tor", status=WorldStatus.PLANNED, days_ago=-4),
    filed("weekly", Kind.MEETING, "ines", "tor", conversation_id="s7", days_ago=2),
    filed("did", Kind.TASK, "ines", "tor", regarding_id="o1", days_ago=3),
    filed("to-do", Kind.TASK, "omar", "paul", status=WorldStatus.PLANNED, days_ago=-1),
)


def filed_world(activities: Sequence[WorldActivity] = FILED) -> World:
    return world(sorted(activities, key=lambda activity: (activity.at, activity.id)))


def acts(running: Running) -> Activities:
    """What can happen to the activities of this CRM."""
    return Activities(running.services.crm)


def lines(house: House, section: str) -> list[list[Any]]:
    """The lines of one section of the dump, without its name."""
    found = (json.loads(line) for line in house.dump().splitlines())
    return [line[1:] for line in found if line[0] == section]


def kept(house: House) -> dict[tuple[str, int], tuple[str, int | None, str | None]]:
    """By kind and days ago: status, minutes and the GUID it is filed under."""
    today = NOW.date() - date(1970, 1, 1)
    return {
        (kind, today.days - day): (status, minutes, guid)
        for _, kind, _, day, status, minutes, _, guid in lines(house, "activity")
    }


def parties(house: House, kind: str, days_ago: int) -> set[tuple[str, str]]:
    """Role and address of everybody on the activity of this kind on this day."""
    today = NOW.date() - date(1970, 1, 1)
    keys = {row[0] for row in lines(house, "activity") if row[1] == kind and today.days - row[3] == days_ago}
    return {(role, address) for key, role, address in lines(house, "party") if key in keys}


def sightings(house: House, prefix: str = "") -> list[str]:
    """The keys of sources that hold a copy of something, one for each copy."""
    return [row[0] for row in lines(house, "sighting") if row[0].startswith(prefix)]


def days(house: House, kind: str, guid: str) -> set[tuple[str, int, int, int]]:
    """(kind of activity, days ago, ours, theirs) of a record, after its contact days were brought up to date."""
    with house.store.transaction() as conn:
        sides.refresh(conn)
        contact_days.refresh(conn)
    today = NOW.date() - date(1970, 1, 1)
    return {
        (activity, today.days - day, ours, theirs)
        for record, record_guid, activity, day, ours, theirs in lines(house, "contact_day")
        if (record, record_guid) == (kind, guid)
    }
