"""Moods of accounts for lists, and verbatims that are published inside"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_mood",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("temperature", sa.Float(), nullable=False),
        sa.Column("emotion", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.Column("earlier", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["record.id"], name=op.f("fk_account_mood_account_id_record"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_mood")),
    )
    op.create_index("ix_account_mood_temperature", "account_mood", ["temperature"], unique=False)
    op.create_table(
        "mood_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mood_place")),
    )
    op.create_table(
        "verbatim_publication",
        sa.Column("verbatim_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("shows_customer", sa.Boolean(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("published_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verbatim_id"], ["verbatim.id"], name=op.f("fk_verbatim_publication_verbatim_id_verbatim"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("verbatim_id", name=op.f("pk_verbatim_publication")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("verbatim_publication")
    op.drop_table("mood_place")
    op.drop_index("ix_account_mood_temperature", table_name="account_mood")
    op.drop_table("account_mood")
