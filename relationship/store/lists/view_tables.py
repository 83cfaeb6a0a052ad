"""The lists that people keep: filters, columns and order under a name."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class SavedView(SQLModel, table=True):
    """One kept list of one person. Only this person sees it.

    several    which list: opportunities, contacts, leads, accounts
    arguments  its address arguments, as in the address
    starts     the list opens with it
    removed_at since when it is removed and may be taken back; None while it is kept
    """

    __tablename__ = "saved_view"
    __table_args__ = (sa.Index("ix_saved_view_colleague_key", "colleague_key", "several"),)
    id: int | None = Field(default=None, primary_key=True)
    colleague_key: str
    several: str
    name: str
    arguments: str = ""
    starts: bool = False
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


VIEW = table(SavedView)
