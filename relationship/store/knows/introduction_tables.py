"""The tables of introductions: requests to a colleague, and the ledger of what happened to each."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table

_OPEN = sa.text("state IN ('sending', 'asked', 'accepted')")


class Introduction(SQLModel, table=True):
    """One request of a seller to a colleague to be introduced to a contact or lead.

    key          what pages and the API call it;  request_key: what the seller's form called it, for pressing twice
    seller_key, colleague_key   `colleague.key`
    state        a word of `introductions.State`;  step: number of its last ledger row
    in_doubt     its mail was handed over and no answer came: it is never sent again by itself
    notify       the seller wants a mail about the answer
    via          a word of `introductions.Via`;  language: of the mail, 'fr' or 'en'
    subject, body   what the seller wrote, '' once forgotten
    word, hops   strength word of the tie and number of colleagues on the path, as they were when asking
    remind_at    when the one reminder is due, None when none is;  due_at: when it lapses
    reason       of a declined one: 'not_well' or '';  proposed_key: the colleague named instead, None for none
    """

    __table_args__ = (
        sa.Index(
            "ix_introduction_one_open",
            "seller_key",
            "colleague_key",
            "target_kind",
            "target_guid",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        sa.UniqueConstraint("seller_key", "request_key"),
        sa.Index("ix_introduction_colleague_key_state", "colleague_key", "state"),
        sa.Index("ix_introduction_state_due_at", "state", "due_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    request_key: str
    seller_key: str
    colleague_key: str
    target_kind: str
    target_guid: str
    state: str
    step: int = 0
    in_doubt: bool = False
    notify: bool = False
    via: str
    language: str
    template_key: str
    subject: str
    body: str
    word: str
    hops: int
    asked_at: datetime = Field(sa_type=UtcDateTime, index=True)
    remind_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    due_at: datetime = Field(sa_type=UtcDateTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    reason: str = ""
    proposed_key: str | None = None


class IntroductionStep(SQLModel, table=True):
    """What happened to a request, in order. Rows are added, never changed.

    hand  'seller', 'colleague' or 'service';  by  'page', 'link', 'mail' or 'schedule';  state: after the step
    """

    __tablename__ = "introduction_step"
    introduction_id: int = Field(foreign_key="introduction.id", primary_key=True, ondelete="CASCADE")
    number: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    step: str
    hand: str
    by: str
    state: str


INTRODUCTION = table(Introduction)
INTRODUCTION_STEP = table(IntroductionStep)
