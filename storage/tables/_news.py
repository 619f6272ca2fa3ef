"""News about saved papers: what is known of each, what became of it, and who was informed."""

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint

from storage.tables._base import table
from storage.types import Integer, JSONText, Text, UTCDateTime

# Every paper that is on a list, with what was last known of it. No user: a row says that the paper
# was saved, not by whom.
followed_papers = table(
    "followed_papers",
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    # Its newest save: the sources are asked about the newest first.
    Column("saved_at", UTCDateTime, nullable=False),
    # When each kind of source is asked next, and when it first answered: what it said then is
    # no news.
    Column("archive_due_at", UTCDateTime, nullable=False, index=True),
    Column("archive_seen_at", UTCDateTime),
    Column("community_due_at", UTCDateTime, nullable=False, index=True),
    Column("community_seen_at", UTCDateTime),
    # The level of each kind of news (`papers.news.Levels`).
    Column("levels", JSONText, nullable=False),
)

news = table(
    "news",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("level", Integer, nullable=False),
    # Words, address and number, as they were found.
    Column("words", Text, nullable=False),
    Column("address", Text),
    Column("number", Integer),
    Column("found_at", UTCDateTime, nullable=False, index=True),
    UniqueConstraint("paper_id", "kind", "level"),
    reuses_ids=False,
)

# Whom a piece of news is for: those who had the paper saved when it was found.
person_news = table(
    "person_news",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("news_id", Integer, ForeignKey("news.id", ondelete="CASCADE"), primary_key=True),
    # Empty until a digest or the inbox brought it; the digest only as long as that is kept.
    Column("brought_at", UTCDateTime),
    Column("digest_id", Integer, ForeignKey("digests.id", ondelete="SET NULL"), index=True),
    Index("ix_person_news_news_id", "news_id"),
)
