"""Forgetting who saved, decided, brought in or published something: the thing stays, of nobody.

Each table that says so names its columns here; `tests/store/test_store_erased_everywhere.py` fails for one that does not.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from relationship.store.alerts.alert_tables import (
    ALERT,
    ALERT_LETTER,
    ALERT_RULE_VERSION,
    ATTRITION_PROFILE,
    OUTSIDE_ADDRESS,
)
from relationship.store.crm.record_tables import Colleague
from relationship.store.customers.customer_tables import ACCOUNT_EVENT, ACCOUNT_HEALTH_VALUE, SATISFACTION
from relationship.store.customers.score_tables import ACCOUNT_HEALTH_CHANGE
from relationship.store.importing.import_tables import IMPORT_RUN
from relationship.store.knows.introduction_tables import INTRODUCTION_STEP
from relationship.store.privacy.one_person import Person
from relationship.store.signals.recommendation_tables import QBR_DOCUMENT, RECOMMENDATION_ACT
from relationship.store.verbatims.mood_tables import VERBATIM_PUBLICATION
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_CORRECTION, VERBATIM_LINK, VERBATIM_MAPPING

_colleague = tables.table(Colleague)
_rules = tables.table(tables.Rules)

# Columns with the key of a colleague, and the one beside it with the name, where there is one.
SIGNED: tuple[tuple[sa.Column[str], sa.Column[str] | None], ...] = (
    (ACCOUNT_EVENT.c.added_by, ACCOUNT_EVENT.c.added_by_name),
    (ACCOUNT_HEALTH_CHANGE.c.by, ACCOUNT_HEALTH_CHANGE.c.by_name),
    (ACCOUNT_HEALTH_VALUE.c.by, ACCOUNT_HEALTH_VALUE.c.by_name),
    (ALERT.c.decided_by, ALERT.c.decided_by_name),
    (ALERT_LETTER.c.decided_by, ALERT_LETTER.c.decided_by_name),
    (ALERT_RULE_VERSION.c.saved_by, ALERT_RULE_VERSION.c.saved_by_name),
    (IMPORT_RUN.c.started_by, IMPORT_RUN.c.started_by_name),
    (INTRODUCTION_STEP.c.by, None),
    (OUTSIDE_ADDRESS.c.confirmed_by, OUTSIDE_ADDRESS.c.confirmed_by_name),
    (QBR_DOCUMENT.c.saved_by, None),
    (RECOMMENDATION_ACT.c.by, None),
    (_rules.c.saved_by, _rules.c.saved_by_name),
    (SATISFACTION.c.added_by, SATISFACTION.c.added_by_name),
    (VERBATIM.c.added_by, VERBATIM.c.added_by_name),
    (VERBATIM_CORRECTION.c.by, VERBATIM_CORRECTION.c.by_name),
    (VERBATIM_LINK.c.by, VERBATIM_LINK.c.by_name),
    (VERBATIM_MAPPING.c.saved_by, None),
    (VERBATIM_PUBLICATION.c.published_by, VERBATIM_PUBLICATION.c.published_by_name),
)
# Columns with the name of a colleague alone.
NAMED: tuple[sa.Column[str], ...] = (ATTRITION_PROFILE.c.learnt_by,)


def signatures(conn: Connection, person: Person) -> int:
    """Take a colleague's key and name from everything they signed; returns how many rows. Run it while the colleague
    is still known."""
    keys, gone = person.colleague_keys, 0
    for key, name in SIGNED:
        values = {key.name: ""} | ({name.name: ""} if name is not None else {})
        gone += conn.execute(sa.update(key.table).where(key.in_(keys)).values(values)).rowcount
    called = [*keys, *colleague_names(conn, person)]
    for column in NAMED:
        gone += conn.execute(sa.update(column.table).where(column.in_(called)).values({column.name: ""})).rowcount
    return gone


def colleague_names(conn: Connection, person: Person) -> list[str]:
    """What the directory and the CRM call the colleague; [] for nobody of ours."""
    columns = _colleague.c
    rows = conn.execute(sa.select(columns.name, columns.crm_name).where(columns.id.in_(person.colleague_ids)))
    return sorted({name for row in rows for name in row if name})
