"""Files of verbatims are import runs; speakers are linked and texts corrected by hand"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_COUNTS = ("silent", "left_out", "unknown", "old")


def upgrade() -> None:
    for name in _COUNTS:
        op.add_column("import_run", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("import_run", sa.Column("columns", sa.String(), nullable=False, server_default=""))
    op.add_column("verbatim", sa.Column("overlooked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("verbatim", sa.Column("link_id", sa.Integer(), nullable=True))
    op.create_index("ix_verbatim_link_id", "verbatim", ["link_id"], unique=False)
    op.add_column("verbatim_mapping", sa.Column("dates", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "verbatim_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("contact_guid", sa.String(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["record.id"], name=op.f("fk_verbatim_link_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verbatim_link")),
        sa.UniqueConstraint("sort", "name", name=op.f("uq_verbatim_link_sort_name")),
    )
    op.create_table(
        "verbatim_correction",
        sa.Column("verbatim_id", sa.Integer(), nullable=False),
        sa.Column("emotion", sa.String(), nullable=True),
        sa.Column("threat", sa.String(), nullable=True),
        sa.Column("themes", sa.String(), nullable=True),
        sa.Column("of_text", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verbatim_id"], ["verbatim.id"], name=op.f("fk_verbatim_correction_verbatim_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("verbatim_id", name=op.f("pk_verbatim_correction")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("verbatim_correction")
    op.drop_table("verbatim_link")
    with op.batch_alter_table("verbatim_mapping", schema=None) as batch_op:
        batch_op.drop_column("dates")
    op.drop_index("ix_verbatim_link_id", table_name="verbatim")
    with op.batch_alter_table("verbatim", schema=None) as batch_op:
        batch_op.drop_column("link_id")
        batch_op.drop_column("overlooked")
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        for name in ("columns", *_COUNTS):
            batch_op.drop_column(name)
