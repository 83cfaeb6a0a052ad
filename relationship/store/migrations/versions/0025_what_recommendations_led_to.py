"""What was done about recommendations, and business reviews"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recommendation_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("recommendation", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("until_day", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("made_id", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("score_before", sa.Float(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["record.id"], name=op.f("fk_recommendation_act_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_recommendation_act_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_act")),
        sa.UniqueConstraint("key", name=op.f("uq_recommendation_act_key")),
    )
    op.create_index(
        "ix_recommendation_act_cause_recommendation", "recommendation_act", ["cause", "recommendation"], unique=False
    )
    op.create_index("ix_recommendation_act_by_at", "recommendation_act", ["by", "at"], unique=False)
    op.create_index(op.f("ix_recommendation_act_account_id"), "recommendation_act", ["account_id"], unique=False)
    op.create_index(op.f("ix_recommendation_act_record_id"), "recommendation_act", ["record_id"], unique=False)
    op.create_table(
        "qbr_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("span", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["record.id"], name=op.f("fk_qbr_document_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qbr_document")),
        sa.UniqueConstraint(
            "account_id",
            "span",
            "starts_on",
            "language",
            name=op.f("uq_qbr_document_account_id_span_starts_on_language"),
        ),
    )


def downgrade() -> None:
    op.drop_table("qbr_document")
    op.drop_table("recommendation_act")
