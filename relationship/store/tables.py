"""The tables that every room shares: the house itself and its sources. Natural keys are unique and are what other
systems and the dump see; `id` is ours only.

Lookups between CRM rows are kept as GUIDs, not as foreign keys: rows arrive in any order, and a join
finds them once both are there. A `day` is the number of days since 1970-01-01 in the organisation's
time zone (`clock.day_number`): exact on every database and ready for arrays.
"""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A timezone-aware UTC instant on every database (SQLite drops the zone of its own type)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[datetime]:
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the database")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy gives it
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def table(model: type[SQLModel]) -> sa.Table:
    """The table behind a model, for set-based statements (SQLModel does not declare it for type checkers)."""
    found: sa.Table = model.__table__  # type: ignore[attr-defined]  # made by its metaclass
    return found


def instant(*, index: bool = False) -> datetime | None:
    found: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True, index=index)
    return found


# Compared sign by sign on every database, so that names stand in one order everywhere.
PLAIN_ORDER = sa.String().with_variant(sa.String(collation="C"), "postgresql")


class Deployment(SQLModel, table=True):
    """The one organisation this database belongs to (a single row, id 1)."""

    id: int = Field(default=1, primary_key=True)
    tenant_id: str
    domains: str = ""  # verified mail domains, space separated, sorted
    time_zone: str
    read_from: date | None = None  # first day of the read window; None = everything
    kept_from: date | None = None  # first day whose contact days are kept, where older than read_from


class Rules(SQLModel, table=True):
    """Every version of the organisation's rules (`settings/rules/`); the newest is in force.

    saved_by, saved_by_name  object id and name of who saved it; note: why, in their words
    """

    version: int = Field(primary_key=True)
    body: str
    saved_at: datetime = Field(sa_type=UtcDateTime)
    saved_by: str = ""
    saved_by_name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    note: str = Field(default="", sa_column_kwargs={"server_default": ""})


class Source(SQLModel, table=True):
    """A unit of work and of failure: a mailbox, a CRM table, the directory.

    key     'mailbox/<Graph user id>', 'dataverse/<table>', 'directory/users'
    state   new, reading, healthy, degraded, unavailable
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    state: str = "new"
    reason: str = ""  # an error code; never an address
    last_success_at: datetime | None = instant()
    tried_at: datetime | None = instant()


class Folder(SQLModel, table=True):
    """A mail folder. Its display name is not kept: people write private things there."""

    __table_args__ = (sa.UniqueConstraint("source_id", "folder_id"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE")
    folder_id: str
    parent_id: str | None = None
    read: bool = True  # junk, drafts, outbox and search folders are not read


class Cursor(SQLModel, table=True):
    """Our place in one delta stream, saved in the transaction that saves its page.

    container   '' for a table, 'folders' for the folder list, 'folder/<id>' for the mail of a folder
    delta_link  end of the last complete round; None before the first and while everything is read anew
    next_link   place inside the round that is under way; None between rounds
    round       number of the round under way or last ended; rows remember the full round that saw them
    full        the round under way brings the whole set: what it does not bring is gone
    """

    __table_args__ = (sa.UniqueConstraint("source_id", "container"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE")
    container: str
    delta_link: str | None = None
    next_link: str | None = None
    round: int = 0
    full: bool = True


class Quarantine(SQLModel, table=True):
    """An item that could not be read: kept out, shown with its reason, tried again when it changes."""

    __table_args__ = (sa.UniqueConstraint("source_id", "item_id"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE")
    item_id: str
    reason: str


class TokenCache(SQLModel, table=True):
    """msal's caches and sign-in flows, encrypted (`store/sources/tokens.py`)."""

    __tablename__ = "token_cache"
    key: str = Field(primary_key=True)
    body: bytes
    saved_at: datetime = Field(sa_type=UtcDateTime)
