"""The ledger of changes of ratings, what was last announced, and changes of records"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# What stands when the ledger begins is what the first changes are held against.
BEGINNING = """
INSERT INTO announced_rating (record_id, rating, score, trend, trend_score)
SELECT record_id, rating, score, trend, CASE WHEN trend IS NULL THEN NULL ELSE score END
FROM health WHERE rating IS NOT NULL AND score IS NOT NULL AND state = 'rated' AND NOT closed
"""


def upgrade() -> None:
    op.create_table(
        "rating_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("score_before", sa.Integer(), nullable=False),
        sa.Column("score_after", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("kinds", sa.String(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_rating_change_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rating_change_record", "rating_change", ["record_id", "id"])
    op.create_table(
        "announced_rating",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("rating", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("trend", sa.String(), nullable=True),
        sa.Column("trend_score", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_announced_rating_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_announced_rating")),
    )
    op.create_table(
        "record_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_record_change_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_record_change_record", "record_change", ["record_id", "id"])
    op.create_index("ix_record_change_day", "record_change", ["day"])
    op.execute(BEGINNING)


def downgrade() -> None:
    op.drop_table("record_change")
    op.drop_table("announced_rating")
    op.drop_table("rating_change")
