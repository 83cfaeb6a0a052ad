"""A record tells the team that owns it and the segment of its account"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("record", sa.Column("team_guid", sa.String(), nullable=True))
    op.add_column("record", sa.Column("team_name", sa.String(), nullable=False, server_default=""))
    op.add_column("record", sa.Column("segment", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_column("segment")
        batch_op.drop_column("team_name")
        batch_op.drop_column("team_guid")
