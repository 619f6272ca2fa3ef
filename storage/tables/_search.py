"""Search: vectors, answered searches, questions to the sources."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary

from storage.tables._base import table, where
from storage.types import Integer, ISODate, JSONText, Text, UTCDateTime

vectors = table(
    "vectors",
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("model", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    # Counted and forgotten by model, without reading the vectors.
    Index("ix_vectors_model", "model"),
)

# One answered search: what its pages are turned by. It holds no user.
search_sessions = table(
    "search_sessions",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("query", Text, nullable=False),
    Column("since", ISODate),
    Column("categories", JSONText, nullable=False),
    Column("sort", Text, nullable=False),
    # Whether only what the sources brought is listed.
    Column("fresh", Integer, nullable=False),
    # Ids of papers, best first; empty once they are forgotten, when only the question is left.
    Column("hits", JSONText),
    # How the question was read, and what the answer lacks.
    Column("remarks", JSONText, nullable=False),
    # A user has used the message: it must not change by itself any more.
    Column("used", Integer, nullable=False),
    Column("created_at", UTCDateTime, nullable=False, index=True),
    Index("ix_search_sessions_hits", "created_at", **where("hits IS NOT NULL")),
    reuses_ids=False,
)

# What the sources were asked, so that no question is asked there twice a day.
source_searches = table(
    "source_searches",
    Column("question", Text, primary_key=True),
    Column("asked_at", UTCDateTime, nullable=False, index=True),
    # Empty while they are being asked.
    Column("answered_at", UTCDateTime),
    # A list of [source, papers found, or why it did not answer].
    Column("answers", JSONText, nullable=False),
    # Ids of what they found, in their order.
    Column("papers", JSONText, nullable=False),
)
