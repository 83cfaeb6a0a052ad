"""What a rating is computed from, kept packed beside it: new rules re-rate everything from these two tables."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import instant, table


class RatingRound(SQLModel, table=True):
    """What the stored ratings are for (a single row, id 1); none before the first rating.

    stamp          raised by every round that rated something or put new rules in force
    as_of          day number of the ratings of all records that are not closed
    window_began   first day that counts, as a day number
    rules_version  the rules of all ratings
    """

    __tablename__ = "rating_round"
    id: int = Field(default=1, primary_key=True)
    stamp: int
    as_of: int
    window_began: int
    rules_version: int


class RatingBasis(SQLModel, table=True):
    """All that the rating of one record needs, whatever the rules are.

    stamp     the round that wrote the row: whoever keeps a copy reads the rows of later rounds again
    created   day number of its creation in the CRM
    closed    nobody works on it any more; closed_day: day number it is rated for, None while the CRM names none
    degraded  a source that feeds it is broken
    days      its contact days, packed (`store/ratings/bases.py`)
    """

    __tablename__ = "rating_basis"
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    stamp: int = Field(index=True)
    created: int
    closed: bool = False
    closed_day: int | None = None
    degraded: bool = False
    days: bytes = Field(sa_type=sa.LargeBinary)


ROUND = table(RatingRound)
BASIS = table(RatingBasis)


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
    last_activity_at: datetime | None = instant()
    next_activity_at: datetime | None = instant()
