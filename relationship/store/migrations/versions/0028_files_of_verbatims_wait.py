"""Files of verbatims wait until somebody has said what their columns are"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verbatim_file",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_verbatim_file")),
    )
    op.add_column("verbatim_mapping", sa.Column("scale", sa.String(), nullable=False, server_default="0-10"))


def downgrade() -> None:
    with op.batch_alter_table("verbatim_mapping", schema=None) as batch_op:
        batch_op.drop_column("scale")
    op.drop_table("verbatim_file")
