"""`/feed …`: which channel gets the day's thread, when, and with what in it."""

from bot.services.container import CogHost
from cogs.feeds._actions import FeedButton
from cogs.feeds._buttons import RemoveFeed
from cogs.feeds._channel_form import FORM as CHANNEL_FORM
from cogs.feeds._choosing import ChooseFeed
from cogs.feeds._cog import Feeds
from cogs.feeds._files import ApplyFile, FeedFiles
from cogs.feeds._form import FORM
from cogs.feeds._insights import PageInsights
from cogs.feeds._preview import PagePreview
from cogs.feeds._settings_form import FORM as SETTINGS_FORM
from cogs.feeds._setup_button import SetUpFeed
from cogs.feeds._shared import guild_of, require_manager

__all__ = [
    "Feeds",
    "PageInsights",
    "PagePreview",
    "RemoveFeed",
    "SetUpFeed",
    "guild_of",
    "require_manager",
    "setup",
]


async def setup(bot: CogHost) -> None:
    """Add the cog and its buttons."""
    bot.add_dynamic_items(RemoveFeed, PagePreview, PageInsights, FeedButton, ChooseFeed, SetUpFeed)
    bot.add_dynamic_items(ApplyFile)
    bot.add_forms(FORM, SETTINGS_FORM, CHANNEL_FORM)
    cog, files = Feeds(bot.services), FeedFiles(bot.services)
    await bot.add_cog(cog)
    await bot.add_cog(files)
    for command in files.commands:
        cog.feed.add_command(command)
