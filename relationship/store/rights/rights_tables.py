"""What each person may read in the CRM, for some minutes, and who is signed in."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class ReaderSet(SQLModel, table=True):
    """That one person's readable records of one kind were read, and what the ids in `reader_record` mean.

    reader_key  the person's object id in Entra
    all_but     the ids are those that may not be read, of all up to `up_to`; otherwise those that may
    up_to       highest id of any record at the reading
    size        how many ids there are
    read_at     real time at which the reading began
    """

    __tablename__ = "reader_set"
    reader_key: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    all_but: bool
    up_to: int
    size: int
    read_at: datetime = Field(sa_type=UtcDateTime)


class ReaderRecord(SQLModel, table=True):
    """One id of a set (see `ReaderSet`)."""

    __tablename__ = "reader_record"
    reader_key: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    record_id: int = Field(primary_key=True)


class RightsChange(SQLModel, table=True):
    """A record whose readers may be others since `at` (real time): its owner, team or place changed, or it went.

    Sets read before do not hold for it.
    """

    __tablename__ = "rights_change"
    record_id: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class WebSession(SQLModel, table=True):
    """Somebody who is signed in.

    number      SHA-256 of the number in the cookie
    roles       app roles, separated by blanks, as Entra said at `checked_at`
    until       end, whatever happens; all times are real
    """

    __tablename__ = "web_session"
    number: str = Field(primary_key=True)
    oid: str = Field(index=True)
    name: str
    roles: str
    checked_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)


READER_SET = table(ReaderSet)
READER_RECORD = table(ReaderRecord)
RIGHTS_CHANGE = table(RightsChange)
WEB_SESSION = table(WebSession)
