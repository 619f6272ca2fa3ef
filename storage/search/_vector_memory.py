"""Bringing the vectors into memory: from their file, and what changed since from the database."""

import asyncio
import logging
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.embedding import give_back_memory
from storage import papers as stored_papers
from storage import vectors
from storage.database import Database
from storage.search import _vector_file
from storage.search._matrix import COMPACT_FROM, VectorMatrix
from storage.search._vector_file import Contents
from storage.tables import papers

log = logging.getLogger(__name__)

WORTH_WRITING: Final = 0.05
"""Share of changed vectors from which the file is written again: what it lacks is read from the
database at a start, at 8 µs a paper."""

_PROBES = 50  # newest papers by which a file is known to be the database's own

Kept = tuple[Contents, list[NDArray[Any]]]


class VectorMemory:
    """The matrix of one model's vectors, in memory and in a file."""

    def __init__(
        self,
        database: Database,
        file: Path,
        model: str,
        dimensions: int,
        limit: int,
        *,
        compact_from: int = COMPACT_FROM,
    ) -> None:
        """`file` need not exist; one is kept from `compact_from` papers on."""
        self._database = database
        self._file = file
        self._model = model
        self._dimensions = dimensions
        self._limit = limit
        self._compact_from = compact_from
        self._written = False
        self.changed = 0
        """Vectors that were put into the matrix since the file was written."""

    async def load(self) -> VectorMatrix:
        """Return the vectors of the newest papers."""
        kept = await asyncio.to_thread(_vector_file.read, self._file)
        async with self._database.read() as conn:
            if kept is not None and await self._usable(conn, *kept):
                contents, arrays = kept
                matrix = self._empty()
                await asyncio.to_thread(matrix.adopt, arrays, contents.size)
                above, self._written = contents.revision, True
            else:
                expected = await stored_papers.count(conn)
                matrix = self._empty(expected)
                above = None
            portions = vectors.newest(conn, self._model, self._dimensions, self._limit, above=above)
            async for rows, found in portions:
                await asyncio.to_thread(matrix.add, rows, found)
                self.changed += len(rows)
        await asyncio.to_thread(give_back_memory)
        return matrix

    async def keep(self, matrix: VectorMatrix, upto: int) -> None:
        """Write the file where that is worth it, and use it in place of the matrix's memory.

        Args:
            matrix: of all vectors.
            upto: the revision up to which these are the vectors of all papers.
        """
        enough = not self._written or self.changed > len(matrix) * WORTH_WRITING
        if not matrix.compact or not enough:
            return
        self._written, self.changed = True, 0
        async with self._database.read() as conn:
            newest = await _probes(conn, matrix.newest(_PROBES))
        contents = Contents(self._model, self._limit, len(matrix), upto, newest)
        try:
            await asyncio.to_thread(self._rewrite, matrix, contents)
        except OSError as error:
            log.warning("vectors not kept in %s: %s", self._file, error)

    def _empty(self, expected: int = 0) -> VectorMatrix:
        return VectorMatrix(
            self._dimensions, self._limit, expected=expected, compact_from=self._compact_from
        )

    def _rewrite(self, matrix: VectorMatrix, contents: Contents) -> None:
        # Room for all that comes before the next time, and for as much again.
        capacity = min(contents.size + int(contents.size * 2 * WORTH_WRITING) + 1, self._limit)
        _vector_file.write(self._file, contents, matrix.arrays, max(capacity, contents.size))
        if (kept := _vector_file.read(self._file)) is not None:
            matrix.adopt(kept[1], kept[0].size)
            give_back_memory()

    async def _usable(
        self, conn: AsyncConnection, contents: Contents, arrays: list[NDArray[Any]]
    ) -> bool:
        """Tell whether a file holds the vectors that the database has, up to its revision."""
        same = (contents.model, contents.limit) == (self._model, self._limit)
        if not same or arrays[0].shape[1:] != (self._dimensions,):
            return False
        if contents.revision > await vectors.embedded_up_to(conn, self._model):
            return False
        # Where an older copy was put back, the same numbers soon stand for other papers.
        known = {
            row: (each, last)
            for row, each, last in await _probes(conn, [row for row, _, _ in contents.newest])
        }
        for row, paper_id, revision in contents.newest:
            same_id, last = known.get(row, ("", 0))
            if same_id != paper_id or not (last == revision or last > contents.revision):
                return False
        return True


async def _probes(conn: AsyncConnection, rows: list[int]) -> list[list[Any]]:
    """Return row, id and revision of papers."""
    statement = select(papers.c.row, papers.c.id, papers.c.revision).where(papers.c.row.in_(rows))
    return [list(row) for row in await conn.execute(statement)]
