"""Keep the thread about a paper in each server, and whether a server has them.

Revision ID: 0045
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column(
        "guilds", sa.Column("discusses", sa.Integer(), nullable=False, server_default="1")
    )
    op.create_table(
        "discussions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guild_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer()),
        sa.Column("thread_id", sa.Integer()),
        sa.Column("claimed_at", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_discussions"),
        sa.UniqueConstraint("guild_id", "paper_id", name="uq_discussions_guild_id_paper_id"),
        sa.ForeignKeyConstraint(
            ["guild_id"], ["guilds.id"], name="fk_discussions_guild_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_discussions_paper_id", ondelete="CASCADE"
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_discussions_paper_id", "discussions", ["paper_id"])
    op.create_index(
        "ix_discussions_unfinished",
        "discussions",
        ["id"],
        sqlite_where=sa.text("thread_id IS NULL"),
    )
