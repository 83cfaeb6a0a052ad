"""The tables of what is read out of turn: what Microsoft promised to tell us, hints received, and an admin's wish."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime


class ChangeSubscription(SQLModel, table=True):
    """A resource of which Microsoft Graph tells the changes, or refused to.

    source_key       which source a notification concerns (`Source.key`)
    subscription_id  Microsoft's id; None while it is refused or was removed
    state_hash       SHA-256 of its secret (`clientState`); the secret itself is not kept
    due              '' or 'reauthorize': what a lifecycle event asked for
    reason           why it was refused: an error code
    All times are real time, as those of tokens are, also where the clock is frozen.
    """

    __tablename__ = "change_subscription"
    resource: str = Field(primary_key=True)
    source_key: str = Field(index=True)
    subscription_id: str | None = Field(default=None, unique=True)
    state_hash: str = ""
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    renew_at: datetime = Field(sa_type=UtcDateTime)  # next time to do something about it
    due: str = ""
    reason: str = ""


class Hint(SQLModel, table=True):
    """A source that is said to have changed. Notices are counted, so that one during a sync is not lost."""

    source_key: str = Field(primary_key=True)
    notices: int
    last_at: datetime = Field(sa_type=UtcDateTime)


class NoticeCount(SQLModel, table=True):
    """How many notifications of a day were taken, and how many dropped, by reason. Day numbers of UTC."""

    __tablename__ = "notice_count"
    day: int = Field(primary_key=True)
    outcome: str = Field(primary_key=True)
    notices: int


class SyncWish(SQLModel, table=True):
    """The latest wish of an administrator that everything is read now (a single row, id 1).

    began_at  when the scheduler took it up; ended_at: when reading and rating were over
    reason    '' or the code of what stopped it
    All times are real time.
    """

    __tablename__ = "sync_wish"
    id: int = Field(default=1, primary_key=True)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    began_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    reason: str = ""
