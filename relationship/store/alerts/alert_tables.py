"""The tables of alerts: rules with every version, what they raised, who is told, lists, addresses outside."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class StoredAlertRule(SQLModel, table=True):
    """One rule (`verbatims/alerts/rule.py` as JSON in `body`).

    owner_key  '' for the organisation's, else whose own it is;  from_verbatim: it acts on what arrives later only
    """

    __tablename__ = "alert_rule"
    id: int | None = Field(default=None, primary_key=True)
    owner_key: str = Field(default="", index=True)
    owner_name: str = ""
    name: str
    enabled: bool = False
    version: int = 1
    body: str
    from_verbatim: int = 0
    from_change: int = 0
    saved_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class AlertRuleVersion(SQLModel, table=True):
    """A rule as somebody saved it."""

    __tablename__ = "alert_rule_version"
    rule_id: int = Field(foreign_key="alert_rule.id", primary_key=True, ondelete="CASCADE")
    version: int = Field(primary_key=True)
    body: str
    enabled: bool
    saved_at: datetime = Field(sa_type=UtcDateTime)
    saved_by: str = ""
    saved_by_name: str = ""


class Alert(SQLModel, table=True):
    """One firing of a rule on one verbatim.

    key      rule and verbatim, or rule and change of owner: no alert twice
    because  JSON of the conditions that held;  said: digest of the text as it was then, which may be replaced
    state    new, confirmed, handled or false_alarm
    """

    __table_args__ = (
        sa.Index("ix_alert_rule_id_state", "rule_id", "state"),
        sa.Index("ix_alert_state_id", "state", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    rule_id: int = Field(foreign_key="alert_rule.id", ondelete="CASCADE")
    rule_version: int
    verbatim_id: int = Field(foreign_key="verbatim.id", ondelete="CASCADE", index=True)
    account_id: int | None = Field(default=None, foreign_key="record.id", ondelete="CASCADE", index=True)
    raised_at: datetime = Field(sa_type=UtcDateTime)
    because: str = "[]"
    said: str = Field(default="", sa_column_kwargs={"server_default": ""})
    state: str = "new"
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    decided_by: str = ""
    decided_by_name: str = ""
    note: str = ""


class AlertTelling(SQLModel, table=True):
    """That somebody is to hear of an alert, or that something is done.

    target    'person/<key>', 'address/<address>', 'endpoint/<key>', 'folder', 'task', 'note', 'risk/<level>' or
              'list/<number>'
    state     waiting, told (done, or handed to the outbox), withheld, or dropped before it was
    told_key  of the delivery in which it left;  instead: 'no_owner' or 'owner_gone', of whom is told for the owner
    """

    __tablename__ = "alert_telling"
    __table_args__ = (
        sa.UniqueConstraint("alert_id", "target"),
        sa.Index("ix_alert_telling_rule_id_target_state", "rule_id", "target", "state", "told_at"),
        sa.Index("ix_alert_telling_state", "state", "rule_id"),
        sa.Index("ix_alert_telling_target", "target"),
    )
    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id", ondelete="CASCADE")
    rule_id: int
    target: str
    state: str = "waiting"
    raised_at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    told_key: str = ""
    instead: str = Field(default="", sa_column_kwargs={"server_default": ""})


class AlertLetter(SQLModel, table=True):
    """A mail to the customer that waits for a person. address: '' unknown;  state: draft, released or discarded."""

    __tablename__ = "alert_letter"
    alert_id: int = Field(foreign_key="alert.id", primary_key=True, ondelete="CASCADE")
    address: str = Field(index=True)
    language: str = "fr"
    subject: str
    body: str
    state: str = "draft"
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    decided_by: str = ""
    decided_by_name: str = Field(default="", sa_column_kwargs={"server_default": ""})


class AlertList(SQLModel, table=True):
    """A named list of addresses and accounts. is_mailing: rules may send alerts to it; else it holds customers."""

    __tablename__ = "alert_list"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    is_mailing: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    language: str = Field(default="fr", sa_column_kwargs={"server_default": "fr"})
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class AlertListEntry(SQLModel, table=True):
    """Somebody on a list. key: the address, else 'account:<id>'; alert_id: which alert put it there, None for a hand."""

    __tablename__ = "alert_list_entry"
    list_id: int = Field(foreign_key="alert_list.id", primary_key=True, ondelete="CASCADE")
    key: str = Field(primary_key=True)
    address: str = Field(default="", index=True)
    account_id: int | None = Field(default=None, foreign_key="record.id", ondelete="CASCADE")
    alert_id: int | None = Field(default=None, foreign_key="alert.id", ondelete="CASCADE")
    added_at: datetime = Field(sa_type=UtcDateTime)


class OutsideAddress(SQLModel, table=True):
    """An address outside to which an administrator lets alerts go. language: '' for that of a list it is on."""

    __tablename__ = "outside_address"
    address: str = Field(primary_key=True)
    confirmed_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_by: str = ""
    confirmed_by_name: str = ""
    language: str = Field(default="", sa_column_kwargs={"server_default": ""})


class AlertPlace(SQLModel, table=True):
    """Up to which change of an account's team rules were followed (a single row, id 1)."""

    __tablename__ = "alert_place"
    id: int = Field(default=1, primary_key=True)
    change_id: int = 0


class AttritionProfile(SQLModel, table=True):
    """A profile of lost customers (`verbatims/alerts/attrition.py` as JSON); the newest is in force."""

    __tablename__ = "attrition_profile"
    id: int | None = Field(default=None, primary_key=True)
    learnt_at: datetime = Field(sa_type=UtcDateTime)
    learnt_by: str = ""
    body: str


ALERT_RULE = table(StoredAlertRule)
ALERT_RULE_VERSION = table(AlertRuleVersion)
ALERT = table(Alert)
ALERT_TELLING = table(AlertTelling)
ALERT_LETTER = table(AlertLetter)
ALERT_LIST = table(AlertList)
ALERT_LIST_ENTRY = table(AlertListEntry)
OUTSIDE_ADDRESS = table(OutsideAddress)
ALERT_PLACE = table(AlertPlace)
ATTRITION_PROFILE = table(AttritionProfile)
