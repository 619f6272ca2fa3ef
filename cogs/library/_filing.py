"""Filing the papers of an imported file: saved as they become known, on the lists that it names."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.i18n import gettext as _
from bot.interactions.errors import Interaction
from bot.services.container import Services
from bot.ui.notices import render_notice
from papers.importing import Imported
from storage.library import ReadingList
from storage.papers import StoredPaper


class Filing:
    """Saves the papers of a file as they become known, and says how far that is."""

    def __init__(
        self,
        services: Services,
        interaction: Interaction,
        named: Sequence[Imported],
        name: str | None,
        now: datetime,
    ) -> None:
        self.now = now
        self.new = self.there = 0
        self.target: ReadingList | None = None
        self.crowded: dict[str, None] = {}
        self._services, self._interaction = services, interaction
        self._left: list[Imported] = list(named)
        self._name = name

    async def progress(self, known: Mapping[str, StoredPaper], done: int, total: int) -> None:
        """Save what is known by now; say how much was looked up."""
        await self.file(known)
        if done < total:
            text = _(
                "{done} of {total} papers looked up. Those found are already saved.",
                done=done,
                total=total,
            )
            await self._interaction.edit_original_response(
                view=render_notice(_("Importing…"), text)
            )

    async def file(self, known: Mapping[str, StoredPaper]) -> None:
        """Save those of the papers that are left and known."""
        ready = [each for each in self._left if each.id in known]
        if not ready:
            return
        self._left = [each for each in self._left if each.id not in known]
        filed = await self._services.library.files.file(
            self._interaction.user.id, ready, self._name, self.now
        )
        self.target = filed.target
        self.crowded.update(dict.fromkeys(filed.crowded))
        self.new += filed.new
        self.there += len(ready) - filed.new
