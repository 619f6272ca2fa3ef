"""Keep what people take out of their libraries for a day, so that it can be put back whole.

Revision ID: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "removals",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("saves", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("noted_at", sa.Integer()),
        sa.Column("removed_at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_removals_user_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_removals_paper_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_removals"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_removals_user_id_paper_id", "removals", ["user_id", "paper_id"])
    op.create_index("ix_removals_paper_id", "removals", ["paper_id"])
    op.create_index("ix_removals_removed_at", "removals", ["removed_at"])
