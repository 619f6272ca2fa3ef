"""Keep when each conference's papers were known, and until when threads show them.

Revision ID: 0048
"""

import sqlalchemy as sa
from alembic import op

from storage.types import Integer, Text

revision = "0048"
down_revision = "0046"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "editions",
        sa.Column("source", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("day", Text, nullable=False),
        sa.Column("until", Text, nullable=False),
        sa.Column("papers", Integer, nullable=False),
        sa.PrimaryKeyConstraint("source", "name", name="pk_editions"),
        sqlite_strict=True,
    )
