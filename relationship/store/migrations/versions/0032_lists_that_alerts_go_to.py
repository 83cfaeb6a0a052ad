"""Lists that alerts go to"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Those that are there already may be among the recipients of a rule.
    op.add_column("alert_list", sa.Column("is_mailing", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.drop_column("alert_list", "is_mailing")
