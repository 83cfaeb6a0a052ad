"""What took place lately is found without a look at all that a record ever had"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_record_activity_lately", "record_activity", ["record_id", "status", "day", "kind"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_record_activity_lately", table_name="record_activity")
