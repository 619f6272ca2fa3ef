"""Finding papers: results in pages, full cards, and what is similar."""

from bot.services.container import CogHost
from cogs.paper_search._cog import PaperSearch
from cogs.paper_search._lookup import known_paper, paper_id_of, title_choices
from cogs.paper_search._pages import ITEMS, results_view
from cogs.paper_search._papers import (
    OpenHit,
    OpenSimilar,
    PageSimilar,
    SimilarButton,
    card_view,
    open_similar,
    similar_view,
)
from cogs.paper_search._refine import FORM

__all__ = [
    "card_view",
    "known_paper",
    "open_similar",
    "paper_id_of",
    "results_view",
    "setup",
    "similar_view",
    "title_choices",
]


async def setup(bot: CogHost) -> None:
    """Add the cog and its buttons."""
    bot.add_dynamic_items(*ITEMS, SimilarButton, PageSimilar, OpenHit, OpenSimilar)
    bot.add_forms(FORM)
    await bot.add_paper_cog(PaperSearch(bot.services))
