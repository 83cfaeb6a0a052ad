"""The tables of signals: what was found out about accounts and opportunities, and on what each rests."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table

_OPEN = sa.text("ended_at IS NULL")


class SignalRecord(SQLModel, table=True):
    """One signal of one detector about an account or an opportunity.

    account_id   the account, or that of the opportunity; None for an opportunity without one
    record_id    the opportunity; None for a signal about the account itself
    subject_id   which of the two it is about
    key          what makes it the same fact when it comes again
    strength     0 to 1;  evidence: JSON list of `signals.signal.Fact`, numbers of rows and figures only
    first_seen, last_seen  day numbers;  ended_at: when it was found over, None: open
    ended_why    '', 'over', 'off' (the detector was switched off) or 'past' (found after it was over)
    """

    __tablename__ = "signal"
    __table_args__ = (
        sa.UniqueConstraint("detector", "subject_id", "key"),
        sa.Index("ix_signal_open", "detector", "subject_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("ix_signal_account_id", "account_id", "ended_at"),
        sa.Index("ix_signal_record_id", "record_id"),
        sa.Index("ix_signal_subject_id", "subject_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    account_id: int | None = Field(default=None, foreign_key="record.id", ondelete="CASCADE")
    record_id: int | None = Field(default=None, foreign_key="record.id", ondelete="CASCADE")
    subject_id: int = Field(foreign_key="record.id", ondelete="CASCADE")
    detector: str
    family: str
    key: str
    strength: float
    evidence: str = "[]"
    first_seen: int
    last_seen: int
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    ended_why: str = ""


class SignalSource(SQLModel, table=True):
    """A kind of data that is missing or broken for an account; no row: it is well.

    source  'usage', 'activities', 'events', 'crm' or 'verbatims';  state: 'no_data' or 'broken';  since: day number
    """

    __tablename__ = "signal_source"
    account_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    source: str = Field(primary_key=True)
    state: str
    since: int


class ContactStanding(SQLModel, table=True):
    """How a contact of an account stood when it was last looked at, so that changes are noticed.

    account_id  the account it belonged to;  active: in the CRM;  is_primary: it was the account's primary contact
    """

    __tablename__ = "contact_standing"
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    account_id: int = Field(foreign_key="record.id", ondelete="CASCADE", index=True)
    active: bool
    is_primary: bool


class ContactChange(SQLModel, table=True):
    """What happened to a contact of an account, as seen in the CRM.

    what  'left' (deactivated), 'moved' (to another account), 'primary' (became primary contact), 'replaced' (is no
          longer the primary contact)
    """

    __tablename__ = "contact_change"
    __table_args__ = (
        sa.UniqueConstraint("record_id", "account_id", "what", "day"),
        sa.Index("ix_contact_change_account_id", "account_id", "day"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="record.id", ondelete="CASCADE")
    record_id: int = Field(foreign_key="record.id", ondelete="CASCADE")
    what: str
    day: int


SIGNAL = table(SignalRecord)
SIGNAL_SOURCE = table(SignalSource)
CONTACT_STANDING = table(ContactStanding)
CONTACT_CHANGE = table(ContactChange)
