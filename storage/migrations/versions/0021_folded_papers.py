"""Fold near-duplicates in threads: a paper may stand behind another one's card.

Revision ID: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column("post_papers", sa.Column("behind", sa.Integer()))
