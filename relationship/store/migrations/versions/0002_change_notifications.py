"""Change notifications"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_subscription",
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.String(), nullable=True),
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("renew_at", UtcDateTime(), nullable=False),
        sa.Column("due", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("resource", name=op.f("pk_change_subscription")),
        sa.UniqueConstraint("subscription_id", name=op.f("uq_change_subscription_subscription_id")),
    )
    with op.batch_alter_table("change_subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_subscription_source_key"), ["source_key"], unique=False)
    op.create_table(
        "hint",
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source_key", name=op.f("pk_hint")),
    )
    op.create_table(
        "notice_count",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "outcome", name=op.f("pk_notice_count")),
    )


def downgrade() -> None:
    op.drop_table("notice_count")
    op.drop_table("hint")
    op.drop_table("change_subscription")
