"""The tables of what is known about a customer beside who wrote whom: use, events, satisfaction, health fields, stages.

All hang on a CRM record and go with it. What an import does not name stays empty (None): unknown is not zero.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class UsageDay(SQLModel, table=True):
    """How much an account used the product on one day. All figures are 0 or more; None: not told.

    active_users, logins   people who used it, and how often they came in
    features_used          how many different functions were used; premium_features: of these, paid extra
    seats                  licences paid for
    """

    __tablename__ = "usage_day"
    account_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    day: int = Field(primary_key=True)
    active_users: int | None = None
    logins: int | None = None
    features_used: int | None = None
    premium_features: int | None = None
    seats: int | None = None


class UsageSpan(SQLModel, table=True):
    """The use of one account summed over a week or a month; worked out from `usage_day`, never typed.

    span   'week' or 'month';  start: day number of its Monday, or of the first of the month
    days   with any figure;  active_users: sum over its days, of which active_days told it
    logins: sum;  features_used, premium_features, seats: the most on one day;  last_login_day: with a log-in
    """

    __tablename__ = "usage_span"
    account_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    span: str = Field(primary_key=True)
    start: int = Field(primary_key=True)
    days: int
    active_users: int | None = None
    active_days: int = 0
    logins: int | None = None
    features_used: int | None = None
    premium_features: int | None = None
    seats: int | None = None
    last_login_day: int | None = None


class AccountEvent(SQLModel, table=True):
    """Something that happened at a customer.

    key        what makes it the same event when it comes again: a reference given, else day, kind and text
    kind       a word of `events.EventKind`;  direction: 'up', 'down' or '' where neither fits
    source     where it is known from, in the words of whoever entered it
    record_id  the opportunity that it is about, None: the whole account
    """

    __tablename__ = "account_event"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "key"),
        sa.Index("ix_account_event_account_id_day", "account_id", "day"),
    )
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="record.id", ondelete="CASCADE")
    key: str
    day: int
    kind: str
    direction: str = ""
    text: str = ""
    source: str = ""
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: str = ""
    added_by_name: str = ""
    record_id: int | None = Field(default=None, foreign_key="record.id", ondelete="CASCADE", index=True)


class Satisfaction(SQLModel, table=True):
    """One answer to a survey.

    kind     'nps' (0 to 10), 'csat' (1 to 5), 'ces' (1 to 7) or 'percent' (0 to 100)
    share    the score on a scale of 0 to 100, whatever the kind, higher is happier
    contact_guid  who answered, None when nobody says;  comment: their words, '' without
    """

    __table_args__ = (
        sa.UniqueConstraint("account_id", "key"),
        sa.Index("ix_satisfaction_account_id_day", "account_id", "day"),
    )
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="record.id", ondelete="CASCADE")
    key: str
    day: int
    kind: str
    score: float
    share: float
    contact_guid: str | None = None
    comment: str = ""
    source: str = ""
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: str = ""
    added_by_name: str = ""


_PRESENT = sa.text("until IS NULL")


class AccountHealthValue(SQLModel, table=True):
    """One value of a health field from one source, and since when; rows are ended, never changed.

    field    'score', 'status' or 'churn';  source: 'computed', 'crm', 'imported' or 'typed'
    value    '0' to '100'; 'healthy', 'at_risk', 'escalated'; 'true', 'false'; None: cleared
    until    when the next value of the same field and source replaced it; None: in force
    """

    __tablename__ = "account_health_value"
    __table_args__ = (
        sa.Index(
            "ix_account_health_value_present",
            "account_id",
            "field",
            "source",
            unique=True,
            sqlite_where=_PRESENT,
            postgresql_where=_PRESENT,
        ),
        sa.Index("ix_account_health_value_account_id_at", "account_id", "at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="record.id", ondelete="CASCADE")
    field: str
    source: str
    value: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = ""
    by_name: str = ""
    until: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class StageDay(SQLModel, table=True):
    """Where an opportunity stood at the end of a day on which something of it changed.

    source  'crm': observed while reading;  'imported'
    """

    __tablename__ = "stage_day"
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    day: int = Field(primary_key=True)
    stage: str = ""
    probability: int | None = None
    value: float | None = None
    close_on: date | None = None
    source: str = "crm"


USAGE_DAY = table(UsageDay)
USAGE_SPAN = table(UsageSpan)
ACCOUNT_EVENT = table(AccountEvent)
SATISFACTION = table(Satisfaction)
ACCOUNT_HEALTH_VALUE = table(AccountHealthValue)
STAGE_DAY = table(StageDay)
