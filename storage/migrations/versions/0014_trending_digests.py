"""Remember which batch a digest's trending papers are from: a weekend has no new one.

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


_SETTLED_AFTER_UTC_MIDNIGHT = 23_400
"""Seconds from midnight UTC of a batch day to when it has settled: 05:30 to 06:30."""


def upgrade() -> None:
    """Apply this migration."""
    op.add_column("digests", sa.Column("batch_day", sa.Text))
    # Earlier versions kept no record of it: it was the newest batch that had settled.
    op.get_bind().execute(
        sa.text(
            "UPDATE digests SET batch_day = ("
            " SELECT max(day) FROM batches WHERE state = 'complete'"
            " AND day <= date(digests.planned_at / 1000000 - :settled, 'unixepoch'))"
            " WHERE id IN (SELECT max(id) FROM digests GROUP BY user_id) AND user_id IN ("
            " SELECT subscriptions.user_id FROM subscriptions"
            " JOIN topics ON topics.id = subscriptions.topic_id WHERE topics.mode = 'trending')"
        ),
        {"settled": _SETTLED_AFTER_UTC_MIDNIGHT},
    )
