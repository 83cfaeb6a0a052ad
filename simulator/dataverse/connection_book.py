"""The connections of a CRM while it runs: people join an opportunity and leave it."""

from collections.abc import Callable
from datetime import datetime

from simulator import identity
from simulator.dataverse.connections import connection_row, link_rows
from simulator.dataverse.rows import instant
from simulator.dataverse.schema import Ref
from simulator.dataverse.tracking import TrackedTable


class ConnectionBook:
    """The connections of a running CRM. Every change takes the next row version; the caller holds the CRM's lock.

    now  of the organisation, for new rows
    """

    def __init__(self, rows: TrackedTable, *, next_version: Callable[[], int], now: Callable[[], datetime]) -> None:
        self._rows, self._next_version, self._now = rows, next_version, now

    def connects(self, opportunity: str, person: str) -> bool:
        return identity.connection(opportunity, person, mirrored=False) in self._rows

    def add(self, opportunity: str, person: Ref, role: str) -> None:
        """ValueError when they are connected already."""
        links = link_rows(opportunity, person, role, self._now().date())
        if any(guid in self._rows for guid in links):
            raise ValueError("they are connected already")
        for guid, link in links.items():
            self._rows.put(guid, connection_row(guid, link, instant(self._now())), self._next_version())

    def remove(self, opportunity: str, person: str) -> None:
        """KeyError when they are not connected."""
        for mirrored in (False, True):
            guid = identity.connection(opportunity, person, mirrored=mirrored)
            if guid not in self._rows:
                raise KeyError(guid)
            self._rows.remove(guid, self._next_version())

    def forget(self, guid: str) -> None:
        """Remove all that connect a record that is gone."""
        for connection in self._of(guid):
            self._rows.remove(connection, self._next_version())

    def opportunities_of(self, contact: str) -> list[str]:
        """The opportunities that a contact is connected with as a stakeholder."""
        ends = (self._rows.row(guid).get("_record1id_value") for guid in self._of(contact))
        return [end.guid for end in ends if isinstance(end, Ref) and end.table == "opportunity"]

    def _of(self, guid: str) -> list[str]:
        found = []
        for connection in self._rows:
            row = self._rows.row(connection)
            ends = (row.get("_record1id_value"), row.get("_record2id_value"))
            if any(isinstance(end, Ref) and end.guid == guid for end in ends):
                found.append(connection)
        return found
