"""Papers whose present text has no vector yet: each revision is looked through once."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from storage import papers as stored_papers
from storage import vectors
from storage.papers import StoredPaper


class Unembedded:
    """The papers that one model still has to embed, newest revisions first.

    Looking through a million papers takes seconds, and reads the whole file. So the database keeps
    up to which revision every paper has its vector, and this object what is left to look through.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self._left: list[tuple[int, int]] = []  # above one revision, up to another; newest last
        self._known: int | None = None  # the newest revision that is in these parts, or done

    async def next(self, conn: AsyncConnection, limit: int) -> list[StoredPaper]:
        """Return the next papers without a vector, the same until `done`; none at the end."""
        latest = await stored_papers.latest_revision(conn)
        if self._known is None:
            self._known = await vectors.embedded_up_to(conn, self._model)
        if latest != self._known:
            # Only where papers were deleted the newest revision may have fallen.
            self._left.append((self._known if self._known < latest else 0, latest))
            self._known = latest
        while self._left:
            above, upto = self._left[-1]
            if batch := await vectors.missing(conn, self._model, limit, above=above, upto=upto):
                return batch
            self._left.pop()
        return []

    def done(self, batch: Sequence[StoredPaper]) -> None:
        """Note that what `next` returned has its vectors."""
        above, _ = self._left.pop()
        self._left.append((above, min(entry.revision for entry in batch) - 1))

    @property
    def up_to(self) -> int | None:
        """The revision up to which all papers are known to have vectors, if there is one."""
        return None if self._left else self._known
