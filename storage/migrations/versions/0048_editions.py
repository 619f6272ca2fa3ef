"""Keep when each conference's papers were known, and until when threads show them.

Revision ID: 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0046"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "editions",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "name", name="pk_editions"),
        sqlite_strict=True,
    )
