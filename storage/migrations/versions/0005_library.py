"""Keep people's libraries: lists, what is on them, and what put it there.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "lists",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("emoji", sa.Text()),
        sa.Column("is_default", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_lists_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lists"),
        sa.UniqueConstraint("user_id", "emoji", name="uq_lists_user_id_emoji"),
        sa.UniqueConstraint("user_id", "name", name="uq_lists_user_id_name"),
        sqlite_strict=True,
    )
    op.create_table(
        "saves",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.Integer(), nullable=False),
        sa.Column("guild_id", sa.Integer()),
        sa.Column("channel_id", sa.Integer()),
        sa.Column("note", sa.Text()),
        sa.ForeignKeyConstraint(
            ["list_id"], ["lists.id"], name="fk_saves_list_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_saves_paper_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_saves_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("list_id", "paper_id", name="pk_saves"),
        sqlite_strict=True,
    )
    op.create_index("ix_saves_guild_id_saved_at", "saves", ["guild_id", "saved_at"])
    op.create_index("ix_saves_paper_id", "saves", ["paper_id"])
    op.create_index("ix_saves_user_id_paper_id", "saves", ["user_id", "paper_id"])
    op.create_table(
        "holds",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id", "paper_id"],
            ["saves.list_id", "saves.paper_id"],
            name="fk_holds_list_id_paper_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("list_id", "paper_id", "kind", "message_id", name="pk_holds"),
        sqlite_strict=True,
    )
    op.create_index("ix_holds_message_id", "holds", ["message_id"])
    op.create_table(
        "preferences",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False, server_default="1"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_preferences_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_preferences"),
        sqlite_strict=True,
    )
