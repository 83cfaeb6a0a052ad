"""The tables of everything that leaves by itself: deliveries, how people wish to be told, how far changes were acted on."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table

_OPEN = sa.text("state IN ('waiting', 'failed')")


class Delivery(SQLModel, table=True):
    """One mail, webhook call, CRM task or file on its way out. All times are real time, also where the clock is frozen.

    key       what the writer calls it; nothing is ever enqueued twice under one
    kind      a word of `outbox.Kind`;  target: who is asked for patience together: a person, an endpoint, the CRM
    lane      deliveries of one lane leave in their order, '' for no order
    event     what it is about, a word of `settings.rules.actions.EVENTS` or ''
    payload   JSON, '' once it is forgotten
    state     a word of `outbox.State`;  due_at: not before;  leased_until: somebody is at it until then
    is_digest it waits to be joined with others;  bundle: the mail in which it left or leaves, '' before
    last_code why the last try failed, '' when none did
    """

    __table_args__ = (
        sa.Index("ix_delivery_due", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("ix_delivery_lane", "lane", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index("ix_delivery_target_state", "target", "state"),
        sa.Index("ix_delivery_record_kind_record_guid", "record_kind", "record_guid"),
        sa.Index("ix_delivery_bundle", "bundle"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    target: str
    lane: str = ""
    event: str = ""
    record_kind: str = ""
    record_guid: str = ""
    payload: str
    state: str
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
    due_at: datetime = Field(sa_type=UtcDateTime)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    attempts: int = 0
    tried_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    last_code: str = ""
    is_digest: bool = False
    bundle: str = ""


class MailChoice(SQLModel, table=True):
    """How a colleague wishes to be told by mail; whoever never chose is told at once.

    how  a word of `mail_choices.How`;  language: 'fr' or 'en'
    """

    __tablename__ = "mail_choice"
    person_key: str = Field(primary_key=True)
    how: str
    language: str


class ActedUpTo(SQLModel, table=True):
    """Up to which change of a rating the organisation's rules were followed (a single row, id 1)."""

    __tablename__ = "acted_up_to"
    id: int = Field(default=1, primary_key=True)
    change_id: int


DELIVERY = table(Delivery)
MAIL_CHOICE = table(MailChoice)
ACTED_UP_TO = table(ActedUpTo)
