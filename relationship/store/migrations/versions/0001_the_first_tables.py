"""The first tables"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("regarding_kind", sa.String(), nullable=True),
        sa.Column("regarding_guid", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("key", name=op.f("uq_activity_key")),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activity_at"), ["at"], unique=False)
        batch_op.create_index("ix_activity_regarding", ["regarding_guid", "regarding_kind"], unique=False)

    op.create_table(
        "colleague",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("crm_name", sa.String(), nullable=False),
        sa.Column("systemuser_guid", sa.String(), nullable=True),
        sa.Column("in_directory", sa.Boolean(), nullable=False),
        sa.Column("in_crm", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("directory_round", sa.Integer(), nullable=False),
        sa.Column("crm_round", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleague")),
        sa.UniqueConstraint("key", name=op.f("uq_colleague_key")),
    )
    with op.batch_alter_table("colleague", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_colleague_systemuser_guid"), ["systemuser_guid"], unique=False)

    op.create_table(
        "deployment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("domains", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("read_from", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_guid", sa.String(), nullable=False),
        sa.Column("opportunity_guid", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("member_guid", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("connection_guid", name=op.f("uq_membership_connection_guid")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_opportunity_guid"), ["opportunity_guid"], unique=False)

    op.create_table(
        "record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("owner_guid", sa.String(), nullable=True),
        sa.Column("account_guid", sa.String(), nullable=True),
        sa.Column("contact_guid", sa.String(), nullable=True),
        sa.Column("job_title", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("close_on", sa.Date(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("kind", "guid", name=op.f("uq_record_kind_guid")),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_account_guid"), ["account_guid"], unique=False)
        batch_op.create_index(
            "ix_record_listing",
            ["kind", "status", "currency", "value", "close_on", "owner_guid", "account_guid"],
            unique=False,
        )

    op.create_table(
        "rules",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rules")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("last_success_at", UtcDateTime(), nullable=True),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("key", name=op.f("uq_source_key")),
    )
    op.create_table(
        "stale_activity",
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_stale_activity")),
    )
    op.create_table(
        "stale_day",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "kind", "day", name=op.f("pk_stale_day")),
    )
    op.create_table(
        "stale_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stale_people")),
    )
    op.create_table(
        "stale_record",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_stale_record")),
    )
    op.create_table(
        "token_cache",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_token_cache")),
    )
    op.create_table(
        "address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("colleague_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleague.id"], name=op.f("fk_address_colleague_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("address", name=op.f("uq_address_address")),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_colleague_id"), ["colleague_id"], unique=False)

    op.create_table(
        "colleague_address",
        sa.Column("colleague_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["colleague_id"], ["colleague.id"], name=op.f("fk_colleague_address_colleague_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("colleague_id", "origin", "address", name=op.f("pk_colleague_address")),
    )
    op.create_table(
        "contact_day",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_contact_day_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "kind", "day", name=op.f("pk_contact_day")),
    )
    op.create_table(
        "cursor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("container", sa.String(), nullable=False),
        sa.Column("delta_link", sa.String(), nullable=True),
        sa.Column("next_link", sa.String(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_cursor_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cursor")),
        sa.UniqueConstraint("source_id", "container", name=op.f("uq_cursor_source_id_container")),
    )
    op.create_table(
        "folder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("folder_id", sa.String(), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_folder_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folder")),
        sa.UniqueConstraint("source_id", "folder_id", name=op.f("uq_folder_source_id_folder_id")),
    )
    op.create_table(
        "health",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Integer(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("recent", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("exact", sa.Float(), nullable=True),
        sa.Column("rating", sa.String(), nullable=True),
        sa.Column("trend", sa.String(), nullable=True),
        sa.Column("trend_points", sa.Float(), nullable=True),
        sa.Column("falls_on", sa.Date(), nullable=True),
        sa.Column("falls_to", sa.String(), nullable=True),
        sa.Column("last_activity_at", UtcDateTime(), nullable=True),
        sa.Column("next_activity_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_health_record_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_health")),
    )
    with op.batch_alter_table("health", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_health_score"), ["score"], unique=False)

    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_quarantine_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("source_id", "item_id", name=op.f("uq_quarantine_source_id_item_id")),
    )
    op.create_table(
        "record_activity",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_record_activity_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "activity_id", name=op.f("pk_record_activity")),
    )
    with op.batch_alter_table("record_activity", schema=None) as batch_op:
        batch_op.create_index("ix_record_activity_activity_id", ["activity_id"], unique=False)

    op.create_table(
        "record_address",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_record_address_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "address", name=op.f("pk_record_address")),
    )
    with op.batch_alter_table("record_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_address_address"), ["address"], unique=False)

    op.create_table(
        "sighting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("container", sa.String(), nullable=False),
        sa.Column("activity_key", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("modified_at", UtcDateTime(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_sighting_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
        sa.UniqueConstraint("source_id", "item_id", name=op.f("uq_sighting_source_id_item_id")),
    )
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sighting_activity_key"), ["activity_key"], unique=False)

    op.create_table(
        "activity_party",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_activity_party_activity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_activity_party_address_id")),
        sa.PrimaryKeyConstraint("activity_id", "address_id", "role", name=op.f("pk_activity_party")),
    )
    with op.batch_alter_table("activity_party", schema=None) as batch_op:
        batch_op.create_index("ix_activity_party_address_id", ["address_id"], unique=False)

    op.create_table(
        "record_side",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_record_side_address_id")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_record_side_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "address_id", "side", name=op.f("pk_record_side")),
    )
    with op.batch_alter_table("record_side", schema=None) as batch_op:
        batch_op.create_index("ix_record_side_address_id", ["address_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("record_side", schema=None) as batch_op:
        batch_op.drop_index("ix_record_side_address_id")

    op.drop_table("record_side")
    with op.batch_alter_table("activity_party", schema=None) as batch_op:
        batch_op.drop_index("ix_activity_party_address_id")

    op.drop_table("activity_party")
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sighting_activity_key"))

    op.drop_table("sighting")
    with op.batch_alter_table("record_address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_address_address"))

    op.drop_table("record_address")
    with op.batch_alter_table("record_activity", schema=None) as batch_op:
        batch_op.drop_index("ix_record_activity_activity_id")

    op.drop_table("record_activity")
    op.drop_table("quarantine")
    with op.batch_alter_table("health", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_health_score"))

    op.drop_table("health")
    op.drop_table("folder")
    op.drop_table("cursor")
    op.drop_table("contact_day")
    op.drop_table("colleague_address")
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_address_colleague_id"))

    op.drop_table("address")
    op.drop_table("token_cache")
    op.drop_table("stale_record")
    op.drop_table("stale_people")
    op.drop_table("stale_day")
    op.drop_table("stale_activity")
    op.drop_table("source")
    op.drop_table("rules")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_index("ix_record_listing")
        batch_op.drop_index(batch_op.f("ix_record_account_guid"))

    op.drop_table("record")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_opportunity_guid"))

    op.drop_table("membership")
    op.drop_table("deployment")
    with op.batch_alter_table("colleague", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_colleague_systemuser_guid"))

    op.drop_table("colleague")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index("ix_activity_regarding")
        batch_op.drop_index(batch_op.f("ix_activity_at"))

    op.drop_table("activity")
