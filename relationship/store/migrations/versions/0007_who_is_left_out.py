"""Who is left out, and the members of directory groups"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "excluded_address",
        sa.Column("address", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_excluded_address")),
    )
    op.create_table(
        "excluded_domain",
        sa.Column("domain", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_excluded_domain")),
    )
    op.create_table(
        "reading_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lifts", sa.Integer(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_state")),
    )
    op.create_table(
        "directory_group",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("members_read", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_directory_group")),
    )
    op.create_table(
        "group_member",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "member", name=op.f("pk_group_member")),
    )
    op.create_index(op.f("ix_group_member_member"), "group_member", ["member"])


def downgrade() -> None:
    op.drop_index(op.f("ix_group_member_member"), table_name="group_member")
    for name in ("group_member", "directory_group", "reading_state", "excluded_domain", "excluded_address"):
        op.drop_table(name)
