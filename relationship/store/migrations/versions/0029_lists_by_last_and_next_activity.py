"""Lists are read in the order of the last and the next activity"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_health_last_activity_at", "health", ["last_activity_at"], unique=False)
    op.create_index("ix_health_next_activity_at", "health", ["next_activity_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_health_next_activity_at", table_name="health")
    op.drop_index("ix_health_last_activity_at", table_name="health")
