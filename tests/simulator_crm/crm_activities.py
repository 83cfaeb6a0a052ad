"""Activities for the small organisation of `crm_world`: one of every kind and state, with known parties."""

from datetime import UTC, datetime
from typing import Any

from crm_world import APPLICATION, small_world

from relationship.activities import Kind
from simulator import identity
from simulator.dataverse import Crm
from simulator.world import Source, World, WorldActivity, WorldStatus


def activity(
    name: str, kind: Kind, day: int, sender: str, *to: str, status: WorldStatus = WorldStatus.DONE, **said: Any
) -> WorldActivity:
    """An activity of June 2026 at 09:00 UTC that lies in the CRM, filed under o1 unless told otherwise."""
    usual: dict[str, Any] = {
        "minutes": None, "cc_ids": (), "regarding_id": "o1", "source": Source.DATAVERSE, "conversation_id": "",
        "subject": f"Objet {name}",
    }  # fmt: skip
    at = datetime(2026, 6, day, 9, tzinfo=UTC)
    return WorldActivity(id=name, kind=kind, at=at, from_id=sender, to_ids=to, status=status, **(usual | said))


ACTIVITIES = (
    activity("sent", Kind.EMAIL, 1, "seller", "c1", "list", cc_ids=("helper",), source=Source.BOTH),
    activity("received", Kind.EMAIL, 2, "c2", "seller", source=Source.BOTH),
    activity("draft", Kind.EMAIL, 3, "seller", "c1", status=WorldStatus.DRAFT),
    activity("only-exchange", Kind.EMAIL, 3, "helper", "c1", source=Source.MSGRAPH),
    activity("made", Kind.CALL, 4, "seller", "c1", minutes=12),
    activity("taken", Kind.CALL, 5, "lead", "seller", minutes=5, regarding_id=None),
    activity("missed", Kind.CALL, 6, "seller", "c1", minutes=0, status=WorldStatus.DECLINED),
    activity("called-off", Kind.CALL, 7, "seller", "c1", status=WorldStatus.CANCELLED),
    activity("to-call", Kind.CALL, 20, "seller", "c1", status=WorldStatus.PLANNED),
    activity("met", Kind.MEETING, 8, "seller", "c1", "c2", minutes=60, cc_ids=("helper",), source=Source.BOTH),
    activity("weekly-1", Kind.MEETING, 9, "seller", "c1", minutes=30, conversation_id="s7", source=Source.BOTH),
    activity("weekly-2", Kind.MEETING, 16, "seller", "c1", minutes=30, conversation_id="s7", source=Source.BOTH),
    activity("no-meeting", Kind.MEETING, 10, "seller", "c1", minutes=30, status=WorldStatus.CANCELLED),
    activity("refused", Kind.MEETING, 11, "seller", "c1", minutes=30, status=WorldStatus.DECLINED),
    activity("to-meet", Kind.MEETING, 22, "seller", "c1", minutes=45, status=WorldStatus.PLANNED),
    activity("did", Kind.TASK, 12, "seller", "c1"),
    activity("to-do", Kind.TASK, 25, "helper", "c3", status=WorldStatus.PLANNED, regarding_id=None),
)


def busy_world(**said: Any) -> World:
    return small_world(**({"activities": ACTIVITIES} | said))


def busy_crm() -> Crm:
    return Crm(busy_world(), application_id=APPLICATION)


def guid(name: str) -> str:
    return identity.activity(name)
