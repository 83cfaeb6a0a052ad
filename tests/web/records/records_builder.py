"""Contacts, leads and accounts with mail and meetings, counted and rated as the product does it.

Camille (seller 0) owns the deal "Propre" with Ateliers Brévent and sells in the team of "Équipe" with the Clinique;
Hugo (seller 1) owns both the latter and "Étrangère" with Banque Orvane.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from web_builder import CONTACTS, NOW, SELLERS, TODAY, Deal, guid
from web_site import Site

from relationship.addresses import identity
from relationship.clock import number_of
from relationship.desk.rate import rate_all
from relationship.store import tables
from relationship.store.activities.activity_tables import Activity, ActivityParty, StaleActivity, StalePeople
from relationship.store.crm.record_tables import Address, Colleague, ColleagueAddress, Record, RecordAddress
from relationship.store.privacy.exclusion_tables import ExcludedAddress
from relationship.store.upsert import insert_new

BREVENT, ORVANE, TILLEULS, SEREIN, MONTPLAISIR, CASTELNAU = range(6)
AURELIE, BASTIEN, CHLOE, DAMIEN, ELODIE, FABRICE = range(6)

OWN = Deal("Propre", account=BREVENT, owner=0, stakeholders=(AURELIE,), created_ago=300)
FOREIGN = Deal("Étrangère", account=ORVANE, owner=1, stakeholders=(CHLOE,), created_ago=300)
TEAM = Deal("Équipe", account=TILLEULS, owner=1, team=(0,), stakeholders=(ELODIE,), created_ago=300)
LOST = Deal("Perdue", account=BREVENT, owner=0, stakeholders=(AURELIE,), status="lost", closed_ago=40, created_ago=300)
DEALS = (OWN, FOREIGN, TEAM, LOST)

# Contact: account, owner, status.
PLACES: dict[int, tuple[int, int | None, str]] = {
    AURELIE: (BREVENT, 0, "active"),
    BASTIEN: (BREVENT, 1, "active"),
    CHLOE: (ORVANE, 1, "active"),
    DAMIEN: (TILLEULS, None, "active"),
    ELODIE: (SEREIN, 1, "active"),
    FABRICE: (CASTELNAU, 1, "inactive"),
}
OWNERS_OF_ACCOUNTS = {BREVENT: 1, ORVANE: 1, CASTELNAU: 0}
LEADS = (("Gaëlle Corvin", 0, "open"), ("Henri Valmont", 1, "open"), ("Iris Delcourt", 0, "disqualified"))
# The first worked row of docs/health.md: a mail each way every week since reading began.
WEEKS = 58


def contact(number: int) -> str:
    return guid("contact", number)


def account(number: int) -> str:
    return guid("account", number)


def lead(number: int) -> str:
    return guid("lead", number)


def fill(site: Site) -> None:
    """Everybody, with what they wrote and when they met, rated."""
    site.fill(DEALS)
    with site.store.transaction() as conn:
        _place(conn)
        insert_new(conn, Record, list(_leads()), key=["kind", "guid"])
        _give_addresses(conn)
        _write(conn, tuple(_activities()))
        insert_new(conn, StalePeople, [{"id": 1}], key=["id"])
    rate_all(site.app.extensions["house"])


def leave_out(site: Site, kind: str, key: str) -> None:
    """As settling the exclusions does it."""
    with site.store.transaction() as conn:
        insert_new(conn, ExcludedAddress, [{"address": identity(kind, key)}], key=["address"])


def _place(conn: sa.Connection) -> None:
    record = tables.table(Record)
    for number, (company, owner, status) in PLACES.items():
        values = {
            "account_guid": account(company),
            "owner_guid": None if owner is None else guid("systemuser", owner),
            "status": status,
        }
        conn.execute(sa.update(record).where(record.c.guid == contact(number)).values(**values))
    # Another worked row: thirty days of one-sided writing in a record as young as that.
    young = sa.update(record).where(record.c.guid == contact(CHLOE))
    conn.execute(young.values(created_on=TODAY - timedelta(days=30)))
    for number, owner in OWNERS_OF_ACCOUNTS.items():
        owned = sa.update(record).where(record.c.guid == account(number))
        conn.execute(owned.values(owner_guid=guid("systemuser", owner), segment="PME"))


def _leads() -> Iterable[dict[str, Any]]:
    for number, (name, owner, status) in enumerate(LEADS):
        yield {
            "kind": "lead",
            "guid": lead(number),
            "name": name,
            "job_title": "Gérante",
            "status": status,
            "owner_guid": guid("systemuser", owner),
            "created_on": TODAY - timedelta(days=300),
            "closed_on": TODAY - timedelta(days=30) if status == "disqualified" else None,
        }


def _give_addresses(conn: sa.Connection) -> None:
    record, colleague = tables.table(Record).c, tables.table(Colleague).c
    people = [(contact(n), f"contact{n}@clients.example") for n in range(len(CONTACTS))]
    people += [(lead(n), f"prospect{n}@ailleurs.example") for n in range(len(LEADS))]
    numbers = dict(conn.execute(sa.select(record.guid, record.id)).all())
    rows = [{"record_id": numbers[key], "address": address} for key, address in people]
    insert_new(conn, RecordAddress, rows, key=["record_id", "address"])
    ours = dict(conn.execute(sa.select(colleague.systemuser_guid, colleague.id)).all())
    own = [
        {"colleague_id": ours[guid("systemuser", n)], "origin": "msgraph", "address": seller(n)}
        for n in range(len(SELLERS))
    ]
    insert_new(conn, ColleagueAddress, own, key=["colleague_id", "origin", "address"])
    everybody = [address for _, address in people] + [seller(n) for n in range(len(SELLERS))]
    insert_new(conn, Address, [{"address": one, "colleague_id": None} for one in everybody], key=["address"])


def seller(number: int) -> str:
    return f"vendeur{number}@maison.example"


Act = tuple[str, int, str, Sequence[str]]


def _activities() -> Iterable[Act]:
    """As (kind, days ago, from, to)."""
    aurelie, bastien, chloe = (f"contact{n}@clients.example" for n in (AURELIE, BASTIEN, CHLOE))
    gaelle = "prospect0@ailleurs.example"
    for week in range(WEEKS):
        yield "email", 7 * week, seller(0), [aurelie]
        yield "email", 7 * week, aurelie, [seller(0)]
    yield "meeting", 10, seller(0), [aurelie, bastien]
    yield "meeting", -3, seller(0), [aurelie]
    for day in range(30):
        yield "email", day, seller(1), [chloe]
    for week in range(4):
        yield "email", 60 + 7 * week, seller(0), [gaelle]
        yield "email", 60 + 7 * week, gaelle, [seller(0)]


def _write(conn: sa.Connection, acts: Sequence[Act]) -> None:
    address = tables.table(Address).c
    numbers = dict(conn.execute(sa.select(address.address, address.id)).all())
    today = number_of(TODAY)
    rows, parties = [], []
    for number, (kind, ago, sender, receivers) in enumerate(acts, start=1):
        rows.append(
            {
                "id": number,
                "key": f"act/{number}",
                "kind": kind,
                "at": NOW - timedelta(days=ago),
                "day": today - ago,
                "status": "planned" if ago < 0 else "done",
                "minutes": 30 if kind == "meeting" else None,
            }
        )
        parties.append({"activity_id": number, "address_id": numbers[sender], "role": "from"})
        parties += [{"activity_id": number, "address_id": numbers[one], "role": "to"} for one in receivers]
    insert_new(conn, Activity, rows, key=["key"])
    insert_new(conn, ActivityParty, parties, key=["activity_id", "address_id", "role"])
    insert_new(conn, StaleActivity, [{"key": row["key"]} for row in rows], key=["key"])
