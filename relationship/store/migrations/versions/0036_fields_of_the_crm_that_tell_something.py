"""Fields of the CRM that tell something when they change, events of one opportunity, and rates of exchange"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_CHANGED = "base_day IS NULL OR value <> base_value"


def upgrade() -> None:
    op.add_column("record", sa.Column("exchange_rate", sa.Float(), nullable=True))
    with op.batch_alter_table("account_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("record_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("fk_account_event_record_id", "record", ["record_id"], ["id"], ondelete="CASCADE")
    op.create_index("ix_account_event_record_id", "account_event", ["record_id"], unique=False)
    op.create_table(
        "crm_field",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("column_name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("base_value", sa.String(), nullable=False),
        sa.Column("base_shown", sa.String(), nullable=False),
        sa.Column("base_day", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "what"),
    )
    op.create_index(
        "ix_crm_field_changed",
        "crm_field",
        ["record_id"],
        unique=False,
        sqlite_where=sa.text(_CHANGED),
        postgresql_where=sa.text(_CHANGED),
    )


def downgrade() -> None:
    op.drop_table("crm_field")
    op.drop_index("ix_account_event_record_id", table_name="account_event")
    with op.batch_alter_table("account_event", schema=None) as batch_op:
        batch_op.drop_constraint("fk_account_event_record_id", type_="foreignkey")
        batch_op.drop_column("record_id")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_column("exchange_rate")
