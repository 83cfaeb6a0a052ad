"""Which accounts, contacts and leads want no mail, or none that goes to many"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("no_mail", "no_bulk_mail"):
        op.add_column("record", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_column("no_bulk_mail")
        batch_op.drop_column("no_mail")
