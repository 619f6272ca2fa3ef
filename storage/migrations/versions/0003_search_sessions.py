"""Remember answered searches, so that their pages can be turned, and what sources were asked.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "search_sessions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("since", sa.Text()),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Text()),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_sessions"),
        sqlite_strict=True,
    )
    op.create_index("ix_search_sessions_created_at", "search_sessions", ["created_at"])
    op.create_table(
        "source_searches",
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.Integer()),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("papers", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("question", name="pk_source_searches"),
        sqlite_strict=True,
    )
    op.create_index("ix_source_searches_asked_at", "source_searches", ["asked_at"])
