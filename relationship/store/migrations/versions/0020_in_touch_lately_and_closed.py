"""Who is in touch lately, and what was closed lately, are found from their indexes"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_tie_day_address_id", table_name="tie_day")
    op.create_index("ix_tie_day_in_touch", "tie_day", ["address_id", "day", "colleague_id"], unique=False)
    op.create_index("ix_record_closed", "record", ["kind", "status", "closed_on"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_record_closed", table_name="record")
    op.drop_index("ix_tie_day_in_touch", table_name="tie_day")
    op.create_index("ix_tie_day_address_id", "tie_day", ["address_id"], unique=False)
