"""Forgetting one person in what others wrote or brought in: their address and full name are blotted out, the rest stays.

Texts of customers in which an address of theirs stands go whole (`forgetting_verbatims.py`). Columns that hold what
people write are named here; `tests/store/test_store_erased_everywhere.py` fails for one that is not.
"""

import re
from urllib.parse import quote_plus

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from relationship.store.alerts.alert_tables import ALERT, ALERT_LETTER, ALERT_LIST, ALERT_RULE, ALERT_RULE_VERSION
from relationship.store.crm.record_tables import Record
from relationship.store.customers.customer_tables import ACCOUNT_EVENT, SATISFACTION
from relationship.store.importing.import_tables import IMPORT_FAULT, IMPORT_RUN, IMPORT_SAMPLE
from relationship.store.knows.introduction_tables import INTRODUCTION
from relationship.store.lists.view_tables import VIEW
from relationship.store.outbox.outbox import Kind
from relationship.store.outbox.outbox_tables import DELIVERY
from relationship.store.privacy.forgetting_signatures import colleague_names
from relationship.store.privacy.one_person import Person
from relationship.store.reports.report_tables import REPORT
from relationship.store.signals.recommendation_tables import QBR_DOCUMENT, RECOMMENDATION_ACT

_record = tables.table(Record)
_rules = tables.table(tables.Rules)
BLOT = "…"

# JSON among them stays JSON: neither an address nor a name that is looked for holds a quote.
WRITTEN: tuple[sa.Column[str], ...] = (
    ACCOUNT_EVENT.c.key,
    ACCOUNT_EVENT.c.text,
    ACCOUNT_EVENT.c.source,
    ALERT.c.note,
    ALERT_LETTER.c.subject,
    ALERT_LETTER.c.body,
    ALERT_LIST.c.name,
    ALERT_RULE.c.name,
    ALERT_RULE.c.body,
    ALERT_RULE_VERSION.c.body,
    DELIVERY.c.payload,
    IMPORT_FAULT.c.detail,
    IMPORT_FAULT.c.cells,
    IMPORT_RUN.c.file_name,
    IMPORT_RUN.c.reason_detail,
    IMPORT_SAMPLE.c.before,
    IMPORT_SAMPLE.c.after,
    INTRODUCTION.c.subject,
    INTRODUCTION.c.body,
    INTRODUCTION.c.word,
    QBR_DOCUMENT.c.body,
    RECOMMENDATION_ACT.c.link,
    REPORT.c.name,
    REPORT.c.body,
    _rules.c.note,
    SATISFACTION.c.key,
    SATISFACTION.c.comment,
    SATISFACTION.c.source,
    VIEW.c.name,
    VIEW.c.arguments,
)
# Parts of an address of ours, where signs are written as percent codes.
IN_ADDRESSES = frozenset({VIEW.c.arguments})


def mentions(conn: Connection, person: Person) -> int:
    """Blot them out; letters that wait to leave in their name go. Returns how many values changed. Run it while record
    and colleague are still known."""
    addresses = sorted(one for one in person.names if "@" in one)
    called = [*addresses, *_full_names(conn, person)]
    if not called:
        return 0
    changed = _letters_of(conn, addresses)
    for column in WRITTEN:
        spelled = [quote_plus(one) for one in called] if column in IN_ADDRESSES else called
        changed += _blot(conn, column, spelled)
    return changed


def _full_names(conn: Connection, person: Person) -> list[str]:
    """Names of several words: a single one is a word of the language as often as a name."""
    theirs = sa.select(_record.c.name).where(_record.c.id.in_(person.record_ids))
    names = {*conn.scalars(theirs), *colleague_names(conn, person)}
    return sorted(one for one in names if " " in one.strip() and '"' not in one and "\\" not in one)


def _letters_of(conn: Connection, addresses: list[str]) -> int:
    gone = 0
    for address in addresses:
        of_them = DELIVERY.c.payload.icontains(f'"reply_to":"{address}"', autoescape=True)
        gone += conn.execute(sa.delete(DELIVERY).where(DELIVERY.c.kind == Kind.LETTER.value, of_them)).rowcount
    return gone


def _blot(conn: Connection, column: sa.Column[str], called: list[str]) -> int:
    table, changed = column.table, 0
    keys = list(table.primary_key.columns)
    for one in called:
        pattern = re.compile(rf"(?<!\w){re.escape(one)}(?!\w)", re.IGNORECASE)
        found = conn.execute(sa.select(*keys, column).where(column.icontains(one, autoescape=True))).all()
        for *place, text in found:
            if (without := pattern.sub(BLOT, text)) == text:
                continue
            if column.name == "key":  # which stays the only one of its kind
                without = f"{without}#{place[0]}"
            same = sa.and_(*(key == value for key, value in zip(keys, place, strict=True)))
            conn.execute(sa.update(table).where(same).values({column.name: without}))
            changed += 1
    return changed
