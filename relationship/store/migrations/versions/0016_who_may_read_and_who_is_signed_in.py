"""Who may read what in the CRM, and who is signed in"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reader_set",
        sa.Column("reader_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("all_but", sa.Boolean(), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("reader_key", "kind", name=op.f("pk_reader_set")),
    )
    op.create_table(
        "reader_record",
        sa.Column("reader_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reader_key", "kind", "record_id", name=op.f("pk_reader_record")),
    )
    op.create_table(
        "rights_change",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_rights_change")),
    )
    op.create_index(op.f("ix_rights_change_at"), "rights_change", ["at"])
    op.create_table(
        "web_session",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("oid", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_web_session")),
    )
    op.create_index(op.f("ix_web_session_oid"), "web_session", ["oid"])


def downgrade() -> None:
    for name in ("web_session", "rights_change", "reader_record", "reader_set"):
        op.drop_table(name)
