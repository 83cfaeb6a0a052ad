"""Who stands on the activities of the simulated CRM: party lists, reached only through their activity.

The regarding record (mask 8) and the owner (mask 9) stand among the parties, as in Dataverse, but are no
participants: both follow from the activity's own columns.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import NamedTuple

from simulator import identity
from simulator.dataverse.schema import Ref, Row


class Mask(IntEnum):
    """participationtypemask (dataverse contract, section 10)."""

    SENDER = 1
    TO = 2
    CC = 3
    BCC = 4
    REQUIRED = 5
    OPTIONAL = 6
    ORGANIZER = 7
    REGARDING = 8
    OWNER = 9


class Someone(NamedTuple):
    """A person on an activity. ref: the systemuser, contact or lead, None when the CRM knows nobody of this address."""

    ref: Ref | None
    address: str

    @property
    def is_ours(self) -> bool:
        return self.ref is not None and self.ref.table == "systemuser"


class Party(NamedTuple):
    mask: int
    someone: Someone


class PartyBook:
    """The participants of every activity: those of the world until somebody changes them.

    of_world: the participants of an activity of the world, () for others. Not thread-safe: `Crm` locks.
    """

    def __init__(self, of_world: Callable[[str], Sequence[Party]]) -> None:
        self._of_world = of_world
        self._changed: dict[str, tuple[Party, ...]] = {}

    def of(self, activity: str) -> tuple[Party, ...]:
        changed = self._changed.get(activity)
        return tuple(self._of_world(activity)) if changed is None else changed

    def replace(self, activity: str, parties: Sequence[Party]) -> None:
        """Party lists are replaced as a whole."""
        self._changed[activity] = tuple(parties)

    def forget(self, activity: str) -> None:
        self._changed.pop(activity, None)


def party_rows(
    table: str, guid: str, activity: Row, parties: Sequence[Party], *, exists: Callable[[Ref], bool]
) -> list[Row]:
    """The rows of an activity's party list, without nulls: participants, then regarding and owner.

    exists: whether a record is still there; a party that was deleted stays, marked `ispartydeleted`.
    """
    on_it: list[tuple[int, Ref | None, str]] = [
        (party.mask, party.someone.ref, party.someone.address) for party in parties
    ]
    for role, column in ((Mask.REGARDING, "_regardingobjectid_value"), (Mask.OWNER, "_ownerid_value")):
        ref = activity.get(column)
        if isinstance(ref, Ref):
            on_it.append((role, ref, ""))
    rows: list[Row] = []
    for place, (mask, ref, address) in enumerate(on_it):
        row: Row = {
            "activitypartyid": identity.activity_party(guid, mask, place),
            "_activityid_value": Ref(table, guid),
            "participationtypemask": int(mask),
            "ispartydeleted": ref is not None and not exists(ref),
        }
        if ref is not None:
            row["_partyid_value"] = ref
        if address:
            row["addressused"] = address
        rows.append(row)
    return rows
