"""What customers say in their own words"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verbatim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("contact_guid", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("satisfaction", sa.Float(), nullable=True),
        sa.Column("recommendation", sa.Float(), nullable=True),
        sa.Column("filters", sa.String(), nullable=False),
        sa.Column("information", sa.String(), nullable=False),
        sa.Column("emotion", sa.String(), nullable=False),
        sa.Column("intensity", sa.Float(), nullable=False),
        sa.Column("polarity", sa.Float(), nullable=False),
        sa.Column("feeling", sa.String(), nullable=False),
        sa.Column("temperature", sa.Float(), nullable=False),
        sa.Column("threat", sa.String(), nullable=False),
        sa.Column("threat_degree", sa.Float(), nullable=False),
        sa.Column("analysis", sa.String(), nullable=False),
        sa.Column("analysed_with", sa.String(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["record.id"], name=op.f("fk_verbatim_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verbatim")),
        sa.UniqueConstraint("key", name=op.f("uq_verbatim_key")),
    )
    op.create_index("ix_verbatim_account_id_day", "verbatim", ["account_id", "day"], unique=False)
    op.create_index("ix_verbatim_day", "verbatim", ["day"], unique=False)
    op.create_index(op.f("ix_verbatim_contact_guid"), "verbatim", ["contact_guid"], unique=False)
    op.create_index(op.f("ix_verbatim_address"), "verbatim", ["address"], unique=False)
    op.create_table(
        "verbatim_mark",
        sa.Column("verbatim_id", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verbatim_id"], ["verbatim.id"], name=op.f("fk_verbatim_mark_verbatim_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("verbatim_id", "sort", "word", name=op.f("pk_verbatim_mark")),
    )
    op.create_index("ix_verbatim_mark_sort_word", "verbatim_mark", ["sort", "word"], unique=False)
    op.create_table(
        "verbatim_mapping",
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("shape", name=op.f("pk_verbatim_mapping")),
    )


def downgrade() -> None:
    op.drop_table("verbatim_mapping")
    op.drop_table("verbatim_mark")
    op.drop_table("verbatim")
