"""The tables of activities: sightings, activities with their people, contact days, and what is to be worked out anew."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, instant


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
    modified_at: datetime | None = instant()
    round: int = 0


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
