"""Papers as we know them: put in from any source, read back by id and by change."""

from storage.papers._read import (
    Heading,
    Snapshot,
    StoredPaper,
    by_doi,
    changed_since,
    count,
    first_authors,
    get,
    get_many,
    headings,
    latest_revision,
    metrics_before,
    stored,
    without_categories,
)
from storage.papers._thin import thin_snapshots
from storage.papers._upsert import UpsertReport, upsert

__all__ = [
    "Heading",
    "Snapshot",
    "StoredPaper",
    "UpsertReport",
    "by_doi",
    "changed_since",
    "count",
    "first_authors",
    "get",
    "get_many",
    "headings",
    "latest_revision",
    "metrics_before",
    "stored",
    "thin_snapshots",
    "upsert",
    "without_categories",
]
