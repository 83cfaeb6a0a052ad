"""A small organisation in which some know others: days of contact by hand, ties worked out by the product."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import sqlalchemy as sa
import web_builder
from sqlalchemy import Connection
from web_builder import CONTACTS, NOW, SELLERS, TODAY, Deal, guid, oid

from relationship.activities import RecordKind, RecordRef
from relationship.clock import number_of
from relationship.graph.ties import TieWord
from relationship.introductions import State, Via
from relationship.store import tables
from relationship.store.crm.record_tables import Address, Colleague, ColleagueAddress, Record, RecordAddress
from relationship.store.database import Store
from relationship.store.knows import introductions, ties
from relationship.store.knows.introduction_tables import INTRODUCTION
from relationship.store.knows.introductions import NewIntroduction
from relationship.store.knows.tie_tables import PairDay, StaleTie, TieDay, TiePerson
from relationship.store.upsert import insert_new

COLLEAGUES = (*SELLERS, "Nadia Costes", "Olivier Brun", "Pauline Girard", "Quentin Ferrand", "Rachida Amrani")
CAMILLE, HUGO, INES, MATHIS, SARAH, THOMAS, NADIA, OLIVIER, PAULINE, QUENTIN, RACHIDA = range(11)
AURELIE, BASTIEN, CHLOE, DAMIEN, ELODIE, FABRICE = range(6)
DEAL = Deal(name="Contrat cadre", account=0, owner=0, stakeholders=(AURELIE, BASTIEN, CHLOE, DAMIEN, ELODIE))
# Fabrice stands on nothing that Camille may read.
FOREIGN_DEAL = Deal(name="Projet pilote", account=1, owner=1, stakeholders=(FABRICE,))
DEALS = (DEAL, FOREIGN_DEAL)


@dataclass(frozen=True, slots=True)
class Contact:
    """Days of contact in both directions, one on each of the latest days from `last` days ago, each `apart` days."""

    colleague: int
    person: int
    days: int
    last: int = 3
    apart: int = 4


# Who has contact with whom outside.
OUTSIDE = (
    Contact(HUGO, AURELIE, 22, apart=3),
    Contact(INES, AURELIE, 8),
    Contact(MATHIS, AURELIE, 2, last=40),
    Contact(SARAH, AURELIE, 2, last=60),
    Contact(NADIA, AURELIE, 3, last=20),
    Contact(OLIVIER, AURELIE, 1, last=70),
    Contact(PAULINE, AURELIE, 1, last=80),
    Contact(CAMILLE, BASTIEN, 12, last=2),
    Contact(INES, BASTIEN, 6, last=9),
    Contact(HUGO, CHLOE, 4, last=15),
    Contact(SARAH, ELODIE, 9, last=5),
    Contact(MATHIS, FABRICE, 9, last=5),
)
# And among colleagues.
INSIDE = (
    Contact(CAMILLE, HUGO, 14, last=1),
    Contact(CAMILLE, INES, 3, last=30),
    Contact(CAMILLE, THOMAS, 9, last=1),
    Contact(HUGO, THOMAS, 20, last=1),
)


def address_of(person: int) -> str:
    return f"canari.contact{person}@clients-canari.example"


def mail_of(colleague: int) -> str:
    return f"collegue{colleague}@maison-canari.example"


def build(store: Store, *, outside: Sequence[Contact] = OUTSIDE, inside: Sequence[Contact] = INSIDE) -> None:
    """The organisation of the page tests, with addresses, days of contact and ties."""
    web_builder.build(store, DEALS, sellers=COLLEAGUES)
    with store.transaction() as conn:
        conn.execute(sa.update(tables.table(tables.Deployment)).values(domains="maison-canari.example"))
        record = tables.table(Record)
        theirs = [guid("contact", number) for number in range(5)]
        conn.execute(sa.update(record).where(record.c.guid.in_(theirs)).values(account_guid=guid("account", 0)))
        colleague_ids = _ids(conn, Colleague, "key", [oid(number) for number in range(len(COLLEAGUES))])
        record_ids = _ids(conn, Record, "guid", [guid("contact", number) for number in range(len(CONTACTS))])
        own = [
            {"colleague_id": colleague_ids[number], "origin": "msgraph", "address": mail_of(number)}
            for number in range(len(COLLEAGUES))
        ]
        insert_new(conn, ColleagueAddress, own, key=["colleague_id", "origin", "address"])
        addresses = [{"address": address_of(number), "colleague_id": None} for number in range(len(CONTACTS))]
        addresses += [
            {"address": mail_of(number), "colleague_id": colleague_ids[number]} for number in range(len(COLLEAGUES))
        ]
        insert_new(conn, Address, addresses, key=["address"])
        address_ids = _ids(conn, Address, "address", [address_of(number) for number in range(len(CONTACTS))])
        held = [{"record_id": record_ids[number], "address": address_of(number)} for number in range(len(CONTACTS))]
        insert_new(conn, RecordAddress, held, key=["record_id", "address"])
        people = [
            {"address_id": address_ids[number], "record_id": record_ids[number]} for number in range(len(CONTACTS))
        ]
        insert_new(conn, TiePerson, people, key=["address_id", "record_id"])
        add_days(conn, outside, inside, colleague_ids, record_ids, address_ids)
        ties.refresh(conn, today=number_of(TODAY))


def add_days(
    conn: Connection,
    outside: Sequence[Contact],
    inside: Sequence[Contact],
    colleague_ids: Sequence[int],
    record_ids: Sequence[int],
    address_ids: Sequence[int],
) -> None:
    """Rows of `tie_day` and `pair_day`, and the pairs to be worked out."""
    today = number_of(TODAY)
    days, stale = [], []
    for one in outside:
        stale.append({"colleague_id": colleague_ids[one.colleague], "person": 2 * record_ids[one.person] + 1})
        days += [
            {
                "colleague_id": colleague_ids[one.colleague],
                "address_id": address_ids[one.person],
                "kind": "meeting" if step % 5 == 4 else "email",
                "day": today - one.last - step * one.apart,
                "ours_among": 1,
                "theirs_among": 1,
            }
            for step in range(one.days)
        ]
    pairs = []
    for one in inside:
        low, high = sorted((colleague_ids[one.colleague], colleague_ids[one.person]))
        stale.append({"colleague_id": low, "person": 2 * high})
        pairs += [
            {
                "low_colleague_id": low,
                "high_colleague_id": high,
                "internal": True,
                "kind": "email",
                "day": today - one.last - step * one.apart,
                "low_among": 1,
                "high_among": 1,
            }
            for step in range(one.days)
        ]
    insert_new(conn, TieDay, days, key=["colleague_id", "address_id", "kind", "day"])
    insert_new(conn, PairDay, pairs, key=["low_colleague_id", "high_colleague_id", "internal", "kind", "day"])
    insert_new(conn, StaleTie, stale, key=["colleague_id", "person"])


def add_contact(conn: Connection, number: str, name: str, address: str) -> None:
    """One more contact, which stands on nothing."""
    row = {"kind": "contact", "guid": number, "name": name, "status": "active", "created_on": TODAY, "round": 0}
    empty = dict.fromkeys(
        ("closed_on", "owner_guid", "account_guid", "contact_guid", "probability", "value", "close_on"), None
    )
    insert_new(conn, Record, [{**empty, "job_title": "", "stage": "", "currency": "", **row}], key=["kind", "guid"])
    (record_id,) = _ids(conn, Record, "guid", [number])
    insert_new(conn, RecordAddress, [{"record_id": record_id, "address": address}], key=["record_id", "address"])


def add_outcomes(store: Store, state: State, count: int, *, word: TieWord, hops: int = 1, people: int = 6) -> None:
    """So many requests that ended in this state, of `people` sellers to as many colleagues."""
    with store.transaction() as conn:
        for number in range(count):
            new = NewIntroduction(
                key=str(uuid4()), request_key=str(uuid4()), seller_key=f"seller-{number % people}",
                colleague_key=f"colleague-{number % people}", target=RecordRef(RecordKind.CONTACT, str(uuid4())),
                notify=False, via=Via.GRAPH, language="fr", template_key="court", subject="", body="", word=word,
                hops=hops, asked_at=NOW, remind_at=None, due_at=NOW,
            )  # fmt: skip
            introductions.add(conn, new)
            changed = INTRODUCTION.update().where(INTRODUCTION.c.key == new.key)
            conn.execute(changed.values(state=state.value, closed_at=NOW))


def _ids(conn: Connection, model: type, column: str, wanted: Sequence[str]) -> list[int]:
    columns = tables.table(model).c
    found = dict(conn.execute(sa.select(columns[column], columns.id).where(columns[column].in_(wanted))).all())
    return [found[one] for one in wanted]


def contact(person: int) -> str:
    return guid("contact", person)


def page_of(person: int) -> str:
    return f"/who-knows-whom/contact/{contact(person)}"
