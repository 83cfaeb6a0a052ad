"""Signals, which of their sources are broken, and what happened to contacts"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def _record(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["record.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "signal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("detector", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("strength", sa.Float(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("first_seen", sa.Integer(), nullable=False),
        sa.Column("last_seen", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(), nullable=False),
        _record("signal", "account_id"),
        _record("signal", "record_id"),
        _record("signal", "subject_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
        sa.UniqueConstraint("detector", "subject_id", "key", name=op.f("uq_signal_detector_subject_id_key")),
    )
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_signal_open",
        "signal",
        ["detector", "subject_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_index("ix_signal_account_id", "signal", ["account_id", "ended_at"], unique=False)
    op.create_index("ix_signal_record_id", "signal", ["record_id"], unique=False)
    op.create_index("ix_signal_subject_id", "signal", ["subject_id"], unique=False)
    op.create_table(
        "signal_source",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        _record("signal_source", "account_id"),
        sa.PrimaryKeyConstraint("account_id", "source", name=op.f("pk_signal_source")),
    )
    op.create_table(
        "contact_standing",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        _record("contact_standing", "record_id"),
        _record("contact_standing", "account_id"),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_contact_standing")),
    )
    op.create_index("ix_contact_standing_account_id", "contact_standing", ["account_id"], unique=False)
    op.create_table(
        "contact_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        _record("contact_change", "account_id"),
        _record("contact_change", "record_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_change")),
        sa.UniqueConstraint(
            "record_id", "account_id", "what", "day", name=op.f("uq_contact_change_record_id_account_id_what_day")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_change_account_id", "contact_change", ["account_id", "day"], unique=False)


def downgrade() -> None:
    op.drop_table("contact_change")
    op.drop_table("contact_standing")
    op.drop_table("signal_source")
    op.drop_table("signal")
