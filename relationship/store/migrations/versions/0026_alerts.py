"""Alert rules, alerts, who is told, lists and addresses outside"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_list")),
    )
    op.create_table(
        "alert_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("verbatim_id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_place")),
    )
    op.create_table(
        "alert_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_key", sa.String(), nullable=False),
        sa.Column("owner_name", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("from_verbatim", sa.Integer(), nullable=False),
        sa.Column("from_change", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rule")),
    )
    op.create_index(op.f("ix_alert_rule_owner_key"), "alert_rule", ["owner_key"], unique=False)
    op.create_table(
        "attrition_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learnt_at", UtcDateTime(), nullable=False),
        sa.Column("learnt_by", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attrition_profile")),
    )
    op.create_table(
        "outside_address",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("confirmed_by_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_outside_address")),
    )
    op.create_table(
        "alert_rule_version",
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["alert_rule.id"], name=op.f("fk_alert_rule_version_rule_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("rule_id", "version", name=op.f("pk_alert_rule_version")),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("verbatim_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_by_name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["record.id"], name=op.f("fk_alert_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rule.id"], name=op.f("fk_alert_rule_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["verbatim_id"], ["verbatim.id"], name=op.f("fk_alert_verbatim_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("key", name=op.f("uq_alert_key")),
    )
    op.create_index(op.f("ix_alert_account_id"), "alert", ["account_id"], unique=False)
    op.create_index("ix_alert_rule_id_state", "alert", ["rule_id", "state"], unique=False)
    op.create_index("ix_alert_state_id", "alert", ["state", "id"], unique=False)
    op.create_index(op.f("ix_alert_verbatim_id"), "alert", ["verbatim_id"], unique=False)
    op.create_table(
        "alert_letter",
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_letter_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alert_letter")),
    )
    op.create_index(op.f("ix_alert_letter_address"), "alert_letter", ["address"], unique=False)
    op.create_table(
        "alert_list_entry",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("alert_id", sa.Integer(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["record.id"], name=op.f("fk_alert_list_entry_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_list_entry_alert_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["alert_list.id"], name=op.f("fk_alert_list_entry_list_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("list_id", "key", name=op.f("pk_alert_list_entry")),
    )
    op.create_index(op.f("ix_alert_list_entry_address"), "alert_list_entry", ["address"], unique=False)
    op.create_table(
        "alert_telling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("told_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_telling_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_telling")),
        sa.UniqueConstraint("alert_id", "target", name=op.f("uq_alert_telling_alert_id_target")),
    )
    op.create_index(
        "ix_alert_telling_rule_id_target_state",
        "alert_telling",
        ["rule_id", "target", "state", "told_at"],
        unique=False,
    )
    op.create_index("ix_alert_telling_state", "alert_telling", ["state", "rule_id"], unique=False)
    op.create_index("ix_alert_telling_target", "alert_telling", ["target"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_alert_telling_target", table_name="alert_telling")
    op.drop_index("ix_alert_telling_state", table_name="alert_telling")
    op.drop_index("ix_alert_telling_rule_id_target_state", table_name="alert_telling")
    op.drop_table("alert_telling")
    op.drop_index(op.f("ix_alert_list_entry_address"), table_name="alert_list_entry")
    op.drop_table("alert_list_entry")
    op.drop_index(op.f("ix_alert_letter_address"), table_name="alert_letter")
    op.drop_table("alert_letter")
    op.drop_index(op.f("ix_alert_verbatim_id"), table_name="alert")
    op.drop_index("ix_alert_state_id", table_name="alert")
    op.drop_index("ix_alert_rule_id_state", table_name="alert")
    op.drop_index(op.f("ix_alert_account_id"), table_name="alert")
    op.drop_table("alert")
    op.drop_table("alert_rule_version")
    op.drop_table("outside_address")
    op.drop_table("attrition_profile")
    op.drop_index(op.f("ix_alert_rule_owner_key"), table_name="alert_rule")
    op.drop_table("alert_rule")
    op.drop_table("alert_place")
    op.drop_table("alert_list")
