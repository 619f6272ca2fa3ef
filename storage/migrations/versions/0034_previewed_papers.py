"""Remember what previews of topics showed, and from when on subscriptions bring papers.

Revision ID: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column("topic_drafts", sa.Column("shown", sa.Text()))
    op.add_column("topic_drafts", sa.Column("brings_from", sa.Integer()))
    op.add_column("subscriptions", sa.Column("brings_from", sa.Integer()))
