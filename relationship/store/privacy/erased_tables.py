"""The table of whoever was erased: hashes, from which nobody can be read."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class ErasedName(SQLModel, table=True):
    """One name of somebody of whom nothing is kept any more.

    digest   keyed hash of an address or identity (`addresses`);  key_id  which key made it
    erasure  the same for all names that were erased together
    """

    __tablename__ = "erased_name"
    digest: str = Field(primary_key=True)
    key_id: str
    erasure: str = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime)


ERASED_NAME = table(ErasedName)
