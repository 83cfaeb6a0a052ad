"""Names without case and accents, lists read in the order of the ratings, views that people keep"""

import sqlalchemy as sa
from alembic import op

from relationship.store.lists.searching import folded
from relationship.store.tables import PLAIN_ORDER, UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 10_000
LISTING = ("currency", "value", "close_on", "owner_guid", "account_guid")
_record = sa.table("record", sa.column("id"), sa.column("name"), sa.column("folded"))


def upgrade() -> None:
    op.add_column("record", sa.Column("folded", PLAIN_ORDER, nullable=False, server_default=""))
    _fold(op.get_bind())
    op.drop_index("ix_record_listing", "record")
    op.create_index("ix_record_listing", "record", ["kind", "status", "id", *LISTING])
    op.create_index("ix_record_named", "record", ["kind", "folded", "id", "status", "account_guid"])
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("colleague_key", sa.String(), nullable=False),
        sa.Column("several", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("arguments", sa.String(), nullable=False),
        sa.Column("starts", sa.Boolean(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("ix_saved_view_colleague_key", "saved_view", ["colleague_key", "several"])


def _fold(conn: sa.Connection) -> None:
    change = sa.update(_record).where(_record.c.id == sa.bindparam("number")).values(folded=sa.bindparam("text"))
    last = 0
    while rows := conn.execute(
        sa.select(_record.c.id, _record.c.name).where(_record.c.id > last).order_by(_record.c.id).limit(ROWS_AT_ONCE)
    ).all():
        conn.execute(change, [{"number": number, "text": folded(name)} for number, name in rows])
        last = rows[-1][0]


def downgrade() -> None:
    op.drop_table("saved_view")
    op.drop_index("ix_record_named", "record")
    op.drop_index("ix_record_listing", "record")
    op.create_index("ix_record_listing", "record", ["kind", "status", *LISTING])
    op.drop_column("record", "folded")
