"""Scores of past days, every change of the health fields in force, and the day on which a customer was lost"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account_score", sa.Column("told_on", sa.Integer(), nullable=True))
    op.add_column("record", sa.Column("lost_on", sa.Date(), nullable=True))
    op.create_table(
        "past_scored",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_since", sa.Integer(), nullable=True),
        sa.Column("contact_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "account_health_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("source_before", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["record.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_account_health_change_account_id_at", "account_health_change", ["account_id", "at"])


def downgrade() -> None:
    op.drop_table("account_health_change")
    op.drop_table("past_scored")
    op.drop_column("record", "lost_on")
    op.drop_column("account_score", "told_on")
