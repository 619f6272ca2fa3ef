"""Give feed readers secret addresses of papers.

Revision ID: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

_TARGETS = {"feed_id": "feeds", "user_id": "users", "topic_id": "topics", "list_id": "lists"}


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "feed_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Integer()) for name in _TARGETS),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_links"),
        sa.UniqueConstraint("token_hash", name="uq_feed_links_token_hash"),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"{table}.id"], name=f"fk_feed_links_{name}", ondelete="CASCADE"
            )
            for name, table in _TARGETS.items()
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    for name in _TARGETS:
        op.create_index(f"ix_feed_links_{name}", "feed_links", [name])
