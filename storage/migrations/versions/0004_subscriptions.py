"""Remember who wants to read about what, what matched, and what was sent.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "topics",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_topics"),
        sa.UniqueConstraint("key", name="uq_topics_key"),
        sqlite_strict=True,
    )
    op.create_table(
        "topic_matches",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("score", sa.REAL[float](), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("matched_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_topic_matches_paper_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name="fk_topic_matches_topic_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("topic_id", "paper_id", name="pk_topic_matches"),
        sqlite_strict=True,
    )
    op.create_index("ix_topic_matches_matched_at", "topic_matches", ["matched_at"])
    op.create_index("ix_topic_matches_paper_id", "topic_matches", ["paper_id"])
    op.create_table(
        "watermarks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_watermarks"),
        sqlite_strict=True,
    )
    op.create_table(
        "subscribers",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("quiet_until", sa.Text()),
        sa.Column("dm_channel_id", sa.Integer()),
        sa.Column("strikes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("closed_at", sa.Integer()),
        sa.Column("closed_reason", sa.Text()),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_subscribers_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_subscribers"),
        sqlite_strict=True,
    )
    op.create_table(
        "subscriptions",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("min_votes", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name="fk_subscriptions_topic_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_subscriptions_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "topic_id", name="pk_subscriptions"),
        sqlite_strict=True,
    )
    op.create_index("ix_subscriptions_topic_id", "subscriptions", ["topic_id"])
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("local_date", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text()),
        sa.Column("message_id", sa.Integer()),
        sa.Column("planned_at", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.Integer()),
        sa.Column("finished_at", sa.Integer()),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_try_at", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_digests_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint("user_id", "local_date", name="uq_digests_user_id_local_date"),
        sqlite_strict=True,
    )
    op.create_index("ix_digests_state", "digests", ["state"])
    op.create_table(
        "digest_papers",
        sa.Column("digest_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digests.id"], name="fk_digest_papers_digest_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_digest_papers_paper_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest_id", "position", name="pk_digest_papers"),
        sqlite_strict=True,
    )
    op.create_index("ix_digest_papers_paper_id", "digest_papers", ["paper_id"])
    op.create_table(
        "dm_log",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dm_log"),
        sqlite_strict=True,
    )
    op.create_index("ix_dm_log_at", "dm_log", ["at"])
    op.create_table(
        "dm_breaker",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dm_breaker"),
        sqlite_strict=True,
    )
    op.create_table(
        "topic_drafts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("every", sa.Text()),
        sa.Column("min_votes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_topic_drafts"),
        sqlite_strict=True,
    )
    op.create_index("ix_topic_drafts_created_at", "topic_drafts", ["created_at"])
