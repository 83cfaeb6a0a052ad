"""The live state of the simulated CRM: the rows of a world, and every way to change them while it runs.

Tables are named by logical name, rows by GUID (`simulator.identity` computes them from the world's ids).
Every change takes the next row version, so it shows in the next delta. All methods may be called from
any thread. A wrong name or value raises `ValueError`, a missing row `KeyError`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import cached_property
from threading import RLock
from uuid import UUID, uuid4

from simulator import identity
from simulator.dataverse.activity_rows import ACTIVITY_TABLES, POINTER, Filed, pointer_row
from simulator.dataverse.connection_book import ConnectionBook
from simulator.dataverse.divisions import Divisions
from simulator.dataverse.own_columns import OwnColumns
from simulator.dataverse.parties import Party, PartyBook, Someone, party_rows
from simulator.dataverse.rights import Rights
from simulator.dataverse.rows import SALES_TEAM, STAKEHOLDER, WorldRows, instant
from simulator.dataverse.schema import Ref, Row, Value, check_columns, plain, tables
from simulator.dataverse.tracking import Change, TrackedTable
from simulator.dataverse.world_activities import WorldActivities
from simulator.outbox import Handed
from simulator.world import World

FIRST_VERSION = 1_000_000
# Activities are deleted with the record that they regard.
_REGARDED = ("account", "contact", "lead", "opportunity")
_ADDRESS_COLUMNS = ("internalemailaddress", "emailaddress1", "emailaddress2", "emailaddress3")


class Crm:
    """The CRM of one organisation.

    application_id: the app registration that has an application user here (at first the organisation's
    own, `client_id`); tokens of others get 403.
    handed: the mails that people sent by it, in order
    notes: those that were written on records, by GUID
    now: the organisation's clock, for `modifiedon` and new rows; the end of the world at first.
    """

    def __init__(
        self,
        world: World,
        *,
        application_id: str | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.lock = RLock()
        self.handed: list[Handed] = []
        self.notes: dict[str, Row] = {}
        self._now = now or (lambda: world.now)
        application_id = application_id or identity.guid("application", world.organisation_domain)
        self._world_rows = WorldRows(world, application_id=application_id)
        self.own = OwnColumns(self._world_rows.language)
        self.rights = Rights(world, self._world_rows.divisions, self._is_on_sales_team)
        self._tables: dict[str, TrackedTable] = {}
        self._version = FIRST_VERSION
        self._world_activities = WorldActivities(world, self._world_rows)
        self._parties = PartyBook(self._world_activities.parties)
        builders = {**self._world_rows.builders(), **self._world_activities.builders()}
        for name, guids in {**self._world_rows.keys(), **self._world_activities.keys()}.items():
            self._tables[name] = TrackedTable(guids, builders[name], self._version + 1)
            self._version += len(guids)
        self._connections = ConnectionBook(self._tables["connection"], next_version=self._next_version, now=self._now)

    # --- reading -------------------------------------------------------------------------------

    @property
    def version(self) -> int:
        """The highest row version given so far."""
        return self._version

    @property
    def now(self) -> datetime:
        return self._now()

    @property
    def language(self) -> int:
        """Windows language number of the organisation: 1036 French, 1033 English."""
        return self._world_rows.language

    @property
    def organization_id(self) -> str:
        return self._world_rows.organization

    @property
    def divisions(self) -> Divisions:
        return self._world_rows.divisions

    def count(self, table: str) -> int:
        return len(self._tables[table])

    def row(self, table: str, guid: str) -> Row:
        """All columns of one row that are not null; KeyError when it does not exist."""
        with self.lock:
            kept = self._tables[table]
            row = kept.row(guid)
            row.setdefault("modifiedon", row.get("createdon"))
            row["versionnumber"] = kept.version(guid)
            return row

    def has(self, table: str, guid: str) -> bool:
        return guid in self._tables[table]

    def page(self, table: str, start: int, size: int) -> tuple[list[Row], int | None]:
        """Rows from a place in the table's order, and the place to go on from, None at the end."""
        with self.lock:
            guids, place = self._tables[table].page(start, size)
            return [self.row(table, guid) for guid in guids], place

    def changes(self, table: str, after: int, until: int) -> list[Change]:
        """Changes with after < version <= until, deletions last."""
        with self.lock:
            return self._tables[table].changes(after, until)

    def token_is_dead(self, table: str, version: int) -> bool:
        return version < self._tables[table].token_floor

    def activity_table(self, guid: str) -> str:
        """The table an activity lies in; KeyError when there is no such activity."""
        with self.lock:
            for table in ACTIVITY_TABLES:
                if guid in self._tables[table]:
                    return table
            raise KeyError(guid)

    def participants(self, guid: str) -> tuple[Party, ...]:
        """Who is on an activity, without its regarding and its owner."""
        with self.lock:
            self.activity_table(guid)
            return self._parties.of(guid)

    def party_rows(self, guid: str) -> list[Row]:
        """The party list of an activity, regarding and owner among it; KeyError when there is no such activity."""
        with self.lock:
            table = self.activity_table(guid)
            kept = self._tables[table]
            rows = party_rows(table, guid, kept.row(guid), self._parties.of(guid), exists=self._exists)
            return [{**row, "versionnumber": kept.version(guid)} for row in rows]

    def someone(self, address: str) -> Someone:
        """Whom the CRM knows by this address, aliases of the world included; unresolved when nobody."""
        with self.lock:
            person_id = self._addresses.get(address.lower())
            found = self._world_rows.someone(person_id) if person_id else Someone(None, address)
            if found.ref is None or not self._exists(found.ref):
                found = Someone(self._found_by_address(address), address)
            master = self.row(*found.ref).get("_masterid_value") if found.ref else None
            return Someone(master if isinstance(master, Ref) else found.ref, address)

    def of_world(self, activity_id: str) -> Filed:
        """An activity of the world as it would be filed here; KeyError when there is none."""
        return self._world_activities.any_of_world(activity_id)

    def user_id(self, *, application_id: str | None, object_id: str | None) -> str | None:
        """The enabled systemuser of a token's application or person, None when it is no member here."""
        with self.lock:
            users = self._tables["systemuser"]
            for guid in users:
                row = users.row(guid)
                matches = (
                    row.get("azureactivedirectoryobjectid") == object_id
                    if object_id
                    else application_id and row.get("applicationid") == application_id
                )
                if matches and not row.get("isdisabled"):
                    return guid
            return None

    def truth(self) -> dict[str, dict[str, dict[str, str | int | float | bool | None]]]:
        """All rows there are now, by table and GUID: plain values without nulls, lookups as GUIDs.

        The parties of all activities stand under `activityparty`.
        """
        with self.lock:
            told = {name: {guid: plain(table.row(guid)) for guid in table} for name, table in self._tables.items()}
            told["activityparty"] = {
                str(party["activitypartyid"]): plain(party, without="versionnumber")
                for table in ACTIVITY_TABLES
                for guid in self._tables[table]
                for party in self.party_rows(guid)
            }
            return told

    # --- changing ------------------------------------------------------------------------------

    def create(self, table: str, columns: Mapping[str, Value], *, guid: str | None = None) -> str:
        """A new row; returns its GUID."""
        with self.lock:
            guid = str(UUID(guid)) if guid else str(uuid4())
            if guid in self._tables[table]:
                raise ValueError(f"{table} {guid} exists already")
            key = tables()[table].key
            row: Row = {key: guid, "createdon": instant(self._now())}
            if tables()[table].choices.get("statecode"):
                row |= {"statecode": 0, "statuscode": min(tables()[table].choices["statuscode"])}
            self._put(table, guid, row, columns)
            return guid

    def set_participants(self, guid: str, parties: Sequence[Party], *, touch: bool = True) -> None:
        """Replace who is on an activity. touch: whether its own row gets a new version; it does not always."""
        with self.lock:
            table = self.activity_table(guid)
            self._parties.replace(guid, parties)
            if touch:
                self.update(table, guid, {})

    def update(self, table: str, guid: str, columns: Mapping[str, Value]) -> None:
        """Change some columns of a row; None clears a column."""
        with self.lock:
            self._put(table, guid, self._tables[table].row(guid), columns)

    def delete(self, table: str, guid: str) -> None:
        """Delete a row, and the connections and activities that hang on it."""
        with self.lock:
            if guid not in self._tables[table]:
                raise KeyError(guid)
            self._writable(table).remove(guid, self._next_version())
            if table in ACTIVITY_TABLES:
                self._tables[POINTER].remove(guid, self._version)
                self._parties.forget(guid)
            if table in _REGARDED:
                for activity_table, activity in list(self._activities()):
                    if self._tables[activity_table].row(activity).get("_regardingobjectid_value") == Ref(table, guid):
                        self.delete(activity_table, activity)
            if table in ("opportunity", "contact", "systemuser"):
                self._connections.forget(guid)

    def report_unknown_deletion(self, table: str, guid: str | None = None) -> str:
        """Let the next delta name a deleted row that nobody ever saw, as the real service may."""
        with self.lock:
            guid = guid or str(uuid4())
            if guid in self._tables[table]:
                raise ValueError(f"{table} {guid} exists")
            self._tables[table].remove(guid, self._next_version())
            return guid

    def change_owner(self, table: str, guid: str, system_user: str) -> None:
        """The record moves to the business unit of its new owner."""
        owner, unit = Ref("systemuser", system_user), self.divisions.unit_of(system_user)
        self.update(
            table,
            guid,
            {"_ownerid_value": owner, "_owninguser_value": owner, "_owningbusinessunit_value": unit},
        )

    def add_to_team(self, opportunity: str, system_user: str) -> None:
        self._connect(opportunity, Ref("systemuser", system_user), SALES_TEAM)

    def add_stakeholder(self, opportunity: str, contact: str) -> None:
        self._connect(opportunity, Ref("contact", contact), STAKEHOLDER)

    def remove_from_team(self, opportunity: str, system_user: str) -> None:
        self._disconnect(opportunity, system_user)

    def remove_stakeholder(self, opportunity: str, contact: str) -> None:
        self._disconnect(opportunity, contact)

    def close(self, opportunity: str, *, won: bool, on: date | None = None) -> None:
        """Win or lose an opportunity on a day, today at first."""
        with self.lock:
            row = self._tables["opportunity"].row(opportunity)
            day = (on or self._now().date()).isoformat()
            columns: dict[str, Value] = {
                "statecode": 1 if won else 2,
                "statuscode": 3 if won else 5,
                "actualclosedate": day,
            }
            if won:
                columns["actualvalue"] = columns["actualvalue_base"] = row.get("estimatedvalue")
            self.update("opportunity", opportunity, columns)

    def reopen(self, opportunity: str) -> None:
        cleared: dict[str, Value] = dict.fromkeys(("actualclosedate", "actualvalue", "actualvalue_base"))
        self.update("opportunity", opportunity, {"statecode": 0, "statuscode": 1} | cleared)

    def merge_contacts(self, kept: str, merged: str) -> None:
        """Merge one contact into another: what named the merged one names the kept one afterwards."""
        with self.lock:
            if kept == merged:
                raise ValueError("a contact cannot be merged into itself")
            self.row("contact", kept)
            old, new = Ref("contact", merged), Ref("contact", kept)
            self.update("contact", merged, {"merged": True, "_masterid_value": new, "statecode": 1, "statuscode": 2})
            for table, columns in (
                ("account", ("_primarycontactid_value",)),
                ("opportunity", ("_parentcontactid_value", "_contactid_value", "_customerid_value")),
            ):
                for guid in list(self._tables[table]):
                    row = self._tables[table].row(guid)
                    moved: dict[str, Value] = {column: new for column in columns if row.get(column) == old}
                    if moved:
                        self.update(table, guid, moved)
            self._move_activities(old, new)
            for opportunity in self._connections.opportunities_of(merged):
                self._disconnect(opportunity, merged)
                with suppress(ValueError):  # the kept one is a stakeholder there already
                    self._connect(opportunity, new, STAKEHOLDER)

    def expire_tokens(self, table: str | None = None) -> None:
        """Let every delta link given so far fail with 0x80044352, of one table or of all."""
        with self.lock:
            floor = self._next_version()
            for name in [table] if table else list(self._tables):
                self._tables[name].token_floor = floor

    def remove_application_user(self) -> None:
        """From now on the application is no member of the organisation (403)."""
        self.delete("systemuser", self._world_rows.application_user)

    def restore_application_user(self) -> None:
        with self.lock:
            guid = self._world_rows.application_user
            self._tables["systemuser"].put(guid, self._world_rows.builders()["systemuser"](guid), self._next_version())

    # --- inside --------------------------------------------------------------------------------

    def _next_version(self) -> int:
        self._version += 1
        return self._version

    def _put(self, table: str, guid: str, row: Row, columns: Mapping[str, Value]) -> None:
        check_columns(self.own.extended(tables()[table]), columns)
        row = {column: value for column, value in (row | dict(columns)).items() if value is not None}
        row["modifiedon"] = instant(self._now())
        self._writable(table).put(guid, row, self._next_version())
        if table in ACTIVITY_TABLES:
            self._tables[POINTER].put(guid, pointer_row(table, row), self._version)

    def _writable(self, table: str) -> TrackedTable:
        if table == POINTER:
            raise ValueError(f"{POINTER} cannot be changed: change the activity itself")
        return self._tables[table]

    def _exists(self, ref: Ref) -> bool:
        return ref.table in self._tables and ref.guid in self._tables[ref.table]

    @cached_property
    def _addresses(self) -> dict[str, str]:
        return self._world_rows.addresses()

    def _found_by_address(self, address: str) -> Ref | None:
        """A record that has this address now, for those that the world does not tell."""
        for table in ("systemuser", "contact", "lead"):
            for guid in self._tables[table]:
                row = self._tables[table].row(guid)
                if any(str(row.get(column, "")).lower() == address.lower() for column in _ADDRESS_COLUMNS):
                    return Ref(table, guid)
        return None

    def _activities(self) -> Iterator[tuple[str, str]]:
        return ((table, guid) for table in ACTIVITY_TABLES for guid in self._tables[table])

    def _move_activities(self, old: Ref, new: Ref) -> None:
        """What was filed under one record, or with it, is filed under or with another."""
        for table, guid in list(self._activities()):
            parties = self._parties.of(guid)
            moved: dict[str, Value] = {}
            if self._tables[table].row(guid).get("_regardingobjectid_value") == old:
                moved["_regardingobjectid_value"] = new
            if any(party.someone.ref == old for party in parties):
                self._parties.replace(
                    guid,
                    [p._replace(someone=p.someone._replace(ref=new)) if p.someone.ref == old else p for p in parties],
                )
            elif not moved:
                continue
            self.update(table, guid, moved)

    def _connect(self, opportunity: str, person: Ref, category: int) -> None:
        with self.lock:
            if opportunity not in self._tables["opportunity"]:
                raise KeyError(opportunity)
            if person.guid not in self._tables[person.table]:
                raise KeyError(person.guid)
            self._connections.add(opportunity, person, self._world_rows.role_of(category))

    def _disconnect(self, opportunity: str, person: str) -> None:
        with self.lock:
            self._connections.remove(opportunity, person)

    def _is_on_sales_team(self, opportunity: str, system_user: str) -> bool:
        return self._connections.connects(opportunity, system_user)
