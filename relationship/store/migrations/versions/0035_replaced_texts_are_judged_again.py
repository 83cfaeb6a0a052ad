"""Replaced texts are judged again; languages of outside readers; moods and risks in the columns of the CRM"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_TO_JUDGE = sa.text("judged < arrival")


def upgrade() -> None:
    for name in ("arrival", "judged"):
        op.add_column("verbatim", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE verbatim SET arrival = id, judged = CASE WHEN id <= "
        "COALESCE((SELECT MAX(verbatim_id) FROM alert_place), 0) THEN id ELSE 0 END"
    )
    op.create_index(
        "ix_verbatim_to_judge", "verbatim", ["id"], unique=False, sqlite_where=_TO_JUDGE, postgresql_where=_TO_JUDGE
    )
    op.create_index("ix_verbatim_arrival", "verbatim", ["arrival"], unique=False)
    with op.batch_alter_table("alert_place", schema=None) as batch_op:
        batch_op.drop_column("verbatim_id")
    op.add_column("alert", sa.Column("said", sa.String(), nullable=False, server_default=""))
    op.add_column("alert_telling", sa.Column("instead", sa.String(), nullable=False, server_default=""))
    op.add_column("alert_letter", sa.Column("decided_by_name", sa.String(), nullable=False, server_default=""))
    op.add_column("outside_address", sa.Column("language", sa.String(), nullable=False, server_default=""))
    op.add_column("alert_list", sa.Column("language", sa.String(), nullable=False, server_default="fr"))
    op.add_column("write_back", sa.Column("heard_trouble", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "told_mood",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("mood", sa.Integer(), nullable=True),
        sa.Column("emotion", sa.Integer(), nullable=True),
        sa.Column("risk", sa.Integer(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("refused", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["record.id"], name=op.f("fk_told_mood_account_id_record"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_told_mood")),
    )


def downgrade() -> None:
    op.drop_table("told_mood")
    for table, *names in (
        ("write_back", "heard_trouble"),
        ("alert_list", "language"),
        ("outside_address", "language"),
        ("alert_letter", "decided_by_name"),
        ("alert_telling", "instead"),
        ("alert", "said"),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in names:
                batch_op.drop_column(name)
    op.add_column("alert_place", sa.Column("verbatim_id", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("ix_verbatim_arrival", table_name="verbatim")
    op.drop_index("ix_verbatim_to_judge", table_name="verbatim")
    with op.batch_alter_table("verbatim", schema=None) as batch_op:
        batch_op.drop_column("judged")
        batch_op.drop_column("arrival")
