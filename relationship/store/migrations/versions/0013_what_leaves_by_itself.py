"""What leaves by itself"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('waiting', 'failed')")


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("record_kind", sa.String(), nullable=False),
        sa.Column("record_guid", sa.String(), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("last_code", sa.String(), nullable=False),
        sa.Column("is_digest", sa.Boolean(), nullable=False),
        sa.Column("bundle", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
    )
    for name, columns in (("due", ["due_at"]), ("lane", ["lane", "id"])):
        op.create_index(f"ix_delivery_{name}", "delivery", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_delivery_target_state", "delivery", ["target", "state"])
    op.create_index("ix_delivery_record_kind_record_guid", "delivery", ["record_kind", "record_guid"])
    op.create_index("ix_delivery_bundle", "delivery", ["bundle"])
    op.create_index(op.f("ix_delivery_created_at"), "delivery", ["created_at"])
    op.create_table(
        "mail_choice",
        sa.Column("person_key", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("person_key", name=op.f("pk_mail_choice")),
    )
    op.create_table(
        "acted_up_to",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acted_up_to")),
    )


def downgrade() -> None:
    for table in ("acted_up_to", "mail_choice", "delivery"):
        op.drop_table(table)
