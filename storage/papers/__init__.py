"""Papers as we know them: put in from any source, read by id, by batch and by change."""

from storage.papers._batches import (
    BatchEntry,
    BatchState,
    batch_papers,
    batch_records,
    batch_state,
    newest_complete_batch,
    record_batch,
)
from storage.papers._read import (
    StoredPaper,
    changed_since,
    count,
    get,
    get_many,
    latest_revision,
    metrics_before,
)
from storage.papers._upsert import UpsertReport, upsert

__all__ = [
    "BatchEntry",
    "BatchState",
    "StoredPaper",
    "UpsertReport",
    "batch_papers",
    "batch_records",
    "batch_state",
    "changed_since",
    "count",
    "get",
    "get_many",
    "latest_revision",
    "metrics_before",
    "newest_complete_batch",
    "record_batch",
    "upsert",
]
