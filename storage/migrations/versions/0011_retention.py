"""Remember what was shown apart from who was shown it when, and find what is to be pruned.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "shown_papers",
        sa.Column("channel_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("papers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id"], ["guilds.id"], name="fk_shown_papers_guild_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel_id", "year", name="pk_shown_papers"),
        sqlite_strict=True,
    )
    op.create_index("ix_shown_papers_guild_id", "shown_papers", ["guild_id"])
    op.create_table(
        "brought_papers",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("papers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_brought_papers_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "year", name="pk_brought_papers"),
        sqlite_strict=True,
    )
    for name, table, columns, where in (
        ("ix_snapshots_at", "snapshots", ["at"], None),
        ("ix_papers_uncategorised", "papers", ["row"], "categories = '[]'"),
        ("ix_posts_guild_id", "posts", ["guild_id"], None),
        ("ix_posts_payload", "posts", ["planned_at"], "payload IS NOT NULL"),
        ("ix_cards_guild_id", "cards", ["guild_id"], "guild_id IS NOT NULL"),
        ("ix_cards_channel_id", "cards", ["channel_id"], "guild_id IS NULL"),
        ("ix_incidents_ended_at", "incidents", ["ended_at"], None),
        ("ix_search_sessions_hits", "search_sessions", ["created_at"], "hits IS NOT NULL"),
    ):
        op.create_index(
            name, table, columns, sqlite_where=None if where is None else sa.text(where)
        )
