"""Papers as we know them: put in from any source, read back by id and by change."""

from storage.papers._aliases import all_keys, every_key, families, keys_of, work_of
from storage.papers._read import (
    Heading,
    Snapshot,
    StoredPaper,
    by_short,
    changed_since,
    count,
    first_authors,
    get,
    get_many,
    headings,
    in_full,
    latest_revision,
    metrics_before,
    stored,
    without_categories,
)
from storage.papers._thin import thin_snapshots
from storage.papers._upsert import UpsertReport, upsert
from storage.papers._works import by_doi

__all__ = [
    "Heading",
    "Snapshot",
    "StoredPaper",
    "UpsertReport",
    "all_keys",
    "by_doi",
    "by_short",
    "changed_since",
    "count",
    "every_key",
    "families",
    "first_authors",
    "get",
    "get_many",
    "headings",
    "in_full",
    "keys_of",
    "latest_revision",
    "metrics_before",
    "stored",
    "thin_snapshots",
    "upsert",
    "without_categories",
    "work_of",
]
