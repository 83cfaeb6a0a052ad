"""The table of the audit log: a chain of entries, and its end."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime


class AuditEntry(SQLModel, table=True):
    """One act that must not be deniable. Rows are added and never changed; no content, no address.

    number  counts from 1 without a gap
    actor   object id of the person, 'service', 'command line' or 'outsider'
    action  a word of `audit.Action`; object: key of what it was done to, '' for none; result: 'done', 'refused' …
    key_id  which key made `mac`; mac: HMAC-SHA256 over this entry and the mac of the one before, in hex
    """

    __tablename__ = "audit_entry"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor: str = Field(index=True)
    action: str
    object: str = ""
    result: str = "done"
    key_id: str
    mac: str


class AuditEnd(SQLModel, table=True):
    """The last entry of the chain (a single row, id 1): locked while one is added, so that none is lost."""

    __tablename__ = "audit_end"
    id: int = Field(default=1, primary_key=True)
    number: int = 0
    mac: str = ""
