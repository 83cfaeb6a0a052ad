"""Which feedback mailboxes hold a copy of a text"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verbatim_copy",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("verbatim_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_verbatim_copy_source_id_source"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["verbatim_id"], ["verbatim.id"], name=op.f("fk_verbatim_copy_verbatim_id_verbatim"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "verbatim_id", name=op.f("pk_verbatim_copy")),
    )
    op.create_index(op.f("ix_verbatim_copy_verbatim_id"), "verbatim_copy", ["verbatim_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_verbatim_copy_verbatim_id"), table_name="verbatim_copy")
    op.drop_table("verbatim_copy")
