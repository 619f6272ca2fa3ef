"""Follow saved papers: what is known of each, the news, for whom it is, and the switches.

Papers that are saved already are followed from now on: what the sources say of them first is the
state that later news is compared with.

Revision ID: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "followed_papers",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.Integer(), nullable=False),
        sa.Column("archive_due_at", sa.Integer(), nullable=False),
        sa.Column("archive_seen_at", sa.Integer()),
        sa.Column("community_due_at", sa.Integer(), nullable=False),
        sa.Column("community_seen_at", sa.Integer()),
        sa.Column("levels", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", name="pk_followed_papers"),
        sa.ForeignKeyConstraint(
            ["paper_id"],
            ["papers.id"],
            name="fk_followed_papers_paper_id",
            ondelete="CASCADE",
        ),
        sqlite_strict=True,
    )
    for column in ("archive_due_at", "community_due_at"):
        op.create_index(f"ix_followed_papers_{column}", "followed_papers", [column])
    op.create_table(
        "news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("number", sa.Integer()),
        sa.Column("found_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_news"),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_news_paper_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("paper_id", "kind", "level", name="uq_news_paper_id_kind_level"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_news_found_at", "news", ["found_at"])
    op.create_table(
        "person_news",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("news_id", sa.Integer(), nullable=False),
        sa.Column("brought_at", sa.Integer()),
        sa.Column("digest_id", sa.Integer()),
        sa.PrimaryKeyConstraint("user_id", "news_id", name="pk_person_news"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_person_news_user_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["news_id"], ["news.id"], name="fk_person_news_news_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digests.id"], name="fk_person_news_digest_id", ondelete="SET NULL"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_person_news_news_id", "person_news", ["news_id"])
    op.create_index("ix_person_news_digest_id", "person_news", ["digest_id"])
    for table in ("lists", "preferences"):
        op.add_column(
            table, sa.Column("news", sa.Integer(), nullable=False, server_default=sa.text("1"))
        )
    op.execute(
        "INSERT INTO followed_papers (paper_id, saved_at, archive_due_at, community_due_at, levels)"
        " SELECT paper_id, max(saved_at), max(saved_at), max(saved_at), '{}'"
        " FROM saves WHERE kept = 1 GROUP BY paper_id"
    )
