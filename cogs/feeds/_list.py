"""The list of a server's feeds."""

from bot.i18n import gettext as _
from bot.interactions.errors import Interaction
from bot.services.container import services_of
from bot.ui.feeds import describe
from bot.ui.notices import render_notice
from cogs.feeds._actions import Action, panel
from cogs.feeds._choosing import ChooseFeed, choices_of
from cogs.feeds._next_steps import next_steps
from cogs.feeds._setup_button import SetUpFeed
from cogs.feeds._shared import answer, guild_of


async def show_list(interaction: Interaction) -> None:
    """List the server's feeds, with the buttons of the only one or a menu of all."""
    services, guild = services_of(interaction), guild_of(interaction)
    now = services.clock.now()
    known = await services.feeds.of_guild(guild.id)
    if not known:
        text = _("This server has no daily thread yet.")
        await answer(interaction, render_notice(_("Daily threads"), text, actions=[SetUpFeed()]))
        return
    lines = [describe(each.feed, each.coming, each.last, now=now) for each in known]
    feeds = [each.feed for each in known]
    actions = (
        panel(feeds[0], guild)
        if len(feeds) == 1
        else [ChooseFeed(Action.SHOW, 0, choices_of(guild, feeds))]
    )
    actions = [*actions, *await next_steps(interaction)]
    view = render_notice(_("Daily threads"), "\n\n".join(lines), actions=actions)
    await answer(interaction, view)
