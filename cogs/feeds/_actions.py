"""What can be done with one feed: the same by command, by button and by select."""

import io
import re
from dataclasses import replace
from enum import StrEnum
from typing import Final, Self

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.i18n import language_for, marked, use
from bot.interactions.cancel import Cancel
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.cooldowns import SEARCHES, cooldowns_of
from bot.interactions.errors import Interaction
from bot.services.container import services_of
from bot.services.feed_requirements import require_active
from bot.services.feeds import Edit
from bot.services.publishing import picture_of
from bot.ui.cards import render_header
from bot.ui.charts import FILE
from bot.ui.feeds import describe, describe_post
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem, link_button
from cogs.feed_links import Kind, show_links
from cogs.feeds._buttons import RemoveFeed
from cogs.feeds._channel_form import channel_form, channel_label, has_channel_form
from cogs.feeds._form import form_of
from cogs.feeds._insights import send_insights
from cogs.feeds._next_steps import next_steps
from cogs.feeds._preview import render_cards
from cogs.feeds._settings_form import settings_form
from cogs.feeds._shared import answer, described, guild_of, require_manager, said_of
from storage.feeds import Feed, FeedState

_NO_MENTIONS: Final = discord.AllowedMentions.none()


class Action(StrEnum):
    """What is done with a feed; the values stand in custom ids."""

    SHOW = "show"
    EDIT = "edit"
    FILTER = "filter"
    PAUSE = "pause"
    RESUME = "resume"
    PREVIEW = "preview"
    INSIGHTS = "insights"
    POST_NOW = "post-now"
    REMOVE = "remove"
    LINK = "link"
    CHANNEL = "channel"
    ROUNDUP = "roundup"


_ANY: Final = "…"
"""Of a button that is made to read a press, and never shown."""

ACTIONS: Final = "|".join(Action)
"""The form of an action in a custom id."""

_LABELS: Final = {
    Action.SHOW: marked("Show"),
    Action.EDIT: marked("Edit…"),
    Action.FILTER: marked("Filters…"),
    Action.PAUSE: marked("Pause"),
    Action.RESUME: marked("Resume"),
    Action.PREVIEW: marked("Preview"),
    Action.INSIGHTS: marked("Insights"),
    Action.POST_NOW: marked("Post now"),
    Action.REMOVE: marked("Remove…"),
    Action.LINK: marked("Links for feed readers"),
    Action.ROUNDUP: marked("Weekly roundup"),
}


