"""The full-text index: a tantivy directory beside the database, derived from it and disposable.

It holds nothing that the database does not, so whatever is wrong with it is cured by a
rebuild. Its watermark is the highest `papers.revision` in it, committed together with the papers
themselves: after a crash it is exactly as far as its content.
"""

import logging
import shutil
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import tantivy

from papers.search import Analysis
from papers.spelling import spelled
from storage._documents import document_of, name_keys, schema
from storage.papers import StoredPaper

log = logging.getLogger(__name__)

SCHEMA_VERSION = 6
"""Raise it with every change of fields or analysis: an index of another version is rebuilt."""

_HEAP_BYTES = 24_000_000  # of an indexing thread; tantivy's least is 15 MB
_HEAP_BYTES_FOR_MANY = 128_000_000  # of two: larger segments, of which fewer have to be merged
_NAMES_KNOWN = 20_000
_TITLES_KNOWN = 4_096  # about 1 MB
_VERSION_FILE = "paperboy-schema"


class IndexBusyError(Exception):
    """Another process is writing the index; it will follow the database there."""


class IndexDamagedError(Exception):
    """The index cannot be read and has to be rebuilt."""


class PaperIndex:
    """The index in one directory: opened or made, written in batches, read through snapshots."""

    def __init__(self, directory: Path, analysis: Analysis) -> None:
        self.directory = directory
        self.analysis = analysis
        self.schema = schema()
        self.created = not _usable(directory)
        """Whether nothing usable was there."""
        if not self.created:
            try:
                self._index = self._open()
            except ValueError:
                # Of the right version by its label alone.
                self.created = True
        if self.created:
            _clear(directory)
            self._index = self._open()

    def searcher(self) -> tantivy.Searcher:
        """Return a snapshot: what is written later does not change it."""
        return self._index.searcher()

    @property
    def papers(self) -> int:
        """The number of papers in it."""
        return self.searcher().num_docs

    def watermark(self) -> int:
        """Return the highest revision in it, 0 if it is empty.

        Raises:
            IndexDamagedError: its files cannot be read.
        """
        return self._highest("revision")

    def last_row(self) -> int:
        """Return the highest row in it, 0 if it is empty.

        Raises:
            IndexDamagedError: its files cannot be read.
        """
        return self._highest("row")

    def _highest(self, field: str) -> int:
        try:
            searcher = cast("Any", self.searcher())
            found: dict[str, dict[str, float | None]] = searcher.aggregate(
                tantivy.Query.all_query(), {"last": {"max": {"field": field}}}
            )
        except (ValueError, OSError) as error:
            raise IndexDamagedError(str(error)) from error
        return int(found["last"]["value"] or 0)

    def newest(self, limit: int) -> list[tuple[int, int, str]]:
        """Return row, revision and id of the papers that were put in last.

        Raises:
            IndexDamagedError: its files cannot be read.
        """
        try:
            searcher = self.searcher()
            found = searcher.search(
                tantivy.Query.all_query(), limit=limit, count=False, order_by_field="revision"
            )
            addresses = [address for _, address in found.hits]
            rows = searcher.fast_field_values("row", addresses)
            revisions = searcher.fast_field_values("revision", addresses)
            ids = [str(searcher.doc(address).get_first("id")) for address in addresses]
        except (ValueError, OSError) as error:
            raise IndexDamagedError(str(error)) from error
        return [
            (int(row or 0), int(revision or 0), paper_id)
            for row, revision, paper_id in zip(rows, revisions, ids, strict=True)
        ]

    def begin(self, *, many: bool = False) -> "IndexSession":
        """Take the index's lock, to write. Blocking, like all of the session: keep it off the loop.

        Args:
            many: there is so much to put in that a second core is worth its memory.

        Raises:
            IndexBusyError: another process holds the lock.
            IndexDamagedError: what is there cannot be extended.
        """
        try:
            writer = (
                self._index.writer(_HEAP_BYTES_FOR_MANY, num_threads=2)
                if many
                else self._index.writer(_HEAP_BYTES, num_threads=1)
            )
            # Only with the lock is the watermark sure to be the last one.
            self._index.reload()
        except ValueError as error:
            if "LockBusy" in str(error):
                raise IndexBusyError(str(error)) from error
            raise IndexDamagedError(str(error)) from error
        return IndexSession(self, writer)

    def reload(self) -> None:
        """Let later snapshots see what was committed."""
        self._index.reload()

    def clear(self) -> None:
        """Throw everything away and start empty."""
        _clear(self.directory)
        self._index = self._open()

    def _open(self) -> tantivy.Index:
        index = tantivy.Index(self.schema, path=str(self.directory))
        index.register_tokenizer("words", self.analysis.words)
        index.register_tokenizer("stems", self.analysis.stems)
        index.register_tokenizer("names", self.analysis.names)
        return index

    def folded(self, text: str) -> str:
        """Return the words of a text as suggestions are keyed by them."""
        return _folded(text)


@lru_cache(maxsize=_TITLES_KNOWN)
def _folded(text: str) -> str:
    """Fold a text: with each letter that a person types, most titles come again."""
    return " ".join(spelled(text).forms)


class IndexSession:
    """Writing to the index: papers go in batch by batch and count from the commit on."""

    def __init__(self, index: PaperIndex, writer: tantivy.IndexWriter) -> None:
        self._index = index
        self._writer = writer
        self._pending = False
        self._last_row = index.last_row()
        # Names come again and again, and looking at their words takes longer than writing them.
        self._keys = lru_cache(maxsize=_NAMES_KNOWN)(name_keys)
        self.watermark = index.watermark()
        """The revision up to which papers have been put in."""

    def add(self, batch: Sequence[StoredPaper]) -> None:
        """Put in the next papers, in the order of their revisions, replacing older states of them.

        Raises:
            IndexDamagedError: the index cannot be written, on a full disk for example.
        """
        self._pending = True
        try:
            for entry in batch:
                if entry.row <= self._last_row:
                    self._writer.delete_documents_by_term("row", entry.row)
                self._last_row = max(self._last_row, entry.row)
                self._writer.add_document(document_of(entry, self._keys))
        except ValueError as error:
            raise IndexDamagedError(str(error)) from error
        if batch:
            self.watermark = batch[-1].revision

    def commit(self) -> None:
        """Make everything that was put in count, and visible to new snapshots.

        Raises:
            IndexDamagedError: the index cannot be written.
        """
        try:
            self._writer.commit()
            self._pending = False
            self._index.reload()
        except ValueError as error:
            raise IndexDamagedError(str(error)) from error

    def close(self) -> None:
        """Give the lock back; what was not committed is forgotten."""
        try:
            if self._pending:
                # Only then: it also stops the merging of segments, and many segments are slow.
                self._writer.rollback()
            self._writer.wait_merging_threads()
            self._index.reload()
        except ValueError:
            log.exception("the search index did not close cleanly")


def _usable(directory: Path) -> bool:
    """Tell whether a directory holds an index of this version that can be opened and read."""
    try:
        if (directory / _VERSION_FILE).read_text("ascii") != _version():
            return False
        return tantivy.Index.exists(str(directory)) and tantivy.Index.is_compatible(str(directory))
    except (OSError, ValueError):
        return False


def _version() -> str:
    return f"{SCHEMA_VERSION}\n{version('tantivy')}\n"


def _clear(directory: Path) -> None:
    if directory.exists():
        log.info("creating a new search index directory=%s", directory)
        shutil.rmtree(directory)
    directory.mkdir(parents=True)
    (directory / _VERSION_FILE).write_text(_version(), "ascii")
