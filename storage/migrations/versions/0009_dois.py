"""Find papers by the DOI of their publication.

Revision ID: 0009
"""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply this migration."""
    op.create_index("ix_papers_doi", "papers", ["doi", "id"])
