"""The button that lists the papers folded behind others; its id names them all."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, Protocol, Self

from discord import ui

from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.interactions.components import PaperboyButton, custom_id, template
from bot.interactions.context import mention
from bot.interactions.errors import Interaction, UserError
from bot.interactions.save_select import SaveSome
from bot.ui.lists import paper_gone
from bot.ui.pages import Hit, render_list
from bot.ui.payloads import HeaderEntry
from papers import paper_key
from papers.short_ids import LENGTH, lengthen, shorten
from papers.text import readable
from papers.trending import Reason
from storage.papers import StoredPaper

MOST: Final = 15
"""Papers in one button's id, of 100 characters."""

IDS: Final = rf"(?:[0-9a-z]{{{LENGTH}}}){{1,{MOST}}}"


class FoldedPapers(Protocol):
    """Looks papers up; `bot.services.folding.Folding` is the real one."""

    async def papers(self, paper_ids: Sequence[str]) -> list[StoredPaper]:
        """Return those papers that are known, in their order."""
        ...


class FoldedButton(PaperboyButton, template=template("also", papers=IDS)):
    """Lists the papers that say nearly the same as one that is shown."""

    def __init__(self, paper_ids: Sequence[str], label: str = "…") -> None:
        """Raise ValueError if the papers are more than `MOST`, or one has no short id."""
        super().__init__(ui.Button(label=label, custom_id=custom_id("also", shorten(paper_ids))))
        self.paper_ids = tuple(paper_ids)

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(lengthen(match["papers"]))

    async def pressed(self, interaction: Interaction) -> None:
        """List them for the user alone, each to be saved."""
        service: FoldedPapers = interaction.client.services.folding
        found = await service.papers(self.paper_ids)
        if not found:
            raise UserError(paper_gone(mention(interaction, "paper search")))
        await interaction.response.send_message(view=render_folded(found), ephemeral=True)


def folded_on_card(paper_ids: Sequence[str]) -> list[FoldedButton]:
    """Return the button for the papers folded behind one, none where there are none."""
    count = len(paper_ids)
    label = ngettext("Show {count} more about this", "Show {count} more about this", count)
    return [FoldedButton(paper_ids, label)] if paper_ids else []


def folded_on_page(hits: Iterable[Hit]) -> list[FoldedButton]:
    """Return the button for the papers folded behind the hits of a page."""
    paper_ids = [paper_id for hit in hits for paper_id in hit.folded]
    count = len(paper_ids)
    label = ngettext("Show {count} more about these", "Show {count} more about these", count)
    return [FoldedButton(paper_ids, label)] if paper_ids else []


def render_folded(found: Sequence[StoredPaper]) -> ui.LayoutView:
    """Return the list of folded papers."""
    entries = [
        HeaderEntry(
            rank=rank,
            paper_id=each.paper.id,
            title=readable(each.paper.title),
            url=paper_key.page_url(each.paper.id),
            reason=Reason(upvotes=each.metrics.upvotes, stars=each.metrics.stars),
            withdrawn=each.paper.withdrawn_at is not None,
        )
        for rank, each in enumerate(found, 1)
    ]
    count = ngettext("{count} paper", "{count} papers", len(entries))
    return render_list(
        _("More about the same"),
        entries,
        notes=[count],
        select=SaveSome((entry.rank, entry.paper_id, entry.title) for entry in entries),
    )


ITEMS: Final = (FoldedButton,)
"""What a bot registers so that it works."""
