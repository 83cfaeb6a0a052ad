"""Files of verbatims wait as imports do; what is to be understood anew is found by an index"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("verbatim_file")
    op.create_index("ix_verbatim_analysed_with", "verbatim", ["analysed_with"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_verbatim_analysed_with", table_name="verbatim")
    op.create_table(
        "verbatim_file",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_verbatim_file")),
    )
