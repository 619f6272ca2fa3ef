"""Give servers a shelf of papers, and let people be named beside what they added.

Revision ID: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

_REACTION = ("message_id", "user_id", "emoji_key", "paper_id")
_DELIBERATE = ("guild_id", "user_id", "paper_id")


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "shelves",
        sa.Column("guild_id", sa.Integer(), nullable=False),
        sa.Column("emoji", sa.Text(), nullable=False),
        sa.Column("emoji_key", sa.Text(), nullable=False),
        sa.Column("adding", sa.Text(), nullable=False),
        sa.Column("role_id", sa.Integer()),
        sa.Column("shows_saves", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("channel_id", sa.Integer()),
        sa.Column("weekday", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("weekly_since", sa.Integer()),
        sa.Column("stopped_reason", sa.Text()),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_shelves"),
        sa.ForeignKeyConstraint(
            ["guild_id"], ["guilds.id"], name="fk_shelves_guild_id", ondelete="CASCADE"
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_shelves_weekly",
        "shelves",
        ["timezone", "weekday", "at"],
        sqlite_where=sa.text("channel_id IS NOT NULL AND stopped_reason IS NULL"),
    )
    op.create_table(
        "shelf_papers",
        sa.Column("guild_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("pinned_at", sa.Integer()),
        sa.Column("blocked_at", sa.Integer()),
        sa.Column("posted_at", sa.Integer()),
        sa.PrimaryKeyConstraint("guild_id", "paper_id", name="pk_shelf_papers"),
        _of("shelf_papers", "guild_id", "shelves.guild_id"),
        _of("shelf_papers", "paper_id", "papers.id"),
        sqlite_strict=True,
    )
    op.create_index("ix_shelf_papers_paper_id", "shelf_papers", ["paper_id"])
    op.create_table(
        "shelf_additions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("guild_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("emoji_key", sa.Text()),
        sa.Column("kept", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("message_id", sa.Integer()),
        sa.Column("channel_id", sa.Integer()),
        sa.Column("added_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shelf_additions"),
        _of("shelf_additions", "guild_id", "shelves.guild_id"),
        _of("shelf_additions", "user_id", "users.id"),
        _of("shelf_additions", "paper_id", "papers.id"),
        sqlite_strict=True,
    )
    for name, columns, where in (
        ("uq_shelf_additions_reaction", _REACTION, "emoji_key IS NOT NULL"),
        ("uq_shelf_additions_deliberate", _DELIBERATE, "emoji_key IS NULL"),
    ):
        op.create_index(
            name, "shelf_additions", list(columns), unique=True, sqlite_where=sa.text(where)
        )
    for columns in (["user_id"], ["paper_id"], ["guild_id", "paper_id"]):
        op.create_index(f"ix_shelf_additions_{'_'.join(columns)}", "shelf_additions", columns)
    op.create_table(
        "shelf_posts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("guild_id", sa.Integer(), nullable=False),
        sa.Column("local_date", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text()),
        sa.Column("message_id", sa.Integer()),
        sa.Column("planned_at", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.Integer()),
        sa.Column("finished_at", sa.Integer()),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("next_try_at", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_shelf_posts"),
        _of("shelf_posts", "guild_id", "shelves.guild_id"),
        sa.UniqueConstraint("guild_id", "local_date", name="uq_shelf_posts_guild_id_local_date"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shelf_posts_planned_at", "shelf_posts", ["planned_at"])
    op.create_index("ix_shelf_posts_state", "shelf_posts", ["state"])
    op.add_column(
        "preferences", sa.Column("named", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("feed_links", sa.Column("guild_id", sa.Integer()))
    op.create_index("ix_feed_links_guild_id", "feed_links", ["guild_id"])


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE"
    )
