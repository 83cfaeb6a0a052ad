"""The tables of scores of accounts, and of the health fields that are in force once their sources are weighed.

Scores are worked out, one row per account, score and day: what an account was worth on a day of the past stays as
it was told then. The fields in force can always be worked out again from `account_health_value` and the rules.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class AccountScore(SQLModel, table=True):
    """One score of an account as it stood at the end of a day.

    score    'health', 'churn' or 'upsell';  value: 0 to 100
    reasons  JSON: [reason, points, measure] each; points add up to the value, measure null where nothing was told
    learned  the churn risk is that of the accepted model, not of the published rule
    told_on  the day number on which it was worked out when that was later than its day; None: on its own day
    """

    __tablename__ = "account_score"
    __table_args__ = (sa.Index("ix_account_score_day", "day", "score"),)
    account_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    score: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    value: int
    reasons: str
    learned: bool = False
    told_on: int | None = None


class PastScored(SQLModel, table=True):
    """How far scores of past days were worked out from what is known now: one row, none before the first time.

    due_since     the first day to work out anew, because older facts came; None: nothing is due
    contact_days  how many contact days of accounts were known when it was last done
    """

    __tablename__ = "past_scored"
    id: int = Field(default=1, primary_key=True)
    due_since: int | None = None
    contact_days: int = 0


class AccountHealthChange(SQLModel, table=True):
    """One change of a health field in force: what it was, what it became, and why. Rows are never changed.

    field          'score', 'status' or 'churn'
    before, after  texts as in `account_health_value`, None: nothing was in force
    source, source_before  whose value it was, '' without a value;  followed: it follows from the score of the source
    cause          'source' (a source tells another value), 'limits' (other thresholds), 'order' (another precedence)
    by, by_name    who typed or imported it or changed the rules; '' for the service
    """

    __tablename__ = "account_health_change"
    __table_args__ = (sa.Index("ix_account_health_change_account_id_at", "account_id", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="record.id", ondelete="CASCADE")
    field: str
    before: str | None = None
    after: str | None = None
    source_before: str = ""
    source: str = ""
    followed: bool = False
    cause: str = "source"
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = ""
    by_name: str = ""


class AccountHealth(SQLModel, table=True):
    """The three health fields of an account as they are in force: at most one row per account.

    score, status, churn  None: no source tells it
    *_source     'computed', 'crm', 'imported' or 'typed': whose value it is; '' without a value
    contradicts  codes of what does not fit together, space separated
    stamp        raised by every change: the version of the fields for whoever edits them
    """

    __tablename__ = "account_health"
    __table_args__ = (sa.Index("ix_account_health_score", "score"),)
    account_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    score: int | None = None
    status: str | None = None
    churn: bool | None = None
    score_source: str = ""
    status_source: str = ""
    churn_source: str = ""
    contradicts: str = ""
    stamp: int = 1


class ChurnModel(SQLModel, table=True):
    """A churn model that was learnt: plain numbers as JSON (`relationship/signals/churn_model.py`), never a pickle."""

    __tablename__ = "churn_model"
    id: int | None = Field(default=None, primary_key=True)
    day: int
    body: str


ACCOUNT_SCORE = table(AccountScore)
ACCOUNT_HEALTH = table(AccountHealth)
ACCOUNT_HEALTH_CHANGE = table(AccountHealthChange)
PAST_SCORED = table(PastScored)
CHURN_MODEL = table(ChurnModel)
