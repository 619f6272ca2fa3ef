"""Libraries: saving by reaction, and everything that people do with what they saved."""

from bot.interactions import folded_button, removal_buttons, save_buttons, save_select
from bot.services.container import CogHost
from cogs.library import _author, _page, _picks, _saved_paper, _top
from cogs.library._author import NAME_LENGTH, PageAuthor, SaveAllBy, SaveSomeBy
from cogs.library._cog import FORMATS, Library
from cogs.library._files import packed
from cogs.library._lists import Lists
from cogs.library._page import ChooseLibraryList, PageLibrary, SortLibrary, render_library
from cogs.library._picks import PagePicks, PaperPicks
from cogs.library._reactions import Reactions
from cogs.library._saved_paper import NOTE_LENGTH, MarkRead, OpenNoted, OpenSaved, WriteNote
from cogs.library._top import PageTop, Span, Top

ITEMS = (
    *save_buttons.ITEMS,
    *save_select.ITEMS,
    *removal_buttons.ITEMS,
    *folded_button.ITEMS,
    *_page.ITEMS,
    *_saved_paper.ITEMS,
    *_top.ITEMS,
    *_picks.ITEMS,
    *_author.ITEMS,
)
"""Every kind of button and menu under a paper or a library."""

__all__ = [
    "FORMATS",
    "ITEMS",
    "NAME_LENGTH",
    "NOTE_LENGTH",
    "ChooseLibraryList",
    "MarkRead",
    "OpenNoted",
    "OpenSaved",
    "PageAuthor",
    "PageLibrary",
    "PagePicks",
    "PageTop",
    "Reactions",
    "SaveAllBy",
    "SaveSomeBy",
    "SortLibrary",
    "Span",
    "WriteNote",
    "packed",
    "render_library",
    "setup",
]


async def setup(bot: CogHost) -> None:
    """Add the cogs and their buttons."""
    bot.add_dynamic_items(*ITEMS)
    bot.add_forms(_saved_paper.NOTE_FORM)
    await bot.add_cog(Reactions(bot.services))
    await bot.add_paper_cog(Top(bot.services))
    await bot.add_paper_cog(PaperPicks(bot.services))
    library, lists = Library(bot.services), Lists(bot.services)
    await bot.add_cog(lists)
    await bot.add_cog(library)
    # A group of another cog: it stands inside `/library`, not beside it.
    bot.tree.remove_command(lists.lists.name)
    library.library.add_command(lists.lists)
