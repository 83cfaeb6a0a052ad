"""Four accounts, a contact and an opportunity to import for; files as bytes; an import in one call."""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from store_builders import FIRST

from relationship.activities import RecordKind
from relationship.config import Config
from relationship.desk.bring_in import Outcome, bring_in, look, of_file
from relationship.house import House
from relationship.importing.kinds import ImportKind
from relationship.importing.opening import Source
from relationship.importing.options import Options
from relationship.store import deployment
from relationship.store.crm import records
from relationship.store.crm.records import RecordRow
from relationship.store.database import Store
from relationship.store.importing import import_runs
from relationship.store.importing.import_runs import NewRun, State
from relationship.store.importing.staging import By

NOON = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)
TENANT = "7c4b0f4e-0000-4000-8000-000000000001"
NORDLYS = "a0000000-0000-4000-8000-000000000001"
FJORD = "a0000000-0000-4000-8000-000000000002"
TWIN, OTHER_TWIN = "a0000000-0000-4000-8000-000000000003", "a0000000-0000-4000-8000-000000000004"
TOR = "c0000000-0000-4000-8000-000000000001"
DEAL = "d0000000-0000-4000-8000-000000000001"
HEADER = "account,day,active_users,logins,features_used,premium_features,seats"


@dataclass
class Office:
    """An organisation that imports."""

    house: House

    def bring(
        self, kind: ImportKind, body: bytes | str, name: str = "data.csv", *, at: datetime = NOON, **how: Any
    ) -> Outcome:
        """Bring a file in; raises what the act raises."""
        options, by = Options(**how), By(at, "inga", "Inga Holm")
        opened = of_file(self.house, kind, source(body, name), options)
        with self.house.store.transaction() as conn:
            key = import_runs.start(conn, NewRun(kind, State.RUNNING, "cli", options, by, name))
        return bring_in(self.house, key, opened, options=options, by=by)

    def look(self, kind: ImportKind, body: bytes | str, name: str = "data.csv", **how: Any) -> Outcome:
        options = Options(**how)
        return look(self.house, of_file(self.house, kind, source(body, name), options), options=options)

    def usage(self, *lines: str, **how: Any) -> Outcome:
        return self.bring(ImportKind.USAGE, csv_of(HEADER, *lines), **how)

    def rows(self, table: str, columns: str = "*", order: str = "1") -> list[tuple[Any, ...]]:
        with self.house.store.reading() as conn:
            found = conn.exec_driver_sql(f"SELECT {columns} FROM {table} ORDER BY {order}")
            return [tuple(row) for row in found]

    def record_id(self, guid: str) -> int:
        return int(
            self.rows("record", "id, guid", "1")[[row[1] for row in self.rows("record", "id, guid", "1")].index(guid)][
                0
            ]
        )


def source(body: bytes | str, name: str = "data.csv") -> Source:
    content = body.encode() if isinstance(body, str) else body
    return Source(lambda: io.BytesIO(content), len(content), name)


def csv_of(*lines: str) -> str:
    return "\r\n".join(lines) + "\r\n"


def office_over(store: Store) -> Office:
    config = Config(
        mode="test", tenant_id=TENANT, _env_file=None, database_url=store.engine.url.render_as_string(False)
    )
    with store.transaction() as conn:
        deployment.ensure(conn, tenant_id=TENANT, time_zone="Europe/Paris", read_from=None)
        created = date(2024, 1, 1)
        accounts = [
            RecordRow(RecordKind.ACCOUNT, NORDLYS, "Nordlys AS", "active", created, account_number="N-17",
                      domain="nordlys.example"),
            RecordRow(RecordKind.ACCOUNT, FJORD, "Fjord & Fils", "active", created),
            RecordRow(RecordKind.ACCOUNT, TWIN, "Granit", "active", created, account_number="G-1"),
            RecordRow(RecordKind.ACCOUNT, OTHER_TWIN, "Granit", "active", created, account_number="G-2"),
        ]  # fmt: skip
        records.save(conn, RecordKind.ACCOUNT, accounts, [], place=FIRST)
        tor = RecordRow(RecordKind.CONTACT, TOR, "Tor Vik", "active", created, account_guid=FJORD,
                        addresses=("tor@fjordfils.example",))  # fmt: skip
        records.save(conn, RecordKind.CONTACT, [tor], [], place=FIRST)
        deal = RecordRow(RecordKind.OPPORTUNITY, DEAL, "Second site", "open", created, account_guid=NORDLYS)
        records.save(conn, RecordKind.OPPORTUNITY, [deal], [], place=FIRST)
    return Office(House(config, store, lambda: NOON))


def workbook(*rows: list[Any]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
