"""The tables of the CRM's records and of people: addresses, colleagues, who belongs to what."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.lists.searching import folded
from relationship.store.tables import PLAIN_ORDER


def _folded_name(context: Any) -> str:
    return folded(context.get_current_parameters().get("name") or "")


class Address(SQLModel, table=True):
    """A normalised mail address; colleague_id says whose, when it is one of ours."""

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(unique=True)
    colleague_id: int | None = Field(default=None, foreign_key="colleague.id", index=True)


class Colleague(SQLModel, table=True):
    """A person of the organisation, known to the directory, the CRM or both.

    key   the Graph user id (Dataverse: azureactivedirectoryobjectid), else 'systemuser:<guid>'
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str = ""
    crm_name: str = ""
    systemuser_guid: str | None = Field(default=None, index=True)
    in_directory: bool = False
    in_crm: bool = False
    enabled: bool = True  # may sign in, says the directory
    directory_round: int = 0
    crm_round: int = 0


class ColleagueAddress(SQLModel, table=True):
    """Which addresses a colleague has, and who says so ('msgraph' or 'dataverse')."""

    __tablename__ = "colleague_address"
    colleague_id: int = Field(foreign_key="colleague.id", primary_key=True, ondelete="CASCADE")
    origin: str = Field(primary_key=True)
    address: str = Field(primary_key=True)


class Record(SQLModel, table=True):
    """A CRM record that is rated: opportunity, contact, lead or account (columns that fit its kind).

    status  opportunity open/won/lost · lead open/qualified/disqualified · contact, account active/inactive
    stage, probability, value, currency, close_on: opportunities only; job_title: contacts and leads
    folded  its name without case and accents, set along with it
    contact_guid   opportunity: its contact · account: its primary contact · contact: the one it was merged into
    team_guid, team_name   the business unit that owns it; segment: the account's, of a lead its own, '' without one
    account_number, domain, renewal_on, arr   accounts only: number in the CRM, domain of its web site, day on which
                     its contract ends or is renewed, revenue of a year in `currency`;  competitor: opportunities only
    lost_on          accounts only: day on which it was lost, from its own column of the CRM, else the day on which it
                     was seen to become inactive; None: not lost, or nobody knows
    exchange_rate    accounts and opportunities: what one unit of the organisation's own currency is worth in `currency`
    no_mail, no_bulk_mail  accounts, contacts and leads: wants no mail at all, or none that goes to many
    """

    __table_args__ = (
        sa.UniqueConstraint("kind", "guid"),
        # What the list counts, sums and filters by, without touching the rows. By number within a status: the
        # ratings beside it lie in the same order.
        sa.Index(
            "ix_record_listing", "kind", "status", "id", "currency", "value", "close_on", "owner_guid", "account_guid"
        ),
        sa.Index("ix_record_named", "kind", "folded", "id", "status", "account_guid"),
        # The latest opportunities that were won or lost.
        sa.Index("ix_record_closed", "kind", "status", "closed_on"),
    )
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    guid: str
    name: str = ""
    status: str = "open"
    created_on: date
    closed_on: date | None = None
    owner_guid: str | None = None  # systemuser
    account_guid: str | None = Field(default=None, index=True)
    contact_guid: str | None = None
    job_title: str = ""
    stage: str = ""
    probability: int | None = None
    value: float | None = None
    currency: str = ""
    close_on: date | None = None
    team_guid: str | None = None
    team_name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    segment: str = Field(default="", sa_column_kwargs={"server_default": ""})
    account_number: str = Field(default="", sa_column_kwargs={"server_default": ""})
    domain: str = Field(default="", sa_column_kwargs={"server_default": ""})
    renewal_on: date | None = None
    arr: float | None = None
    folded: str = Field(
        default="",
        sa_column=sa.Column(
            "folded", PLAIN_ORDER, nullable=False, server_default="", default=_folded_name, info={"of": "name"}
        ),
    )
    competitor: str = Field(default="", sa_column_kwargs={"server_default": ""})
    lost_on: date | None = None
    exchange_rate: float | None = None
    no_mail: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    no_bulk_mail: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    round: int = 0


class RecordAddress(SQLModel, table=True):
    """The mail addresses of a contact or lead."""

    __tablename__ = "record_address"
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    address: str = Field(primary_key=True, index=True)


class Membership(SQLModel, table=True):
    """A Dataverse connection: a colleague in the sales team, or a contact as stakeholder, of an opportunity."""

    id: int | None = Field(default=None, primary_key=True)
    connection_guid: str = Field(unique=True)
    opportunity_guid: str = Field(index=True)
    member: str  # 'systemuser' or 'contact'
    member_guid: str
    round: int = 0


class RecordSide(SQLModel, table=True):
    """Derived: which addresses stand on which side of a record ('us' or 'them'), design section 5.

    For contacts and accounts only 'them' is listed: "us" is any colleague.
    """

    __tablename__ = "record_side"
    __table_args__ = (sa.Index("ix_record_side_address_id", "address_id"),)
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    address_id: int = Field(foreign_key="address.id", primary_key=True)
    side: str = Field(primary_key=True)
