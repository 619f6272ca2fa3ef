"""Keep what sources go on with after a restart.

Revision ID: 0051
"""

import sqlalchemy as sa
from alembic import op

from storage.types import Integer, Text

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "source_requests",
        sa.Column("source", Text, nullable=False),
        sa.Column("day", Text, nullable=False),
        sa.Column("made", Integer, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_source_requests"),
        sqlite_strict=True,
    )
    op.create_table(
        "source_memory",
        sa.Column("source", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("value", Text, nullable=False),
        sa.Column("written_at", Integer, nullable=False),
        sa.PrimaryKeyConstraint("source", "name", name="pk_source_memory"),
        sqlite_strict=True,
    )
    op.create_index("ix_source_memory_written_at", "source_memory", ["written_at"])
