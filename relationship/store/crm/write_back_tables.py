"""What the columns of the CRM were told last: only what differs from it is written again."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class ToldRating(SQLModel, table=True):
    """The values that one record's columns hold since we wrote them (`health/crm_codes.py`); None: cleared.

    told_at   when they were written
    refused   why the CRM did not take these values, '' when it did; they are not offered again
    """

    __tablename__ = "told_rating"
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    score: int | None = None
    state: int | None = None
    trend: int | None = None
    told_at: datetime = Field(sa_type=UtcDateTime)
    refused: str = ""


class WriteBack(SQLModel, table=True):
    """How far the columns are (a single row, id 1); none before the first turn.

    stamp    every change of the ratings up to this round was told
    since    when there first was something to tell, None while there is nothing
    told_at  the last turn that told something
    trouble  a code, '' while all goes well
    heard_trouble  the same of the columns of what customers say
    """

    __tablename__ = "write_back"
    id: int = Field(default=1, primary_key=True)
    stamp: int = 0
    since: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    trouble: str = ""
    heard_trouble: str = Field(default="", sa_column_kwargs={"server_default": ""})


class ToldMood(SQLModel, table=True):
    """The mood and the risk that one account's columns hold since we wrote them; None: cleared. See `ToldRating`."""

    __tablename__ = "told_mood"
    account_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    mood: int | None = None
    emotion: int | None = None
    risk: int | None = None
    told_at: datetime = Field(sa_type=UtcDateTime)
    refused: str = ""


TOLD_MOOD = table(ToldMood)
TOLD = table(ToldRating)
WRITE_BACK = table(WriteBack)
