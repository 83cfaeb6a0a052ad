"""Degrees of what customers say"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("verbatim", sa.Column("threat_level", sa.Integer(), server_default="0", nullable=False))
    op.add_column("verbatim_mark", sa.Column("degree", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("verbatim_mark", "degree")
    op.drop_column("verbatim", "threat_level")
