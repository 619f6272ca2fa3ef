"""Choosing one of a server's feeds: from the list, or where a command did not say which."""

import re
from collections.abc import Sequence
from typing import Self

import discord
from discord import ui

from bot import limits
from bot.delivery.permissions import FeedChannel
from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PaperboySelect, custom_id, template
from bot.interactions.errors import Interaction, UserError, control_outdated
from bot.services.container import services_of
from bot.services.feed_requirements import SeveralFeedsError
from bot.services.feeds import Edit
from bot.ui.cadence import short_cadence
from bot.ui.notices import render_notice
from bot.ui.text import plain
from cogs.feeds._actions import ACTIONS, Action, act
from cogs.feeds._shared import guild_of, parent_of, require_manager
from papers.cadence import Every
from storage.feeds import Feed, FeedState


class ChooseFeed(PaperboySelect, template=template("feed-pick", do=ACTIONS, edit=NUMBER)):
    """Chooses the feed that something is done with."""

    accepts = NUMBER

    def __init__(self, action: Action, edit: int, options: list[discord.SelectOption]) -> None:
        super().__init__(
            ui.Select(
                custom_id=custom_id("feed-pick", action, edit),
                placeholder=_("Manage a daily thread…")
                if action is Action.SHOW
                else _("Choose a channel…"),
                options=options,
            )
        )
        self.action, self.edit = action, edit

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select whose custom id matched."""
        return cls(Action(match["do"]), int(match["edit"]), [])

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Do what was asked for with that feed."""
        require_manager(interaction)
        feeds = services_of(interaction).feeds
        feed = await feeds.own(int(values[0]), interaction.guild_id)
        edit = feeds.edits.get(self.edit)
        if self.edit and edit is None:
            raise UserError(control_outdated())
        await act(interaction, feed, self.action, edit)


def choices_of(guild: discord.Guild, feeds: Sequence[Feed]) -> list[discord.SelectOption]:
    """Return an option for each feed, named by its channel; Discord takes 25."""
    return [
        discord.SelectOption(
            label=plain(_channel_name(guild, feed), limits.CHOICE_NAME),
            value=str(feed.id),
            description=_described(feed),
        )
        for feed in feeds[: limits.SELECT_OPTIONS]
    ]


async def act_with(
    interaction: Interaction,
    channel: FeedChannel | None,
    action: Action,
    edit: Edit | None = None,
    every: Every | None = None,
) -> None:
    """Do something with the feed that a command means; ask which where that is not clear.

    What was typed is kept with the question.

    Raises:
        UserError: the server has none, or it cannot be done.
    """
    guild = guild_of(interaction)
    feeds = services_of(interaction).feeds
    try:
        feed = await feeds.find(
            guild.id, interaction.channel_id, channel, around=parent_of(interaction), every=every
        )
    except SeveralFeedsError as several:
        kept = 0 if edit is None else feeds.edits.keep(edit)
        select = ChooseFeed(action, kept, choices_of(guild, several.feeds))
        view = render_notice(_("Which daily thread?"), several.sentence, actions=[select])
        await interaction.response.send_message(view=view, ephemeral=True)
        return
    await act(interaction, feed, action, edit)


def _channel_name(guild: discord.Guild, feed: Feed) -> str:
    channel = guild.get_channel_or_thread(feed.channel_id)
    return str(feed.channel_id) if channel is None else f"#{channel.name}"


def _described(feed: Feed) -> str:
    match feed.state:
        case FeedState.ACTIVE:
            return short_cadence(feed)
        case FeedState.PAUSED:
            return _("Paused")
        case FeedState.DISABLED:
            return _("Stopped")
