"""Let feeds be about topics, and never give out again an id that buttons hold.

A button outlives what it acts on: with ids that are used again, one of an old message would act on
somebody else's row.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NEVER_REUSED = ("feeds", "search_sessions", "topics", "digests", "topic_drafts", "lists")


def upgrade() -> None:
    """Apply this migration."""
    op.add_column(
        "feeds", sa.Column("topics", sa.Text(), nullable=False, server_default=sa.text("'[]'"))
    )
    for table in NEVER_REUSED:
        with op.batch_alter_table(
            table,
            recreate="always",
            table_kwargs={"sqlite_strict": True, "sqlite_autoincrement": True},
        ):
            pass
