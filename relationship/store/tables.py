"""The tables. Natural keys are unique and are what other systems and the dump see; `id` is ours only.

Lookups between CRM rows are kept as GUIDs, not as foreign keys: rows arrive in any order, and a join
finds them once both are there. A `day` is the number of days since 1970-01-01 in the organisation's
time zone (`clock.day_number`): exact on every database and ready for arrays.
"""

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

from relationship.store.lists.searching import folded

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

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def table(model: type[SQLModel]) -> sa.Table:
    """The table behind a model, for set-based statements (SQLModel does not declare it for type checkers)."""
    found: sa.Table = model.__table__  # type: ignore[attr-defined]
    return found


def _instant(*, index: bool = False) -> datetime | None:
    found: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True, index=index)
    return found


# Compared sign by sign on every database, so that names stand in one order everywhere.
PLAIN_ORDER = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def _folded_name(context: Any) -> str:
    return folded(context.get_current_parameters().get("name") or "")


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
    last_success_at: datetime | None = _instant()
    tried_at: datetime | None = _instant()


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


class Sighting(SQLModel, table=True):
    """One source's copy of an activity. The activity lives as long as one sighting does.

    content is the parsed item as JSON (participants, times), the basis for merging partial rows and for
    choosing the canonical copy; activity_key is None while the item has not fully arrived.
    """

    __table_args__ = (sa.UniqueConstraint("source_id", "item_id"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE")
    item_id: str
    container: str
    activity_key: str | None = Field(default=None, index=True)
    content: str
    modified_at: datetime | None = _instant()
    round: int = 0


class Quarantine(SQLModel, table=True):
    """An item that could not be read: kept out, shown with its reason, tried again when it changes."""

    __table_args__ = (sa.UniqueConstraint("source_id", "item_id"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE")
    item_id: str
    reason: str


class Address(SQLModel, table=True):
    """A normalised mail address; colleague_id says whose, when it is one of ours."""

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(unique=True)
    colleague_id: int | None = Field(default=None, foreign_key="colleague.id", index=True)


class Colleague(SQLModel, table=True):
    """A person of the organisation, known to the directory, the CRM or both.

    key   the Graph user id (Dataverse: azureactivedirectoryobjectid), else 'systemuser:<guid>'
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str = ""
    crm_name: str = ""
    systemuser_guid: str | None = Field(default=None, index=True)
    in_directory: bool = False
    in_crm: bool = False
    enabled: bool = True  # may sign in, says the directory
    directory_round: int = 0
    crm_round: int = 0


class ColleagueAddress(SQLModel, table=True):
    """Which addresses a colleague has, and who says so ('msgraph' or 'dataverse')."""

    __tablename__ = "colleague_address"
    colleague_id: int = Field(foreign_key="colleague.id", primary_key=True, ondelete="CASCADE")
    origin: str = Field(primary_key=True)
    address: str = Field(primary_key=True)


class Record(SQLModel, table=True):
    """A CRM record that is rated: opportunity, contact, lead or account (columns that fit its kind).

    status  opportunity open/won/lost · lead open/qualified/disqualified · contact, account active/inactive
    stage, probability, value, currency, close_on: opportunities only; job_title: contacts and leads
    folded  its name without case and accents, set along with it
    contact_guid   opportunity: its contact · account: its primary contact · contact: the one it was merged into
    team_guid, team_name   the business unit that owns it; segment: the account's, of a lead its own, '' without one
    account_number, domain, renewal_on, arr   accounts only: number in the CRM, domain of its web site, day on which
                     its contract ends or is renewed, revenue of a year in `currency`;  competitor: opportunities only
    lost_on          accounts only: day on which it was lost, from its own column of the CRM, else the day on which it
                     was seen to become inactive; None: not lost, or nobody knows
    exchange_rate    accounts and opportunities: what one unit of the organisation's own currency is worth in `currency`
    """

    __table_args__ = (
        sa.UniqueConstraint("kind", "guid"),
        # What the list counts, sums and filters by, without touching the rows. By number within a status: the
        # ratings beside it lie in the same order.
        sa.Index(
            "ix_record_listing", "kind", "status", "id", "currency", "value", "close_on", "owner_guid", "account_guid"
        ),
        sa.Index("ix_record_named", "kind", "folded", "id", "status", "account_guid"),
        # The latest opportunities that were won or lost.
        sa.Index("ix_record_closed", "kind", "status", "closed_on"),
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    guid: str
    name: str = ""
    status: str = "open"
    created_on: date
    closed_on: date | None = None
    owner_guid: str | None = None  # systemuser
    account_guid: str | None = Field(default=None, index=True)
    contact_guid: str | None = None
    job_title: str = ""
    stage: str = ""
    probability: int | None = None
    value: float | None = None
    currency: str = ""
    close_on: date | None = None
    team_guid: str | None = None
    team_name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    segment: str = Field(default="", sa_column_kwargs={"server_default": ""})
    account_number: str = Field(default="", sa_column_kwargs={"server_default": ""})
    domain: str = Field(default="", sa_column_kwargs={"server_default": ""})
    renewal_on: date | None = None
    arr: float | None = None
    folded: str = Field(
        default="",
        sa_column=sa.Column(
            "folded", PLAIN_ORDER, nullable=False, server_default="", default=_folded_name, info={"of": "name"}
        ),
    )
    competitor: str = Field(default="", sa_column_kwargs={"server_default": ""})
    lost_on: date | None = None
    exchange_rate: float | None = None
    round: int = 0


class RecordAddress(SQLModel, table=True):
    """The mail addresses of a contact or lead."""

    __tablename__ = "record_address"
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    address: str = Field(primary_key=True, index=True)


class Membership(SQLModel, table=True):
    """A Dataverse connection: a colleague in the sales team, or a contact as stakeholder, of an opportunity."""

    id: int | None = Field(default=None, primary_key=True)
    connection_guid: str = Field(unique=True)
    opportunity_guid: str = Field(index=True)
    member: str  # 'systemuser' or 'contact'
    member_guid: str
    round: int = 0


class RecordSide(SQLModel, table=True):
    """Derived: which addresses stand on which side of a record ('us' or 'them'), design section 5.

    For contacts and accounts only 'them' is listed: "us" is any colleague.
    """

    __tablename__ = "record_side"
    __table_args__ = (sa.Index("ix_record_side_address_id", "address_id"),)
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    address_id: int = Field(foreign_key="address.id", primary_key=True)
    side: str = Field(primary_key=True)


class Activity(SQLModel, table=True):
    """One activity, however many sightings it has.

    status  done, planned, cancelled, or gone: its last sighting vanished and the derived tables are to follow
    """

    __table_args__ = (sa.Index("ix_activity_regarding", "regarding_guid", "regarding_kind"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    day: int
    status: str
    minutes: int | None = None
    regarding_kind: str | None = None
    regarding_guid: str | None = None


class ActivityParty(SQLModel, table=True):
    __tablename__ = "activity_party"
    __table_args__ = (sa.Index("ix_activity_party_address_id", "address_id"),)
    activity_id: int = Field(foreign_key="activity.id", primary_key=True, ondelete="CASCADE")
    address_id: int = Field(foreign_key="address.id", primary_key=True)
    role: str = Field(primary_key=True)


class RecordActivity(SQLModel, table=True):
    """Derived: the activities that belong to a record. ours/theirs say whose act it was (0 or 1)."""

    __tablename__ = "record_activity"
    __table_args__ = (
        sa.Index("ix_record_activity_activity_id", "activity_id"),
        # What took place lately, without a look at all that a record ever had.
        sa.Index("ix_record_activity_lately", "record_id", "status", "day", "kind"),
    )
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    activity_id: int = Field(primary_key=True)
    kind: str
    day: int
    status: str
    ours: int
    theirs: int


class ContactDay(SQLModel, table=True):
    """Derived: what every score reads. How many activities of a kind on a day, from us and from them."""

    __tablename__ = "contact_day"
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    kind: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    ours: int
    theirs: int


class StaleActivity(SQLModel, table=True):
    """Activities (by key) whose place in the derived tables must be worked out again."""

    __tablename__ = "stale_activity"
    key: str = Field(primary_key=True)


class StaleDay(SQLModel, table=True):
    """Contact days to add up again; empty between two refreshes."""

    __tablename__ = "stale_day"
    record_id: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    day: int = Field(primary_key=True)


class StaleRecord(SQLModel, table=True):
    """Records to rate again."""

    __tablename__ = "stale_record"
    record_id: int = Field(primary_key=True)


class StalePeople(SQLModel, table=True):
    """One row while people, addresses or memberships changed since the sides were last worked out."""

    __tablename__ = "stale_people"
    id: int = Field(default=1, primary_key=True)


class Health(SQLModel, table=True):
    """The latest rating of a record.

    as_of     day number the rating is for (for a closed record the day it was closed)
    state     rated, not_enough_information, no_closed_activity, source_degraded, nothing_in_window
    score     0..100, None without a score; exact is the same before rounding
    rating    good, fair, poor or None; trend improving, steady, declining or None
    falls_on  day the rating falls if nothing happens, None when it cannot; falls_to the rating then
    stamp     the round (`rating_tables.RatingRound`) that last changed this row: what has to be told to others
    rules_version  the rules in force when the row last changed
    """

    # New rules change neither: only activities move a row in these.
    __table_args__ = (
        sa.Index("ix_health_last_activity_at", "last_activity_at"),
        sa.Index("ix_health_next_activity_at", "next_activity_at"),
    )
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    as_of: int
    rules_version: int
    state: str
    closed: bool = False
    recent: bool = False  # fewer than 3 contact days or younger than 14 days: provisional
    score: int | None = None
    exact: float | None = None
    rating: str | None = None
    trend: str | None = None
    trend_points: float | None = None  # mean of the last 4 weekly scores minus the 4 before
    falls_on: date | None = None
    falls_to: str | None = None
    stamp: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    last_activity_at: datetime | None = _instant()
    next_activity_at: datetime | None = _instant()


class TokenCache(SQLModel, table=True):
    """msal's caches and sign-in flows, encrypted (`store/sources/tokens.py`)."""

    __tablename__ = "token_cache"
    key: str = Field(primary_key=True)
    body: bytes
    saved_at: datetime = Field(sa_type=UtcDateTime)
