"""Papers, the days they appeared on, and the health of their sources."""

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint

from storage.tables._base import table, where
from storage.types import Integer, ISODate, JSONText, Text, UTCDateTime

papers = table(
    "papers",
    # The integer key is the row's place in the derived index and in the vector matrix.
    Column("row", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("abstract", Text, nullable=False),
    Column("authors", JSONText, nullable=False),
    Column("published_at", UTCDateTime),
    Column("categories", JSONText, nullable=False),
    Column("summary", Text),
    Column("keywords", JSONText, nullable=False),
    Column("organization", Text),
    Column("repository", Text),
    Column("project_page", Text),
    Column("thumbnail", Text),
    Column("media", JSONText, nullable=False),
    Column("submitter", Text),
    Column("comment", Text),
    Column("doi", Text),
    Column("journal_ref", Text),
    Column("version", Integer),
    Column("updated_at", UTCDateTime),
    Column("withdrawn_at", UTCDateTime),
    Column("linked_models", Integer),
    Column("linked_datasets", Integer),
    Column("linked_spaces", Integer),
    # The newest numbers, so that ranking and cards need no join; history is in `snapshots`.
    Column("upvotes", Integer),
    Column("stars", Integer),
    Column("comments", Integer),
    Column("first_seen_at", UTCDateTime, nullable=False),
    # Rises with every change of text, so that derived indexes can follow it as a watermark.
    Column("revision", Integer, nullable=False, index=True),
    Column("source", Text),
    Column("venue", Text),
    Column("kind", Text),
    Column("licence", Text),
    # What custom ids hold of a key that is no arXiv id (`papers.paper_key.short`).
    Column("short", Text),
    # What papers of one title and first author share (`papers.works.title_number`).
    Column("title_number", Integer),
    # Without regard to case, as DOIs are compared: the migration says COLLATE NOCASE, which alembic
    # cannot compare with what is said here.
    Index("ix_papers_doi", "doi", "id"),
    Index("ix_papers_uncategorised", "row", **where("categories = '[]'")),
    Index("ix_papers_short", "short", **where("short IS NOT NULL")),
    Index("ix_papers_title_number", "title_number", **where("title_number IS NOT NULL")),
)

# Keys of one work: each belongs to the paper that was stored first. A paper that has a row of its
# own and turns out to be another keeps that row, so that it can be separated again; what people
# saved by either key is one paper (`storage.papers.work_of`).
paper_aliases = table(
    "paper_aliases",
    Column("alias", Text, primary_key=True),
    Column(
        "paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False, index=True
    ),
)

snapshots = table(
    "snapshots",
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("at", UTCDateTime, primary_key=True),
    Column("upvotes", Integer),
    Column("stars", Integer),
    Column("comments", Integer),
    Index("ix_snapshots_at", "at"),
)

batches = table(
    "batches",
    Column("day", ISODate, primary_key=True),
    Column("source", Text, primary_key=True),
    # complete: read whole · empty: the source confirmed that there is none
    Column("state", Text, nullable=False),
    Column("papers", Integer, nullable=False),
    Column("broken", Integer, nullable=False),
    Column("fetched_at", UTCDateTime, nullable=False),
)

batch_papers = table(
    "batch_papers",
    # Rises with every paper that enters a batch, also with one that was known before.
    Column("entry", Integer, primary_key=True, autoincrement=True),
    Column("day", ISODate, nullable=False),
    Column("source", Text, nullable=False),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("announcement", Text),
    UniqueConstraint("day", "source", "paper_id"),
    Index("ix_batch_papers_paper_id", "paper_id"),
)

# A conference's edition, whose papers are the source's batch of `day`: threads show some of them on
# each day from then to `until`, which is before it where the conference was over.
editions = table(
    "editions",
    Column("source", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("day", ISODate, nullable=False),
    Column("until", ISODate, nullable=False),
    Column("papers", Integer, nullable=False),
)

# What trends on the Hub, in its order, as it was last read.
trending_papers = table(
    "trending_papers",
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column(
        "paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("read_at", UTCDateTime, nullable=False),
)

source_health = table(
    "source_health",
    Column("source", Text, primary_key=True),
    Column("succeeded_at", UTCDateTime),
    # The first failure of the present series; empty while the source is well.
    Column("failing_since", UTCDateTime),
    Column("failed_at", UTCDateTime),
    Column("kind", Text),
    Column("detail", Text),
    Column("retry_at", UTCDateTime),
)

# How many requests a source was sent on its day, counted before each.
source_requests = table(
    "source_requests",
    Column("source", Text, primary_key=True),
    Column("day", ISODate, nullable=False),
    Column("made", Integer, nullable=False),
)

# What else a source goes on with after a restart: listings read in part, validators of answers.
source_memory = table(
    "source_memory",
    Column("source", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", JSONText, nullable=False),
    Column("written_at", UTCDateTime, nullable=False, index=True),
)
