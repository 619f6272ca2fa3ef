"""The forms for a feed, once they are sent."""

import re
from dataclasses import replace
from typing import Any

from bot.interactions.errors import Interaction
from bot.interactions.modals import filled, submission
from bot.services.container import services_of
from bot.services.feeds import Edit
from cogs.feeds._actions import Action, act
from cogs.feeds._channel_form import FORM as CHANNEL_FORM
from cogs.feeds._channel_form import channel_fields
from cogs.feeds._form import FORM, fields_of
from cogs.feeds._settings_form import FORM as SETTINGS_FORM
from cogs.feeds._settings_form import NEW, settings_of
from cogs.feeds._setup import set_up
from cogs.feeds._shared import guild_of, require_manager
from storage.feeds import Feed


async def take_form(interaction: Interaction) -> None:
    """Do what a form for a feed asks; nothing for any other interaction.

    Raises:
        UserError: it cannot be done.
    """
    if (form := submission(interaction, FORM)) is not None:
        match, typed = form
        require_manager(interaction)
        feed = await _own(interaction, match)
        await _change(interaction, feed, await fields_of(typed, services_of(interaction).clock))
    elif (settings := filled(interaction, SETTINGS_FORM)) is not None:
        match, chosen = settings
        require_manager(interaction)
        if int(match["feed_id"]) == NEW:
            await set_up(interaction, chosen)
        else:
            feed = await _own(interaction, match)
            await _change(interaction, feed, settings_of(chosen, feed))
    elif (place := filled(interaction, CHANNEL_FORM)) is not None:
        match, chosen = place
        require_manager(interaction)
        await _change(interaction, await _own(interaction, match), channel_fields(chosen))


async def _own(interaction: Interaction, match: re.Match[str]) -> Feed:
    feeds = services_of(interaction).feeds
    return await feeds.own(int(match["feed_id"]), interaction.guild_id)


async def _change(interaction: Interaction, feed: Feed, fields: dict[str, Any]) -> None:
    """Change a feed as a form says; a form that was sent unchanged shows it."""
    if replace(feed, **fields) == feed:
        await act(interaction, feed, Action.SHOW)
        return
    role = fields.get("ping_role_id")
    new = None if role in (None, feed.ping_role_id) else guild_of(interaction).get_role(role)
    await act(interaction, feed, Action.EDIT, Edit(fields, new))
