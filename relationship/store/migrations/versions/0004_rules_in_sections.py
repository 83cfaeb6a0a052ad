"""The rules are a document of sections, and a version says by whom and why"""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_HEALTH = ("weights", "frequency", "bands")


def upgrade() -> None:
    op.add_column("rules", sa.Column("saved_by_name", sa.String(), nullable=False, server_default=""))
    op.add_column("rules", sa.Column("note", sa.String(), nullable=False, server_default=""))
    _rewrite(lambda body: {"health": {key: body[key] for key in _HEALTH if key in body}})


def downgrade() -> None:
    _rewrite(lambda body: {key: body["health"][key] for key in _HEALTH})
    with op.batch_alter_table("rules", schema=None) as batch_op:
        batch_op.drop_column("note")
        batch_op.drop_column("saved_by_name")


def _rewrite(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    conn = op.get_bind()
    rows = conn.execute(sa.text("SELECT version, body FROM rules")).all()
    for version, body in rows:
        conn.execute(
            sa.text("UPDATE rules SET body = :body WHERE version = :version"),
            {"version": version, "body": json.dumps(change(json.loads(body)))},
        )
