"""A small organisation in the store: one seller, one colleague, one customer. Builders hide the rest."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from relationship.activities import Activity, Kind, Party, RecordKind, RecordRef, Role, Status
from relationship.store import rules
from relationship.store.activities import sightings
from relationship.store.activities.sightings import Piece, Verdict
from relationship.store.crm import colleagues, memberships, records
from relationship.store.crm.colleagues import CrmUser, DirectoryUser
from relationship.store.crm.memberships import MembershipRow
from relationship.store.crm.records import RecordRow
from relationship.store.database import Store
from relationship.store.sources import sources
from relationship.store.sources.cursors import Place
from settings.rules import Rules, Sources

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 6, 17, 9, 0, tzinfo=UTC)
FIRST = Place(round=1, full=True)
NEXT = Place(delta_link="next", round=2, full=False)

ANNE, BRUNO = "anne@fjord.example", "bruno@fjord.example"
TOR, UNA, STRANGER = "tor@nordlys.example", "una@nordlys.example", "x@elsewhere.example"


def read(fields: dict[str, Any]) -> Activity | Verdict:
    """How a test's fields become an activity; sync has its own, with the rules of what is kept."""
    if "from" not in fields:
        return Verdict.INCOMPLETE
    if fields.get("draft"):
        return Verdict.DROP
    people = [Party(fields["from"], Role.FROM), *(Party(address, Role.TO) for address in fields["to"])]
    regarding = fields.get("regarding")
    return Activity(
        key=fields["key"],
        kind=Kind(fields.get("kind", "email")),
        at=datetime.fromisoformat(fields["at"]),
        status=Status(fields.get("status", "done")),
        parties=tuple(people),
        regarding=RecordRef(RecordKind(regarding[0]), regarding[1]) if regarding else None,
    )


def mail(
    item: str, sender: str, *to: str, days_ago: float = 0, container: str = "folder/inbox", **fields: Any
) -> Piece:
    at = (NOW - timedelta(days=days_ago)).isoformat()
    return Piece(item, container, {"key": item.split("/")[-1], "from": sender, "to": list(to), "at": at, **fields})


READ_BY_EVERYBODY = Rules(sources=Sources(everyone=True, consulted_on=date(2026, 6, 1)))


def may_read(store: Store, wanted: Rules = READ_BY_EVERYBODY) -> None:
    """The sales admin has set whose mailboxes are read, and when the works council was consulted."""
    with store.transaction() as conn:
        rules.save(conn, wanted, at=NOW, by="test")


def people(conn: Connection) -> None:
    """Anne owns the opportunity "o1" of account "a1"; Bruno is a colleague; Tor is its contact, Una is not."""
    colleagues.save_directory(
        conn,
        [DirectoryUser("anne", "Anne", True, (ANNE,)), DirectoryUser("bruno", "Bruno", True, (BRUNO,))],
        [],
        place=FIRST,
    )
    colleagues.save_crm_users(
        conn,
        [CrmUser("su-anne", "anne", "Anne", ANNE, True), CrmUser("su-bruno", "bruno", "Bruno", BRUNO, True)],
        [],
        place=FIRST,
    )
    created = date(2024, 6, 17)
    records.save(
        conn, RecordKind.ACCOUNT, [RecordRow(RecordKind.ACCOUNT, "a1", "Nordlys", "active", created)], [], place=FIRST
    )
    contacts = [
        RecordRow(RecordKind.CONTACT, guid, guid, "active", created, account_guid="a1", addresses=(address,))
        for guid, address in (("c-tor", TOR), ("c-una", UNA))
    ]
    records.save(conn, RecordKind.CONTACT, contacts, [], place=FIRST)
    records.save(conn, RecordKind.OPPORTUNITY, [opportunity("o1")], [], place=FIRST)


def opportunity(guid: str, **columns: Any) -> RecordRow:
    values: dict[str, Any] = {
        "owner_guid": "su-anne",
        "account_guid": "a1",
        "contact_guid": "c-tor",
        "created_on": date(2024, 6, 17),
        **columns,
    }
    return RecordRow(RecordKind.OPPORTUNITY, guid, guid, values.pop("status", "open"), **values)


def team(conn: Connection, opportunity_guid: str, *systemusers: str) -> None:
    rows = [MembershipRow(f"m-{user}", opportunity_guid, "systemuser", user) for user in systemusers]
    memberships.save(conn, rows, [], place=FIRST)


def mailbox(conn: Connection, owner: str) -> int:
    return sources.ensure(conn, [f"mailbox/{owner}"])[f"mailbox/{owner}"]


def deliver(
    conn: Connection,
    source: int,
    *pieces: Piece,
    removed: tuple[str, ...] = (),
    container: str = "folder/inbox",
    place: Place = NEXT,
) -> int:
    return sightings.apply_page(
        conn, source, container, list(pieces), list(removed), place=place, read=read, zone=PARIS
    )


def days_of(conn: Connection, kind: str, guid: str) -> list[tuple[str, int, int, int]]:
    """(activity kind, days ago, ours, theirs) of a record, oldest first."""
    today = NOW.date().toordinal() - date(1970, 1, 1).toordinal()
    rows = conn.exec_driver_sql(
        "SELECT d.kind, d.day, d.ours, d.theirs FROM contact_day d JOIN record r ON r.id = d.record_id "
        f"WHERE r.kind = '{kind}' AND r.guid = '{guid}' ORDER BY d.day, d.kind"
    )
    return [(activity, today - day, ours, theirs) for activity, day, ours, theirs in rows]
