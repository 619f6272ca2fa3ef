"""Number what enters batches in a column, which was SQLite's own number of the row.

Revision ID: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "numbered_papers",
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("announcement", sa.Text()),
        sa.PrimaryKeyConstraint("entry", name="pk_batch_papers"),
        sa.UniqueConstraint(
            "day", "source", "paper_id", name="uq_batch_papers_day_source_paper_id"
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_batch_papers_paper_id", ondelete="CASCADE"
        ),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO numbered_papers (entry, day, source, paper_id, position, announcement)"
        " SELECT rowid, day, source, paper_id, position, announcement FROM batch_papers"
    )
    op.drop_table("batch_papers")
    op.rename_table("numbered_papers", "batch_papers")
    op.create_index("ix_batch_papers_paper_id", "batch_papers", ["paper_id"])
