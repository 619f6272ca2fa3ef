"""Let topics learn from what is saved and dismissed among their papers.

Revision ID: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0026"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "learned_papers",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("score", sa.REAL[float](), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "topic_id", "paper_id", name="pk_learned_papers"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_learned_papers_user_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name="fk_learned_papers_topic_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_learned_papers_paper_id", ondelete="CASCADE"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_learned_papers_topic_id", "learned_papers", ["topic_id"])
    op.create_index("ix_learned_papers_paper_id", "learned_papers", ["paper_id"])
    op.add_column("subscriptions", sa.Column("learned_since", sa.Integer(), nullable=True))
