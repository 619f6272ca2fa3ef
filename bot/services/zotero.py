"""Reading people's public Zotero libraries: page by page, with every failure a sentence."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from bot.i18n import gettext as _
from bot.i18n import sentences
from bot.interactions.errors import UserError
from bot.services.source_queries import TOO_SLOW, failure_sentence
from papers.importing import ImportReport, read_ids
from papers.sources import SourceError
from papers.sources.zotero import PER_PAGE, Library, Refusal, ZoteroSource

log = logging.getLogger(__name__)

MOST: Final = 5_000
"""Items read of one library, those that were added last: fifty pages."""
PATIENCE: Final = 180.0
"""Seconds that reading one library may take."""

Progress = Callable[[int, int], Awaitable[None]]
"""Called with how many items were read, and how many there are."""


@dataclass(frozen=True, slots=True)
class LibraryReport:
    """What a library holds."""

    found: ImportReport
    read: int
    """Items that were read."""
    total: int
    """Items that there are."""
    failure: str = ""
    """Why the others were not read, a sentence; empty where there are no more or too many."""


class ZoteroLibraries:
    """Reads public libraries, at most `most` items of each."""

    def __init__(self, source: ZoteroSource, *, most: int = MOST) -> None:
        self._source = source
        self._most = most

    async def read(self, named: str, progress: Progress) -> LibraryReport:
        """Return what the library that a person named holds, as far as it could be read.

        Raises:
            UserError: it is not named by a number, not public, not there or empty, or nothing of it
                could be read.
        """
        library = Library.named(named)
        if library is None:
            raise UserError(
                _(
                    "Give the number of a public Zotero library: a group's link, such as"
                    " `zotero.org/groups/12345`, or your user ID, which is on"
                    " https://www.zotero.org/settings/keys. A user name isn't enough."
                )
            )
        items: list[dict[str, Any]] = []
        failure, total = "", 0
        try:
            async with asyncio.timeout(PATIENCE):
                for start in range(0, self._most, PER_PAGE):
                    page = await self._source.page(library, start)
                    if isinstance(page, Refusal):
                        raise UserError(_refused(page))
                    items += page.items
                    total = page.total
                    if not page.more:
                        break
                    await progress(len(items), min(total, self._most))
        except TimeoutError:
            failure = failure_sentence(self._source.name, TOO_SLOW)
        except SourceError as error:
            log.warning(
                "source failed source=%s kind=%s: %s", error.source, error.kind, error.detail
            )
            failure = failure_sentence(error.source, error.kind)
        if not items:
            again = _("Try again in a few minutes.")
            raise UserError(
                sentences(failure, again) if failure else _("This Zotero library is empty.")
            )
        found = await asyncio.to_thread(_report, items)
        return LibraryReport(found, len(items), max(total, len(items)), failure)


def _report(items: list[dict[str, Any]]) -> ImportReport:
    return read_ids(json.dumps(items).encode(), "zotero.json")


def _refused(refusal: Refusal) -> str:
    if refusal is Refusal.UNKNOWN:
        return _("Zotero has no library with this number. Check the link or the user ID.")
    return _(
        "This Zotero library isn't public. On https://www.zotero.org/settings/privacy you can"
        " publish it. Or export it from Zotero, and send the file."
    )
