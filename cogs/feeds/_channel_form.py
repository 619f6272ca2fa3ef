"""The form for what only some kinds of channels have: publishing, and the posts of a forum."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, custom_id, template
from bot.interactions.modals import FORM_TIMEOUT
from cogs.feeds._shared import layout_choices, tags_choices
from storage.feeds import Feed, Kind, Layout, Tags

FORM: Final = template("feed-channel", feed_id=NUMBER)

_ON, _OFF = "on", "off"


def has_channel_form(feed: Feed, guild: discord.Guild | None) -> bool:
    """Return whether there is anything to choose for a feed's kind of channel."""
    channel = None if guild is None else guild.get_channel(feed.channel_id)
    news = isinstance(channel, discord.TextChannel) and channel.is_news()
    return news or feed.publish or feed.kind is Kind.FORUM


def channel_label(feed: Feed) -> str:
    """Return what the form is about, as a button says it."""
    return _("Posts and tags…") if feed.kind is Kind.FORUM else _("Publishing…")


def channel_hint(feed: Feed) -> str:
    """Say what there is to choose for a feed's kind of channel, and where."""
    if feed.kind is Kind.FORUM:
        return _(
            "One post per paper, or other tags? Press **{button}**", button=channel_label(feed)
        )
    return _(
        "To send each overview to the channels that follow this one, press **{button}**",
        button=channel_label(feed),
    )


def channel_form(feed: Feed) -> ui.Modal:
    """Return the form, filled in with the feed as it is."""
    form = ui.Modal(
        title=_("Posts and tags") if feed.kind is Kind.FORUM else _("Publishing"),
        timeout=FORM_TIMEOUT,
        custom_id=custom_id("feed-channel", feed.id),
    )
    if feed.kind is Kind.FORUM:
        layouts = {choice.value: choice.name for choice in layout_choices()}
        tags = {choice.value: choice.name for choice in tags_choices()}
        form.add_item(ui.Label(text=_("Posts"), component=_radio("posts", layouts, feed.layout)))
        form.add_item(ui.Label(text=_("Tags"), component=_radio("tags", tags, feed.tags)))
    else:
        switch = {_ON: _("Publish"), _OFF: _("Don't publish")}
        form.add_item(
            ui.Label(
                text=_("Channels that follow this one"),
                description=_("Each overview is published once, six hours after it was posted."),
                component=_radio("publish", switch, _ON if feed.publish else _OFF),
            )
        )
    return form


def channel_fields(chosen: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the fields of a feed that were chosen in the form."""
    fields: dict[str, Any] = {}
    for name, values in chosen.items():
        value = values[0] if values else ""
        match name:
            case "posts" if value in set(Layout):
                fields["layout"] = Layout(value)
            case "tags" if value in set(Tags):
                fields["tags"] = Tags(value)
            case "publish" if value in (_ON, _OFF):
                fields["publish"] = value == _ON
            case _:
                pass
    return fields


def _radio(name: str, labels: Mapping[str, str], chosen: str) -> ui.RadioGroup[Any]:
    return ui.RadioGroup(
        custom_id=name,
        options=[
            discord.RadioGroupOption(label=_(label), value=value, default=value == chosen)
            for value, label in labels.items()
        ],
    )
