"""What is known about customers beside who wrote whom, and how it came in"""

import sqlalchemy as sa
from alembic import op

from relationship.store.tables import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TABLES = (
    "stage_day",
    "account_health_value",
    "satisfaction",
    "account_event",
    "usage_span",
    "usage_day",
    "import_piece",
    "import_sample",
    "import_fault",
    "import_run",
)
_FACTS = ("account_number", "domain", "renewal_on", "arr", "competitor")


def upgrade() -> None:
    op.add_column("record", sa.Column("account_number", sa.String(), nullable=False, server_default=""))
    op.add_column("record", sa.Column("domain", sa.String(), nullable=False, server_default=""))
    op.add_column("record", sa.Column("renewal_on", sa.Date(), nullable=True))
    op.add_column("record", sa.Column("arr", sa.Float(), nullable=True))
    op.add_column("record", sa.Column("competitor", sa.String(), nullable=False, server_default=""))
    _create_import_run()
    _create_import_parts()
    _create_usage()
    _create_account_event()
    _create_satisfaction()
    _create_account_health_value()
    _create_stage_day()


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(name)
    with op.batch_alter_table("record", schema=None) as batch_op:
        for name in _FACTS:
            batch_op.drop_column(name)


def _create_import_run() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reason_line", sa.Integer(), nullable=True),
        sa.Column("reason_detail", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("options", sa.String(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("started_by_name", sa.String(), nullable=False),
        sa.Column("touched_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.UniqueConstraint("key", name=op.f("uq_import_run_key")),
    )
    op.create_index(op.f("ix_import_run_started_at"), "import_run", ["started_at"], unique=False)


def _create_import_parts() -> None:
    op.create_table(
        "import_fault",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("is_rejected", sa.Boolean(), nullable=False),
        sa.Column("cells", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_fault_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_import_fault")),
    )
    op.create_table(
        "import_sample",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_import_sample_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_import_sample")),
    )
    op.create_table(
        "import_piece",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_piece_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_import_piece")),
    )


def _create_usage() -> None:
    op.create_table(
        "usage_day",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("active_users", sa.Integer(), nullable=True),
        sa.Column("logins", sa.Integer(), nullable=True),
        sa.Column("features_used", sa.Integer(), nullable=True),
        sa.Column("premium_features", sa.Integer(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["record.id"], name=op.f("fk_usage_day_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_usage_day")),
    )
    op.create_table(
        "usage_span",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("span", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("active_users", sa.Integer(), nullable=True),
        sa.Column("active_days", sa.Integer(), nullable=False),
        sa.Column("logins", sa.Integer(), nullable=True),
        sa.Column("features_used", sa.Integer(), nullable=True),
        sa.Column("premium_features", sa.Integer(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("last_login_day", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["record.id"], name=op.f("fk_usage_span_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "span", "start", name=op.f("pk_usage_span")),
    )


def _create_account_event() -> None:
    op.create_table(
        "account_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["record.id"], name=op.f("fk_account_event_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_event")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_account_event_account_id_key")),
    )
    op.create_index("ix_account_event_account_id_day", "account_event", ["account_id", "day"], unique=False)


def _create_satisfaction() -> None:
    op.create_table(
        "satisfaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("contact_guid", sa.String(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["record.id"], name=op.f("fk_satisfaction_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_satisfaction")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_satisfaction_account_id_key")),
    )
    op.create_index("ix_satisfaction_account_id_day", "satisfaction", ["account_id", "day"], unique=False)


def _create_account_health_value() -> None:
    op.create_table(
        "account_health_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["record.id"], name=op.f("fk_account_health_value_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_health_value")),
    )
    op.create_index("ix_account_health_value_account_id_at", "account_health_value", ["account_id", "at"], unique=False)
    op.create_index(
        "ix_account_health_value_present",
        "account_health_value",
        ["account_id", "field", "source"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )


def _create_stage_day() -> None:
    op.create_table(
        "stage_day",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("close_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_stage_day_record_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("record_id", "day", name=op.f("pk_stage_day")),
    )
