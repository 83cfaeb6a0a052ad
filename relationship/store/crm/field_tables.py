"""The table of fields of the CRM whose change tells something about a customer."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import table


class CrmField(SQLModel, table=True):
    """One field of an account or opportunity: as it stands, and as it stood when it last told something.

    what          which one (`signals.told_fields`);  column_name: the column in the CRM
    value, shown  '' for an empty field; as text, and as people see it;  day: on which the CRM changed it
    base_value, base_shown, base_day   what changes are held against; base_day None: nothing yet
    """

    __tablename__ = "crm_field"
    # Only what differs from its base is ever looked for.
    __table_args__ = (
        sa.Index(
            "ix_crm_field_changed",
            "record_id",
            sqlite_where=sa.text("base_day IS NULL OR value <> base_value"),
            postgresql_where=sa.text("base_day IS NULL OR value <> base_value"),
        ),
    )
    record_id: int = Field(foreign_key="record.id", primary_key=True, ondelete="CASCADE")
    what: str = Field(primary_key=True)
    column_name: str
    value: str
    shown: str
    day: int
    base_value: str = ""
    base_shown: str = ""
    base_day: int | None = None


CRM_FIELD = table(CrmField)
