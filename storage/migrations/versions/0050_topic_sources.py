"""Let a topic be matched with the papers of other sources than the Hub and arXiv.

Revision ID: 0050
"""

import sqlalchemy as sa
from alembic import op

from storage.types import Text

revision = "0050"
down_revision = "0048"


def upgrade() -> None:
    """Apply this migration."""
    for table in ("topics", "topic_drafts"):
        op.add_column(
            table,
            sa.Column("sources", Text, nullable=False, server_default=sa.text("'[]'")),
        )
    op.create_index(
        "ix_topics_sources",
        "topics",
        ["sources"],
        sqlite_where=sa.text("sources != '[]'"),
        postgresql_where=sa.text("sources != '[]'"),
    )
