"""Keep people's libraries: lists, what put which paper on them, notes, what they set.

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
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("emoji", sa.Text()),
        sa.Column("emoji_key", sa.Text()),
        sa.Column("is_default", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_read", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_lists_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lists"),
        sa.UniqueConstraint("user_id", "key", name="uq_lists_user_id_key"),
        sa.UniqueConstraint("user_id", "emoji_key", name="uq_lists_user_id_emoji_key"),
        sqlite_strict=True,
    )
    _saves()
    op.create_table(
        "notes",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_notes_paper_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_notes_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "paper_id", name="pk_notes"),
        sqlite_strict=True,
    )
    op.create_index("ix_notes_paper_id", "notes", ["paper_id"])
    op.create_table(
        "preferences",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_preferences_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_preferences"),
        sqlite_strict=True,
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sqlite_strict=True,
    )
    op.create_index("ix_erasures_erased_at", "erasures", ["erased_at"])


def _saves() -> None:
    op.create_table(
        "saves",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("emoji_key", sa.Text()),
        sa.Column("kept", sa.Integer(), server_default="1", nullable=False),
        sa.Column("message_id", sa.Integer()),
        sa.Column("channel_id", sa.Integer()),
        sa.Column("guild_id", sa.Integer()),
        sa.Column("saved_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["lists.id"], name="fk_saves_list_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_saves_paper_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_saves_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_saves"),
        sqlite_strict=True,
    )
    op.create_index("ix_saves_user_id", "saves", ["user_id"])
    op.create_index(
        "uq_saves_reaction",
        "saves",
        ["message_id", "user_id", "emoji_key", "paper_id"],
        unique=True,
        sqlite_where=sa.text("emoji_key IS NOT NULL"),
    )
    op.create_index(
        "uq_saves_deliberate",
        "saves",
        ["list_id", "paper_id"],
        unique=True,
        sqlite_where=sa.text("emoji_key IS NULL"),
    )
    op.create_index("ix_saves_list_id", "saves", ["list_id"])
    op.create_index("ix_saves_paper_id", "saves", ["paper_id"])
    op.create_index("ix_saves_guild_id_saved_at", "saves", ["guild_id", "saved_at"])
