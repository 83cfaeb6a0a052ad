"""The tables of who is left out and of directory groups: derived from the rules, the CRM and the directory."""

from sqlmodel import Field, SQLModel


class ExcludedAddress(SQLModel, table=True):
    """An address, or a person's or record's identity (`addresses.identity`), that nothing may be kept of."""

    __tablename__ = "excluded_address"
    address: str = Field(primary_key=True)


class ExcludedDomain(SQLModel, table=True):
    """A mail domain that nothing may be kept of, with everything below it."""

    __tablename__ = "excluded_domain"
    domain: str = Field(primary_key=True)


class ReadingState(SQLModel, table=True):
    """What reading remembers of the rules it last followed (a single row, id 1).

    lifts        how often something was let in again: each time all sources are read anew
    window_days  the read window that the rules named, None when they named none
    """

    __tablename__ = "reading_state"
    id: int = Field(default=1, primary_key=True)
    lifts: int = 0
    window_days: int | None = None


class DirectoryGroup(SQLModel, table=True):
    """A group of the directory. members_read: its members were read at least once."""

    __tablename__ = "directory_group"
    group_id: str = Field(primary_key=True)
    name: str = ""
    members_read: bool = False


class GroupMember(SQLModel, table=True):
    """A colleague (by key) who is in a group, directly or through another."""

    __tablename__ = "group_member"
    group_id: str = Field(primary_key=True)
    member: str = Field(primary_key=True, index=True)
