"""What a rating is computed from, kept packed beside it: new rules re-rate everything from these two tables."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import table


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
