"""The tables of scores of accounts, and of the health fields that are in force once their sources are weighed.

Scores are worked out, one row per account, score and day: what an account was worth on a day of the past stays as
it was told then. The fields in force can always be worked out again from `account_health_value` and the rules.
"""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import table


class AccountScore(SQLModel, table=True):
    """One score of an account as it stood at the end of a day.

    score    'health', 'churn' or 'upsell';  value: 0 to 100
    reasons  JSON: [reason, points, measure] each; points add up to the value, measure null where nothing was told
    learned  the churn risk is that of the accepted model, not of the published rule
    """

    __tablename__ = "account_score"
    __table_args__ = (sa.Index("ix_account_score_day", "day", "score"),)
    account_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    score: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    value: int
    reasons: str
    learned: bool = False


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
CHURN_MODEL = table(ChurnModel)
