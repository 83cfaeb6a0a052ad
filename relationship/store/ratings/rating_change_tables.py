"""What became of ratings over time, and what changed about the records themselves: kept, never worked out again."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class RatingChange(SQLModel, table=True):
    """The ledger: one announced change of the rating or of the trend of a record; rows are only ever added.

    id                         ascending in the order in which the changes were noted
    day                        day number of the rating that changed;  noted_at: when it was written
    what                       'rating' (before and after: good, fair, poor) or 'trend' (improving, steady, declining)
    score_before, score_after  the scores when each of the two was noted
    cause                      a word of `health.changes.Cause`;  kinds: of the activities behind it, space separated
    rules_version              the rules of the rating after
    """

    __tablename__ = "rating_change"
    __table_args__ = (
        sa.Index("ix_rating_change_record", "record_id", "id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    record_id: int = Field(foreign_key="record.id", ondelete="CASCADE")
    day: int
    noted_at: datetime = Field(sa_type=UtcDateTime)
    what: str
    before: str
    after: str
    score_before: int
    score_after: int
    cause: str
    kinds: str = ""
    rules_version: int


class AnnouncedRating(SQLModel, table=True):
    """The rating and the trend last announced of a record: what the next ones are held against.

    score, trend_score  the scores when each was noted; trend and trend_score are None before the first trend
    """

    __tablename__ = "announced_rating"
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    rating: str
    score: int
    trend: str | None = None
    trend_score: int | None = None


class RecordChange(SQLModel, table=True):
    """A change of a record in the CRM, as the reading brought it.

    what  'owner' (before and after: GUID of the systemuser, '' for none), 'stage' (before and after: its words) or 'team'
          (of an opportunity: who left before, who joined after)
    day   day number of the first rating after the reading; None until then
    """

    __tablename__ = "record_change"
    __table_args__ = (sa.Index("ix_record_change_record", "record_id", "id"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    record_id: int = Field(foreign_key="record.id", ondelete="CASCADE")
    what: str
    before: str
    after: str
    day: int | None = Field(default=None, index=True)


RATING_CHANGE = table(RatingChange)
ANNOUNCED = table(AnnouncedRating)
RECORD_CHANGE = table(RecordChange)
