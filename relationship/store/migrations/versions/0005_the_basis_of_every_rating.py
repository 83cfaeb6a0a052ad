"""What a rating is computed from is kept packed; a rating says which round changed it"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rating_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Integer(), nullable=False),
        sa.Column("window_began", sa.Integer(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_round")),
    )
    op.create_table(
        "rating_basis",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("closed_day", sa.Integer(), nullable=True),
        sa.Column("degraded", sa.Boolean(), nullable=False),
        sa.Column("days", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_rating_basis_record_id_record"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_rating_basis")),
    )
    op.create_index(op.f("ix_rating_basis_stamp"), "rating_basis", ["stamp"])
    op.drop_index("ix_health_score", table_name="health")
    op.add_column("health", sa.Column("stamp", sa.Integer(), nullable=False, server_default="0"))
    if op.get_bind().dialect.name == "postgresql":
        # Room on every page for the next version of each row: new rules rewrite them all (benchmarks/new_rules.py).
        op.execute("ALTER TABLE health SET (fillfactor = 45)")
    # The next round rates everything and writes the basis of every record.
    op.execute(
        "INSERT INTO stale_record (record_id) SELECT id FROM record WHERE true ON CONFLICT (record_id) DO NOTHING"
    )


def downgrade() -> None:
    with op.batch_alter_table("health", schema=None) as batch_op:
        batch_op.drop_column("stamp")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE health RESET (fillfactor)")
    op.create_index("ix_health_score", "health", ["score"])
    op.drop_table("rating_basis")
    op.drop_table("rating_round")
