"""Let a channel have a daily thread, a weekly and a monthly roundup.

Revision ID: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

DAILY = "every IN ('day', 'weekdays')"


def upgrade() -> None:
    """Apply this migration."""
    connection = op.get_bind()
    # Rebuilding a table forgets the highest id that was ever given out, which old buttons hold.
    last = connection.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'feeds'"))
    with op.batch_alter_table(
        "feeds",
        recreate="always",
        table_kwargs={"sqlite_strict": True, "sqlite_autoincrement": True},
    ) as feeds:
        feeds.drop_constraint("uq_feeds_channel_id", type_="unique")
        feeds.add_column(_every())
        feeds.add_column(
            sa.Column("weekday", sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
    connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'feeds'"))
    if last is not None:
        connection.execute(
            sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('feeds', :last)"),
            {"last": last},
        )
    op.create_index(
        "uq_feeds_channel_id_daily",
        "feeds",
        ["channel_id"],
        unique=True,
        sqlite_where=sa.text(DAILY),
    )
    op.create_index("uq_feeds_channel_id_every", "feeds", ["channel_id", "every"], unique=True)
    op.add_column("posts", _every())
    op.add_column("post_papers", sa.Column("code", sa.Integer()))


def _every() -> sa.Column[str]:
    return sa.Column("every", sa.Text(), nullable=False, server_default=sa.text("'day'"))
