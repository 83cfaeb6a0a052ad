"""Scores of accounts by day, the health fields in force, and churn models that were learnt"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_score",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("learned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["record.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "score", "day"),
    )
    op.create_index("ix_account_score_day", "account_score", ["day", "score"])
    op.create_table(
        "account_health",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("churn", sa.Boolean(), nullable=True),
        sa.Column("score_source", sa.String(), nullable=False),
        sa.Column("status_source", sa.String(), nullable=False),
        sa.Column("churn_source", sa.String(), nullable=False),
        sa.Column("contradicts", sa.String(), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["record.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_index("ix_account_health_score", "account_health", ["score"])
    op.create_table(
        "churn_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    for name in ("churn_model", "account_health", "account_score"):
        op.drop_table(name)
