"""The reports that people keep: what they show, under a name."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class SavedReport(SQLModel, table=True):
    """One report of one person.

    body        JSON of `relationship.reports.definition.Definition`; never a figure of an account
    is_shared   everybody who reads records may open it, and sees of it what they may read
    removed_at  since when it is removed and may be taken back; None while it is kept
    """

    __tablename__ = "report"
    __table_args__ = (sa.Index("ix_report_owner_key", "owner_key"),)
    id: int | None = Field(default=None, primary_key=True)
    owner_key: str
    owner_name: str
    name: str
    body: str
    is_shared: bool = False
    changed_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


REPORT = table(SavedReport)
