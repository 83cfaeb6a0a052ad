"""The mood of accounts as lists sort and narrow by it, and texts that are published inside."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class AccountMood(SQLModel, table=True):
    """What an account's last texts were like (`verbatim_moods.Mood`); worked out again when texts or the day change."""

    __tablename__ = "account_mood"
    account_id: int = Field(primary_key=True, foreign_key="record.id", ondelete="CASCADE")
    temperature: float = Field(index=True)
    emotion: str
    count: int
    last_day: int
    earlier: float | None = None


class MoodPlace(SQLModel, table=True):
    """What the moods were worked out from (a single row, id 1). basis: `verbatim_moods.basis` at that time."""

    __tablename__ = "mood_place"
    id: int = Field(default=1, primary_key=True)
    day: int
    basis: str


class VerbatimPublication(SQLModel, table=True):
    """A text that a person published inside. words: SHA-256 of the text that they read; another text is not shown.

    shows_customer  whether readers see whose words they are
    """

    __tablename__ = "verbatim_publication"
    verbatim_id: int = Field(primary_key=True, foreign_key="verbatim.id", ondelete="CASCADE")
    words: str
    shows_customer: bool
    published_at: datetime = Field(sa_type=UtcDateTime)
    published_by: str
    published_by_name: str = ""


ACCOUNT_MOOD = table(AccountMood)
MOOD_PLACE = table(MoodPlace)
VERBATIM_PUBLICATION = table(VerbatimPublication)
