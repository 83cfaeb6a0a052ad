"""Signals and scores over the small organisation of the page tests, put straight into their tables."""

from typing import Any

import sqlalchemy as sa
import web_builder
from web_builder import Deal, guid
from web_site import Site

from relationship.clock import number_of
from relationship.store.crm.record_tables import Record, RecordAddress
from relationship.store.customers.score_tables import AccountScore
from relationship.store.database import Store
from relationship.store.signals.signal_tables import SIGNAL, SignalRecord
from relationship.store.tables import table
from relationship.store.upsert import insert_new

TODAY = number_of(web_builder.TODAY)
DEAL = Deal(name="Contrat cadre", account=0, owner=0, value=90_000.0, stakeholders=(0, 1))
OTHER = Deal(name="Projet pilote", account=1, owner=1, value=20_000.0, stakeholders=(2,))
TO = "aurelie@brevent.example"


def build(site: Site) -> dict[str, int]:
    """Ids of the signals: 'silence' about an account, 'usage' about it, 'drags' about its deal, 'foreign' elsewhere."""
    site.fill([DEAL, OTHER])
    with site.store.transaction() as conn:
        record = table(Record)
        ids = dict(conn.execute(sa.select(record.c.guid, record.c.id)).all())
        for number, account in ((0, 0), (1, 0), (2, 1)):
            values = {"account_guid": guid("account", account)}
            conn.execute(sa.update(record).where(record.c.guid == guid("contact", number)).values(**values))
        arr = {"arr": 120_000.0, "currency": "EUR", "owner_guid": guid("systemuser", 0)}
        conn.execute(sa.update(record).where(record.c.guid == guid("account", 0)).values(**arr))
        insert_new(
            conn,
            RecordAddress,
            [{"record_id": ids[guid("contact", 0)], "address": TO}],
            key=["record_id", "address"],
        )
        mine, other, deal = ids[guid("account", 0)], ids[guid("account", 1)], ids[DEAL.guid]
        rows = [
            signal("H-R4", "risk", mine, None, mine),
            signal("H-R1", "risk", mine, None, mine),
            signal("H-P1", "pipeline", mine, deal, deal),
            signal("H-R4", "risk", other, None, other),
        ]
        insert_new(conn, SignalRecord, rows, key=["detector", "subject_id", "key"])
        scores = [
            {"account_id": mine, "score": name, "day": TODAY, "value": value, "reasons": "[]", "learned": False}
            for name, value in (("health", 45), ("churn", 72), ("upsell", 10))
        ]
        insert_new(conn, AccountScore, scores, key=["account_id", "score", "day"])
        found = conn.execute(sa.select(SIGNAL.c.id, SIGNAL.c.detector, SIGNAL.c.subject_id)).all()
    names = {
        ("H-R4", mine): "silence", ("H-R1", mine): "usage", ("H-P1", deal): "drags", ("H-R4", other): "foreign",
    }  # fmt: skip
    return {names[row.detector, row.subject_id]: row.id for row in found}


def account_guid() -> str:
    return guid("account", 0)


def rows(store: Store, model: sa.Table) -> list[dict[str, Any]]:
    with store.reading() as conn:
        return [dict(row) for row in conn.execute(sa.select(model).order_by(model.c.id)).mappings()]


def signal(detector: str, family: str, account: int, record: int | None, subject: int) -> dict[str, Any]:
    return {
        "account_id": account,
        "record_id": record,
        "subject_id": subject,
        "detector": detector,
        "family": family,
        "key": "k",
        "strength": 0.7,
        "evidence": "[]",
        "first_seen": TODAY - 5,
        "last_seen": TODAY,
        "ended_at": None,
        "ended_why": "",
    }
