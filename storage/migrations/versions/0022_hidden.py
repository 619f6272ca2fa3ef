"""Keep why papers are not wanted, what was opened, and the authors and words a person hides.

Revision ID: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column(
        "dismissals",
        sa.Column("kind", sa.Text(), nullable=False, server_default=sa.text("'unwanted'")),
    )
    op.create_table(
        "opened_papers",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "paper_id", name="pk_opened_papers"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_opened_papers_user_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_opened_papers_paper_id", ondelete="CASCADE"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_opened_papers_paper_id", "opened_papers", ["paper_id"])
    op.create_index("ix_opened_papers_opened_at", "opened_papers", ["opened_at"])
    op.create_table(
        "mutes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mutes"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_mutes_user_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("user_id", "kind", "key", name="uq_mutes_user_id_kind_key"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
