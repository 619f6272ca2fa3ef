"""Finding papers: results in pages, full cards, and what is similar."""

from bot.client import PaperBot
from cogs.paper_search._cog import PaperSearch
from cogs.paper_search._pages import ITEMS
from cogs.paper_search._papers import SimilarButton, SimilarTurn


async def setup(bot: PaperBot) -> None:
    """Add the cog and its buttons."""
    bot.add_dynamic_items(*ITEMS, SimilarButton, SimilarTurn)
    await bot.add_paper_cog(PaperSearch(bot))
