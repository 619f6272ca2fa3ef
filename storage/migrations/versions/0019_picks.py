"""Learn from lists: which of them, how many picks a digest brings, and what is not wanted.

Revision ID: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "dismissals",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("dismissed_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "paper_id", name="pk_dismissals"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_dismissals_user_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_dismissals_paper_id", ondelete="CASCADE"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_dismissals_paper_id", "dismissals", ["paper_id"])
    op.add_column(
        "lists", sa.Column("learn", sa.Integer(), nullable=False, server_default=sa.text("1"))
    )
    op.add_column(
        "preferences", sa.Column("picks", sa.Integer(), nullable=False, server_default=sa.text("3"))
    )
