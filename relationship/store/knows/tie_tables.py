"""The tables of who knows whom: days of contact, the ties worked out from them, and what colleagues chose.

"Among" is how many *other* people were on an activity; of a kind and day the smallest such number is kept for
each side, 0 when nothing came from it. One divided by it is the share of the day (`docs/who-knows-whom.md`).
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class TieActivity(SQLModel, table=True):
    """Derived: what a stored activity is to one colleague and one address outside.

    ours, theirs  whether it came from that side (0 or 1);  among: how many other people are on it
    """

    __tablename__ = "tie_activity"
    __table_args__ = (sa.Index("ix_tie_activity_activity_id", "activity_id"),)
    colleague_id: int = Field(primary_key=True)
    address_id: int = Field(primary_key=True)
    activity_id: int = Field(primary_key=True)
    kind: str
    day: int
    ours: int
    theirs: int
    among: int


class TieDay(SQLModel, table=True):
    """Derived: the contact of a colleague with an address outside, by kind and day."""

    __tablename__ = "tie_day"
    __table_args__ = (
        # Who is in touch with somebody lately, from the index alone.
        sa.Index("ix_tie_day_in_touch", "address_id", "day", "colleague_id"),
        sa.Index("ix_tie_day_day", "day"),
    )
    colleague_id: int = Field(foreign_key="colleague.id", primary_key=True, ondelete="CASCADE")
    address_id: int = Field(foreign_key="address.id", primary_key=True, ondelete="CASCADE")
    kind: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    ours_among: int
    theirs_among: int


class PairActivity(SQLModel, table=True):
    """Derived: what a stored activity is to two colleagues who are both on it."""

    __tablename__ = "pair_activity"
    __table_args__ = (sa.Index("ix_pair_activity_activity_id", "activity_id"),)
    low_colleague_id: int = Field(primary_key=True)
    high_colleague_id: int = Field(primary_key=True)
    activity_id: int = Field(primary_key=True)
    kind: str
    day: int
    low: int
    high: int
    among: int


class PairDay(SQLModel, table=True):
    """The contact of two colleagues, by kind and day.

    internal  counted while reading what is among colleagues only, of which nothing else is kept; otherwise
              derived from stored activities
    """

    __tablename__ = "pair_day"
    __table_args__ = (
        sa.Index("ix_pair_day_high_colleague_id", "high_colleague_id"),
        sa.Index("ix_pair_day_day", "day"),
    )
    low_colleague_id: int = Field(foreign_key="colleague.id", primary_key=True, ondelete="CASCADE")
    high_colleague_id: int = Field(foreign_key="colleague.id", primary_key=True, ondelete="CASCADE")
    internal: bool = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    low_among: int
    high_among: int


class TiePerson(SQLModel, table=True):
    """Derived: the addresses of each contact and lead, as the ties were last worked out with them.

    A row stays when its record or address goes: that is how the ties that went with it are found.
    """

    __tablename__ = "tie_person"
    address_id: int = Field(primary_key=True)
    record_id: int = Field(primary_key=True, index=True)


class Tie(SQLModel, table=True):
    """Derived: the kept sums of a colleague and a contact, a lead or another colleague (`graph.ties.TieSums`).

    person      number of the other one in the network (`network_people`); of two colleagues the higher id
    ours        sum of what came from the colleague;  theirs: from the other one. Both 0: the tie is gone
    stamp       the round that wrote the row: whoever keeps a copy reads the rows of later rounds again
    """

    __tablename__ = "tie"
    colleague_id: int = Field(foreign_key="colleague.id", primary_key=True, ondelete="CASCADE")
    person: int = Field(primary_key=True)
    ours: float
    theirs: float
    stamp: int = Field(index=True)


class StaleTie(SQLModel, table=True):
    """Pairs whose tie must be worked out again."""

    __tablename__ = "stale_tie"
    colleague_id: int = Field(primary_key=True)
    person: int = Field(primary_key=True)


class TieRound(SQLModel, table=True):
    """What a kept copy of the network is compared with (a single row, id 1).

    stamp       raised whenever ties changed;  people: whenever names or who may be used changed
    generation  raised when rows went without a trace: a copy is read anew as a whole
    """

    __tablename__ = "tie_round"
    id: int = Field(default=1, primary_key=True)
    stamp: int = 0
    people: int = 0
    generation: int = 0


class Preference(SQLModel, table=True):
    """What a colleague chose for himself; no row: nothing.

    opted_out_at  since when he is absent from who knows whom, None while he is not
    do_not_ask    he is never proposed for an introduction
    """

    colleague_key: str = Field(primary_key=True)
    opted_out_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    do_not_ask: bool = False


TIE_DAY = table(TieDay)
PAIR_DAY = table(PairDay)
TIE = table(Tie)
ROUND = table(TieRound)
PREFERENCE = table(Preference)
