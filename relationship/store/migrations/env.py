"""Alembic's entry: migrates over the connection that `store/migrate.py` hands in."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel

from relationship.store import tables
from relationship.store.activities import activity_tables
from relationship.store.alerts import alert_tables
from relationship.store.crm import field_tables, record_tables, write_back_tables
from relationship.store.customers import customer_tables, score_tables
from relationship.store.importing import import_tables
from relationship.store.knows import introduction_tables, tie_tables
from relationship.store.lists import view_tables
from relationship.store.outbox import outbox_tables
from relationship.store.privacy import audit_tables, erased_tables, exclusion_tables
from relationship.store.ratings import rating_change_tables, rating_tables
from relationship.store.reports import report_tables
from relationship.store.rights import answer_tables, rights_tables
from relationship.store.signals import recommendation_tables, signal_tables
from relationship.store.sources import subscription_tables
from relationship.store.verbatims import mood_tables, verbatim_tables

# Naming the modules that define tables is what puts these into the metadata.
TABLES = (
    tables,
    record_tables,
    activity_tables,
    answer_tables,
    rating_tables,
    rating_change_tables,
    subscription_tables,
    exclusion_tables,
    erased_tables,
    audit_tables,
    tie_tables,
    introduction_tables,
    write_back_tables,
    field_tables,
    outbox_tables,
    customer_tables,
    import_tables,
    rights_tables,
    view_tables,
    verbatim_tables,
    mood_tables,
    alert_tables,
    signal_tables,
    score_tables,
    recommendation_tables,
    report_tables,
)
target_metadata = SQLModel.metadata


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write our own types and SQLModel's strings so that a migration needs no import of them."""
    if kind == "type" and isinstance(item, tables.UtcDateTime):
        autogen_context.imports.add("from relationship.store.tables import UtcDateTime")
        return "UtcDateTime()"
    if kind == "type" and type(item).__name__ == "AutoString":
        return "sa.String()"
    return False


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
