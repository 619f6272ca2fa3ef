"""Keep where a journal club meets.

Revision ID: 0055
"""

import sqlalchemy as sa
from alembic import op

from storage.types import Text

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column("clubs", sa.Column("place", Text))