class FeedButton(PaperboyButton, template=template("feed-do", do=ACTIONS, feed_id=NUMBER)):
    """Does something with one feed."""

    def __init__(
        self, action: Action, feed_id: int, label: str = "", *, first: bool = False
    ) -> None:
        super().__init__(
            ui.Button(
                label=label or _(_LABELS.get(action, _ANY)),
                style=discord.ButtonStyle.primary if first else discord.ButtonStyle.secondary,
                custom_id=custom_id("feed-do", action, feed_id),
            )
        )
        self.action, self.feed_id = action, feed_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(Action(match["do"]), int(match["feed_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Do it, if the person may still do that."""
        require_manager(interaction)
        feed = await services_of(interaction).feeds.own(self.feed_id, interaction.guild_id)
        await act(interaction, feed, self.action)


def panel(feed: Feed, guild: discord.Guild | None) -> list[FeedButton]:
    """Return the buttons of a feed in a server."""
    match feed.state:
        case FeedState.ACTIVE:
            first, last = (Action.PREVIEW, Action.POST_NOW), (Action.PAUSE, Action.REMOVE)
        case FeedState.PAUSED | FeedState.DISABLED:
            first, last = (Action.RESUME, Action.PREVIEW), (Action.REMOVE,)
    more = (Action.CHANNEL,) if has_channel_form(feed, guild) else ()
    if feed.every.is_daily:
        more = (*more, Action.INSIGHTS, Action.ROUNDUP)
    actions = (*first, Action.EDIT, Action.FILTER, *more, *last)
    labels = {Action.CHANNEL: channel_label(feed)}
    return [FeedButton(action, feed.id, labels.get(action, "")) for action in actions]


async def act(
    interaction: Interaction, feed: Feed, action: Action, edit: Edit | None = None
) -> None:
    """Do an action with a feed; `edit` has the changes, where they are known already.

    Raises:
        UserError: it cannot be done; says why.
    """
    match action:
        case Action.SHOW:
            await show(interaction, feed, said_of(feed, _("Daily thread"), _("Roundup")))
        case Action.EDIT if edit is not None:
            await _change(interaction, feed, edit)
        case Action.EDIT:
            await interaction.response.send_modal(await settings_form(interaction, feed))
        case Action.FILTER:
            await interaction.response.send_modal(form_of(feed))
        case Action.CHANNEL:
            await interaction.response.send_modal(channel_form(feed))
        case Action.PAUSE:
            await _pause(interaction, feed)
        case Action.RESUME:
            resumed = await services_of(interaction).feeds.resume(feed, guild_of(interaction))
            title = said_of(feed, _("Daily thread resumed"), _("Roundup resumed"))
            await show(interaction, resumed, title)
        case Action.PREVIEW:
            cooldowns_of(interaction).require(interaction, SEARCHES)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await send_preview(interaction, feed)
        case Action.INSIGHTS:
            cooldowns_of(interaction).require(interaction, SEARCHES)
            await send_insights(interaction, feed)
        case Action.POST_NOW:
            await _post_now(interaction, feed)
        case Action.REMOVE:
            await _ask_removal(interaction, feed)
        case Action.LINK:
            await show_links(interaction, Kind.FEED, feed.id)
        case Action.ROUNDUP:
            weekly, is_new = await services_of(interaction).feeds.weekly(
                feed, guild_of(interaction)
            )
            await show(interaction, weekly, _("Roundup set up") if is_new else _("Roundup"))


async def show(interaction: Interaction, feed: Feed, title: str) -> None:
    """Show a feed, with what can be done with it."""
    text = await described(services_of(interaction), feed)
    await answer(interaction, render_notice(title, text, actions=panel(feed, interaction.guild)))


async def _change(interaction: Interaction, feed: Feed, edit: Edit) -> None:
    changed = await services_of(interaction).feeds.change(
        feed, replace(feed, **edit.fields), guild_of(interaction), edit.ping
    )
    title = said_of(feed, _("Daily thread updated"), _("Roundup updated"))
    await show(interaction, changed, title)


async def _pause(interaction: Interaction, feed: Feed) -> None:
    services = services_of(interaction)
    await services.feeds.pause(feed)
    values = {"channel": f"<#{feed.channel_id}>", "command": services.mention("feed resume")}
    text = said_of(
        feed,
        _("{channel} gets no threads until you resume it with {command}.", **values),
        _("{channel} gets no roundup until you resume it with {command}.", **values),
    )
    actions = panel(replace(feed, state=FeedState.PAUSED), interaction.guild)
    title = said_of(feed, _("Daily thread paused"), _("Roundup paused"))
    await answer(interaction, render_notice(title, text, actions=actions))


async def _ask_removal(interaction: Interaction, feed: Feed) -> None:
    what = _("Its settings will be deleted. Existing threads and saved papers stay.")
    view = render_notice(
        said_of(feed, _("Remove this daily thread?"), _("Remove this roundup?")),
        f"{describe(feed, None)}\n\n{what}",
        actions=[RemoveFeed(feed.id, feed.channel_id), Cancel()],
    )
    await answer(interaction, view)


async def send_preview(interaction: Interaction, feed: Feed) -> None:
    """Show exactly what would be posted now: the header with its ping, and the cards.

    The interaction is deferred.

    Raises:
        UserError: nothing would be posted; says why.
    """
    services = services_of(interaction)
    draft = await services.feeds.preview(feed)
    cards = render_cards(feed, draft, 0)
    if draft.posts_each_paper:
        await interaction.followup.send(view=cards, ephemeral=True)
        return
    picture = await picture_of(services.charts, draft.header)
    # The role is named as in the post, and pinged only there.
    with use(language_for(draft.language)):
        header = render_header(draft.header, picture=picture is not None)
    files = [] if picture is None else [discord.File(io.BytesIO(picture), FILE)]
    await interaction.followup.send(
        view=header, files=files, ephemeral=True, allowed_mentions=_NO_MENTIONS
    )
    await interaction.followup.send(view=cards, ephemeral=True)


async def _post_now(interaction: Interaction, feed: Feed) -> None:
    """Post the newest batch now, or say where it is."""
    services = services_of(interaction)
    require_active(feed, services.mention("feed resume"))
    await interaction.response.defer(ephemeral=True, thinking=True)
    post = await services.publisher.post_now(feed, services.clock.now())
    title, text, url = describe_post(feed, post, services.mention("paper status"))
    actions: list[AnyItem] = []
    if url:
        actions = [link_button(_("Open thread"), url), *await next_steps(interaction)]
    view = render_notice(title, text, actions=actions)
    await interaction.followup.send(view=view, ephemeral=True)
