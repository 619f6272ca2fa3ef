"""Find papers by their DOI as it is compared, whatever its case, without reading all of them.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply this migration."""
    op.drop_index("ix_papers_doi", "papers")
    op.create_index("ix_papers_doi", "papers", [sa.text("doi COLLATE NOCASE"), "id"])
