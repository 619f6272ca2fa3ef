"""Journal clubs: their sessions and steps, nominations, and who presents.

Revision ID: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0040"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "clubs",
        _id(),
        _integer("guild_id"),
        _integer("channel_id"),
        *(_text(name) for name in ("anchor", "every", "at", "timezone")),
        _integer("rotates"),
        _text("state"),
        sa.Column("reason", sa.Text()),
        _integer("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_clubs"),
        _reference("clubs", "guild_id", "guilds"),
        sa.UniqueConstraint("channel_id", name="uq_clubs_channel_id"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_clubs_guild_id", "clubs", ["guild_id"])
    op.create_table(
        "club_members",
        _integer("club_id"),
        _integer("user_id"),
        _integer("position"),
        sa.Column("presented_on", sa.Text()),
        sa.PrimaryKeyConstraint("club_id", "user_id", name="pk_club_members"),
        _reference("club_members", "club_id", "clubs"),
        _reference("club_members", "user_id", "users"),
        sqlite_strict=True,
    )
    op.create_index("ix_club_members_user_id", "club_members", ["user_id"])
    op.create_table(
        "club_sessions",
        _id(),
        _integer("club_id"),
        *(_text(name) for name in ("day", "at", "timezone", "state")),
        sa.Column("paper_id", sa.Text()),
        *(sa.Column(name, sa.Integer()) for name in ("decided_at", "event_id", "thread_id")),
        _integer("opened_at"),
        *(sa.Column(name, sa.Integer()) for name in ("finished_at", "look_at")),
        sa.PrimaryKeyConstraint("id", name="pk_club_sessions"),
        _reference("club_sessions", "club_id", "clubs"),
        _reference("club_sessions", "paper_id", "papers", "SET NULL"),
        sa.UniqueConstraint("club_id", "day", name="uq_club_sessions_club_id_day"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_club_sessions_paper_id", "club_sessions", ["paper_id"])
    op.create_index("ix_club_sessions_look_at", "club_sessions", ["state", "look_at"])
    op.create_index("ix_club_sessions_finished_at", "club_sessions", ["finished_at"])
    op.create_table(
        "club_steps",
        _integer("session_id"),
        _text("step"),
        _text("state"),
        sa.Column("payload", sa.Text()),
        _integer("planned_at"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("made_id", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("session_id", "step", name="pk_club_steps"),
        _reference("club_steps", "session_id", "club_sessions"),
        sqlite_strict=True,
    )
    op.create_table(
        "club_turns",
        _integer("session_id"),
        _integer("user_id"),
        _text("answer"),
        _integer("planned_at"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("message_id", sa.Integer()),
        sa.PrimaryKeyConstraint("session_id", "user_id", name="pk_club_turns"),
        _reference("club_turns", "session_id", "club_sessions"),
        _reference("club_turns", "user_id", "users"),
        sqlite_strict=True,
    )
    op.create_index("ix_club_turns_user_id", "club_turns", ["user_id"])
    op.create_table(
        "club_nominations",
        _id(),
        _integer("club_id"),
        _text("paper_id"),
        _integer("user_id"),
        _integer("nominated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_club_nominations"),
        _reference("club_nominations", "club_id", "clubs"),
        _reference("club_nominations", "paper_id", "papers"),
        _reference("club_nominations", "user_id", "users"),
        sa.UniqueConstraint("club_id", "paper_id", name="uq_club_nominations_club_id_paper_id"),
        sqlite_strict=True,
    )
    for name in ("paper_id", "user_id"):
        op.create_index(f"ix_club_nominations_{name}", "club_nominations", [name])


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _reference(
    table: str, column: str, target: str, ondelete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete=ondelete
    )
