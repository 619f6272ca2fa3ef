"""Create the first tables: papers and batches, channels and what they got, vectors, users.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply this migration."""
    _papers()
    _channels()
    _rest()


def _papers() -> None:
    op.create_table(
        "papers",
        sa.Column("row", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Integer()),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text()),
        sa.Column("keywords", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text()),
        sa.Column("repository", sa.Text()),
        sa.Column("project_page", sa.Text()),
        sa.Column("thumbnail", sa.Text()),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("submitter", sa.Text()),
        sa.Column("comment", sa.Text()),
        sa.Column("doi", sa.Text()),
        sa.Column("journal_ref", sa.Text()),
        sa.Column("version", sa.Integer()),
        sa.Column("updated_at", sa.Integer()),
        sa.Column("withdrawn_at", sa.Integer()),
        sa.Column("linked_models", sa.Integer()),
        sa.Column("linked_datasets", sa.Integer()),
        sa.Column("linked_spaces", sa.Integer()),
        sa.Column("upvotes", sa.Integer()),
        sa.Column("stars", sa.Integer()),
        sa.Column("comments", sa.Integer()),
        sa.Column("first_seen_at", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_papers"),
        sa.UniqueConstraint("id", name="uq_papers_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_papers_revision", "papers", ["revision"])
    op.create_table(
        "snapshots",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("upvotes", sa.Integer()),
        sa.Column("stars", sa.Integer()),
        sa.Column("comments", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_snapshots_paper_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("paper_id", "at", name="pk_snapshots"),
        sqlite_strict=True,
    )
    op.create_table(
        "batches",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "source", name="pk_batches"),
        sqlite_strict=True,
    )
    op.create_table(
        "batch_papers",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("announcement", sa.Text()),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_batch_papers_paper_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("day", "source", "paper_id", name="pk_batch_papers"),
        sqlite_strict=True,
    )
    op.create_index("ix_batch_papers_paper_id", "batch_papers", ["paper_id"])
    op.create_table(
        "source_health",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("succeeded_at", sa.Integer()),
        sa.Column("failing_since", sa.Integer()),
        sa.Column("failed_at", sa.Integer()),
        sa.Column("kind", sa.Text()),
        sa.Column("detail", sa.Text()),
        sa.Column("retry_at", sa.Integer()),
        sa.PrimaryKeyConstraint("source", name="pk_source_health"),
        sqlite_strict=True,
    )


def _channels() -> None:
    op.create_table(
        "guilds",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("joined_at", sa.Integer(), nullable=False),
        sa.Column("welcomed_at", sa.Integer()),
        sa.Column("left_at", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_guilds"),
        sqlite_strict=True,
    )
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("guild_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("min_votes", sa.Integer(), nullable=False),
        sa.Column("include", sa.Text(), nullable=False),
        sa.Column("exclude", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("ping_role_id", sa.Integer()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("disabled_reason", sa.Text()),
        sa.Column("told_at", sa.Integer()),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id"], ["guilds.id"], name="fk_feeds_guild_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("channel_id", name="uq_feeds_channel_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_feeds_guild_id", "feeds", ["guild_id"])
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("feed_id", sa.Integer()),
        sa.Column("guild_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("batch_day", sa.Text(), nullable=False),
        sa.Column("local_date", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("late", sa.Integer(), server_default="0", nullable=False),
        sa.Column("payload", sa.Text()),
        sa.Column("header_message_id", sa.Integer()),
        sa.Column("thread_id", sa.Integer()),
        sa.Column("planned_at", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Integer()),
        sa.Column("sent_at", sa.Integer()),
        sa.Column("finished_at", sa.Integer()),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.Integer()),
        sa.Column("refreshes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feeds.id"], name="fk_posts_feed_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["guild_id"], ["guilds.id"], name="fk_posts_guild_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.UniqueConstraint("feed_id", "batch_day", name="uq_posts_feed_id_batch_day"),
        sa.UniqueConstraint("feed_id", "local_date", name="uq_posts_feed_id_local_date"),
        sqlite_strict=True,
    )
    op.create_index("ix_posts_channel_id", "posts", ["channel_id"])
    op.create_index("ix_posts_state", "posts", ["state"])
    op.create_table(
        "post_papers",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_post_papers_paper_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_post_papers_post_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "position", name="pk_post_papers"),
        sqlite_strict=True,
    )
    op.create_index("ix_post_papers_paper_id", "post_papers", ["paper_id"])
    op.create_table(
        "cards",
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("guild_id", sa.Integer()),
        sa.Column("posted_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_cards_paper_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "paper_id", name="pk_cards"),
        sqlite_strict=True,
    )
    op.create_index("ix_cards_posted_at", "cards", ["posted_at"])


def _rest() -> None:
    op.create_table(
        "synced_commands",
        sa.Column("application_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("payload_hash", sa.Text(), nullable=False),
        sa.Column("command_ids", sa.Text(), nullable=False),
        sa.Column("synced_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("application_id", name="pk_synced_commands"),
        sqlite_strict=True,
    )
    op.create_table(
        "vectors",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_vectors_paper_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("paper_id", "model", name="pk_vectors"),
        sqlite_strict=True,
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sqlite_strict=True,
    )
