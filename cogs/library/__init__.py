"""Libraries: saving by reaction, and everything that people do with what they saved."""

from bot.client import PaperBot
from bot.ui import removal, save, save_some
from cogs.library import _sheet, _shelf, _top
from cogs.library._cog import Library
from cogs.library._lists import Lists
from cogs.library._message import SaveMessage
from cogs.library._reactions import Reactions
from cogs.library._top import Top


async def setup(bot: PaperBot) -> None:
    """Add the cogs and their buttons."""
    for module in (save, save_some, removal, _shelf, _sheet, _top):
        bot.add_dynamic_items(*module.ITEMS)
    bot.add_forms(_sheet.NOTE_FORM)
    await bot.add_cog(Reactions(bot))
    await bot.add_cog(SaveMessage(bot))
    await bot.add_paper_cog(Top(bot))
    library, lists = Library(bot), Lists(bot)
    await bot.add_cog(lists)
    await bot.add_cog(library)
    # A group of another cog: it stands inside `/library`, not beside it.
    bot.tree.remove_command(lists.lists.name)
    library.library.add_command(lists.lists)
