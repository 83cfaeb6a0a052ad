"""Days of contact, ties, and what colleagues chose"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_links()
    _create_days()
    _create_ties()
    op.create_table(
        "preference",
        sa.Column("colleague_key", sa.String(), nullable=False),
        sa.Column("opted_out_at", UtcDateTime(), nullable=True),
        sa.Column("do_not_ask", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("colleague_key", name=op.f("pk_preference")),
    )
    # Everything stored is looked at once more, so that ties exist from the first rating on.
    op.execute("INSERT INTO stale_activity (key) SELECT key FROM activity WHERE true ON CONFLICT (key) DO NOTHING")
    op.execute("INSERT INTO stale_people (id) VALUES (1) ON CONFLICT (id) DO NOTHING")


def _create_links() -> None:
    for name, one, other, from_one, from_other in (
        ("tie_activity", "colleague_id", "address_id", "ours", "theirs"),
        ("pair_activity", "low_colleague_id", "high_colleague_id", "low", "high"),
    ):
        op.create_table(
            name,
            sa.Column(one, sa.Integer(), nullable=False),
            sa.Column(other, sa.Integer(), nullable=False),
            sa.Column("activity_id", sa.Integer(), nullable=False),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("day", sa.Integer(), nullable=False),
            sa.Column(from_one, sa.Integer(), nullable=False),
            sa.Column(from_other, sa.Integer(), nullable=False),
            sa.Column("among", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint(one, other, "activity_id", name=op.f(f"pk_{name}")),
        )
        op.create_index(f"ix_{name}_activity_id", name, ["activity_id"])


def _create_days() -> None:
    op.create_table(
        "tie_day",
        sa.Column("colleague_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("ours_among", sa.Integer(), nullable=False),
        sa.Column("theirs_among", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["colleague_id"], ["colleague.id"], name=op.f("fk_tie_day_colleague_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_tie_day_address_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("colleague_id", "address_id", "kind", "day", name=op.f("pk_tie_day")),
    )
    op.create_index("ix_tie_day_address_id", "tie_day", ["address_id"])
    op.create_index("ix_tie_day_day", "tie_day", ["day"])
    op.create_table(
        "pair_day",
        sa.Column("low_colleague_id", sa.Integer(), nullable=False),
        sa.Column("high_colleague_id", sa.Integer(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("low_among", sa.Integer(), nullable=False),
        sa.Column("high_among", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["low_colleague_id"], ["colleague.id"], name=op.f("fk_pair_day_low_colleague_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["high_colleague_id"], ["colleague.id"], name=op.f("fk_pair_day_high_colleague_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "low_colleague_id", "high_colleague_id", "internal", "kind", "day", name=op.f("pk_pair_day")
        ),
    )
    op.create_index("ix_pair_day_high_colleague_id", "pair_day", ["high_colleague_id"])
    op.create_index("ix_pair_day_day", "pair_day", ["day"])


def _create_ties() -> None:
    op.create_table(
        "tie_person",
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address_id", "record_id", name=op.f("pk_tie_person")),
    )
    op.create_index(op.f("ix_tie_person_record_id"), "tie_person", ["record_id"])
    op.create_table(
        "tie",
        sa.Column("colleague_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("ours", sa.Float(), nullable=False),
        sa.Column("theirs", sa.Float(), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["colleague_id"], ["colleague.id"], name=op.f("fk_tie_colleague_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("colleague_id", "person", name=op.f("pk_tie")),
    )
    op.create_index(op.f("ix_tie_stamp"), "tie", ["stamp"])
    op.create_table(
        "stale_tie",
        sa.Column("colleague_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("colleague_id", "person", name=op.f("pk_stale_tie")),
    )
    op.create_table(
        "tie_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tie_round")),
    )


def downgrade() -> None:
    for name in (
        "preference",
        "tie_round",
        "stale_tie",
        "tie",
        "tie_person",
        "pair_day",
        "tie_day",
        "pair_activity",
        "tie_activity",
    ):
        op.drop_table(name)
