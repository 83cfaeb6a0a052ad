"""The tables of recommendations: what people did about each, and the business reviews they wrote."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class RecommendationAct(SQLModel, table=True):
    """What a person did about a recommendation. Rows are added; only `state`, `link` and `made_id` move on.

    key            of the form or call that asked for it: the same one does it once
    cause          what the recommendation came from, as `recommendations.Cause` writes it
    account_id, record_id   the account, and the opportunity where it is about one
    trigger        detector or score;  recommendation: key in the catalogue of that day
    act            a word of `recommendation_acts.Deed`;  state: a word of `recommendation_acts.State`
    until_day      of a snooze: the last day of it;  reason: of a dismissal, a word
    due_on         of a task or meeting;  made_id: what the other system calls it;  link: where it opens
    score_before   the account's health at that moment, None when there was none
    """

    __tablename__ = "recommendation_act"
    __table_args__ = (
        sa.Index("ix_recommendation_act_cause_recommendation", "cause", "recommendation"),
        sa.Index("ix_recommendation_act_by_at", "by", "at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    cause: str
    account_id: int | None = Field(default=None, foreign_key="record.id", index=True, ondelete="CASCADE")
    record_id: int | None = Field(default=None, foreign_key="record.id", index=True, ondelete="CASCADE")
    trigger: str
    recommendation: str
    act: str
    state: str
    until_day: int | None = None
    reason: str = ""
    due_on: date | None = None
    made_id: str = ""
    link: str = ""
    score_before: float | None = None
    at: datetime = Field(sa_type=UtcDateTime)
    by: str


class QbrDocument(SQLModel, table=True):
    """A business review of an account as it was edited, one per period and language.

    span      'quarter', 'half' or 'year';  starts_on: its first day
    body      the texts that were changed, as JSON by section;  version: counts the savings
    """

    __tablename__ = "qbr_document"
    __table_args__ = (sa.UniqueConstraint("account_id", "span", "starts_on", "language"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="record.id", ondelete="CASCADE")
    span: str
    starts_on: date
    language: str
    body: str
    version: int
    saved_at: datetime = Field(sa_type=UtcDateTime)
    saved_by: str


RECOMMENDATION_ACT = table(RecommendationAct)
QBR_DOCUMENT = table(QbrDocument)
