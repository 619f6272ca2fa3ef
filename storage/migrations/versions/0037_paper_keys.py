"""Key papers of any source, and note which keys are of one work.

Revision ID: 0037
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from papers.model import Author, Paper
from papers.works import title_number

revision = "0037"
down_revision = "0035"

_AT_ONCE = 2_000


def upgrade() -> None:
    """Apply this migration."""
    for name in ("source", "venue", "kind", "licence", "short"):
        op.add_column("papers", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("papers", sa.Column("title_number", sa.Integer(), nullable=True))
    op.create_table(
        "paper_aliases",
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alias", name="pk_paper_aliases"),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["papers.id"], name="fk_paper_aliases_paper_id", ondelete="CASCADE"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_paper_aliases_paper_id", "paper_aliases", ["paper_id"])
    _number_titles(op.get_bind())
    op.create_index(
        "ix_papers_short", "papers", ["short"], sqlite_where=sa.text("short IS NOT NULL")
    )
    op.create_index(
        "ix_papers_title_number",
        "papers",
        ["title_number"],
        sqlite_where=sa.text("title_number IS NOT NULL"),
    )


def _number_titles(connection: sa.Connection) -> None:
    last = 0
    while rows := connection.execute(
        sa.text(
            "SELECT row, title, authors FROM papers WHERE row > :last ORDER BY row LIMIT :most"
        ),
        {"last": last, "most": _AT_ONCE},
    ).all():
        numbers = [
            {"row": row, "number": number}
            for row, title, authors in rows
            if (number := _number(title, json.loads(authors))) is not None
        ]
        if numbers:
            connection.execute(
                sa.text("UPDATE papers SET title_number = :number WHERE row = :row"), numbers
            )
        last = rows[-1].row


def _number(title: str, authors: list[Any]) -> int | None:
    return title_number(Paper("", title, authors=tuple(Author(a[0]) for a in authors[:1])))
