"""Setting up a daily thread without a command: a button, one form, and a look at the thread."""

from collections.abc import Mapping, Sequence

from bot.delivery.permissions import FeedChannel
from bot.i18n import gettext as _
from bot.interactions.errors import Interaction, UserError
from bot.services.container import services_of
from bot.ui.notices import render_notice
from cogs.feeds._actions import Action, FeedButton, send_preview
from cogs.feeds._channel_form import channel_hint, channel_label, has_channel_form
from cogs.feeds._settings_form import id_in, settings_of
from cogs.feeds._shared import described, guild_of


async def set_up(interaction: Interaction, chosen: Mapping[str, Sequence[str]]) -> None:
    """Set a feed up as it was chosen in the form, and show what its first thread would be.

    Raises:
        UserError: the channel has a feed, or the bot may not post or ping there.
    """
    guild, services = guild_of(interaction), services_of(interaction)
    channel = guild.get_channel_or_thread(id_in(chosen, "channel") or 0)
    if not isinstance(channel, FeedChannel):
        raise UserError(_("I can't see that channel. Choose another."))
    fields = settings_of(chosen, None)
    role_id = fields.pop("ping_role_id")
    ping = None if role_id is None else guild.get_role(role_id)
    await interaction.response.defer(ephemeral=True, thinking=True)
    feed = await services.feeds.add(channel, **fields, ping=ping)
    text = await described(services, feed)
    actions = [FeedButton(Action.SHOW, feed.id, _("Wait until {time}", time=f"{feed.at:%H:%M}"))]
    if has_channel_form(feed, guild):
        text += f"\n\n{channel_hint(feed)}"
        actions.append(FeedButton(Action.CHANNEL, feed.id, channel_label(feed)))
    try:
        await send_preview(interaction, feed)
    except UserError as nothing:
        text += f"\n\n{nothing}"
    else:
        first = FeedButton(Action.POST_NOW, feed.id, _("Post the first thread now"), first=True)
        actions.insert(0, first)
        text += "\n\n" + _("Above you see the thread as it would be posted now.")
    view = render_notice(_("Daily thread set up"), text, actions=actions)
    await interaction.followup.send(view=view, ephemeral=True)
