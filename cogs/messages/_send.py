"""The command on a message that posts a paper's card in another channel of the server."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.outcomes import failure_of
from bot.delivery.permissions import NEEDED, named, needs_more
from bot.delivery.read_back import nonce
from bot.i18n import gettext as _
from bot.i18n import sentences, use
from bot.interactions.components import NUMBER, PAPER
from bot.interactions.discuss_button import card_actions
from bot.interactions.errors import Interaction, UserError, answer_error, control_outdated
from bot.interactions.language import server_language
from bot.interactions.modals import filled
from bot.interactions.short_keys import with_full_keys
from bot.services.container import Services
from bot.ui.cards import render_card
from bot.ui.lists import titled
from bot.ui.notices import render_notice
from bot.ui.parts import link_button
from bot.ui.payloads import card_payload
from bot.ui.reasons import reason_text
from cogs._named_papers import SEVERAL, named_in, not_found_lines
from cogs.messages._menu import in_servers
from cogs.messages._send_form import FORM, KINDS, send_form
from storage.papers import StoredPaper

_Channel: TypeAlias = discord.TextChannel | discord.Thread
_UNKNOWN_MESSAGE: Final = 10_008
_TITLE: Final = 200
_NO_MENTIONS: Final = discord.AllowedMentions.none()


class SendMessage(commands.Cog):
    """The message command *Send to another channel*, for people who may manage the server."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.menu = in_servers(
            app_commands.ContextMenu(name="Send to another channel", callback=self.send),
            manage_guild=True,
        )

    async def send(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask for the channel, and for the paper where the message names several."""
        _require_manager(interaction)
        papers = await named_in(self.services, message)
        form = await send_form(self.services, message.id, papers)
        await interaction.response.send_modal(form)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer a submitted form, also one that was opened before a restart."""
        form = filled(interaction, FORM)
        if form is None:
            return
        try:
            await self._post(interaction, *form)
        except Exception as error:
            await answer_error(interaction, error)

    async def _post(
        self,
        interaction: Interaction,
        match: re.Match[str],
        chosen: Mapping[str, Sequence[str]],
    ) -> None:
        guild, member = _require_manager(interaction)
        paper_id = match["named"] if match["named"] != SEVERAL else _only(chosen, "paper")
        channel = _channel(guild, _only(chosen, "channel"))
        if re.fullmatch(PAPER, paper_id) is None:
            raise UserError(control_outdated())
        (paper_id,) = await with_full_keys(interaction, [paper_id])
        _require_permissions(channel, member)
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self.services.lookup.find([paper_id])
        entry = next(iter(found.papers.values()), None)
        if entry is None:
            raise UserError("\n".join(not_found_lines(found)))
        paper_id = entry.paper.id
        saved = await self.services.shelves.saved_here(guild.id, [paper_id])
        discuss = await self.services.discussions.on(guild.id)
        sent = await _send(
            channel,
            entry,
            member,
            match["message_id"],
            interaction.id,
            saved_here=saved.get(paper_id),
            discuss=discuss,
        )
        await self.services.library.record_card(sent.id, paper_id, channel.id, guild.id)
        view = render_notice(
            _("Sent"),
            _(
                "{paper} is now in {channel}.",
                paper=titled(paper_id, entry.paper.title, _TITLE),
                channel=channel.mention,
            ),
            actions=[link_button(_("Open message"), sent.jump_url)],
        )
        await interaction.followup.send(view=view, ephemeral=True)


async def _send(
    channel: _Channel,
    entry: StoredPaper,
    member: discord.Member,
    message_id: str,
    interaction_id: int,
    *,
    saved_here: int | None,
    discuss: bool,
) -> discord.Message:
    """Post the card; what is sent twice from one message within minutes is there once.

    Raises:
        UserError: Discord refused it; says why.
    """
    paper_id = entry.paper.id
    once = ("sent", channel.id, message_id, member.id, paper_id)
    with use(server_language(channel.guild)):
        view = render_card(
            card_payload(entry.paper, entry.metrics).model_copy(update={"saved_here": saved_here}),
            actions=card_actions(paper_id, discuss=discuss),
            footer=_("Sent by {member}", member=member.mention),
        )
    try:
        try:
            return await channel.send(view=view, nonce=nonce(*once), allowed_mentions=_NO_MENTIONS)
        except discord.NotFound as error:
            if error.code != _UNKNOWN_MESSAGE:
                raise
            # It was sent a moment ago and deleted since: who sends it again wants it there again.
            again = nonce(*once, interaction_id)
            return await channel.send(view=view, nonce=again, allowed_mentions=_NO_MENTIONS)
    except Exception as error:
        raise UserError(
            sentences(
                _("I couldn't send it to {channel}.", channel=channel.mention),
                reason_text(failure_of(error).reason),
            )
        ) from error


def _require_manager(interaction: Interaction) -> tuple[discord.Guild, discord.Member]:
    """Return the server and the person who may manage it: a form may be older than their role.

    Raises:
        NoPrivateMessage: it is no server that the bot is in.
        MissingPermissions: they may not.
    """
    guild, member = interaction.guild, interaction.user
    if guild is None or not isinstance(member, discord.Member):
        raise app_commands.NoPrivateMessage
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])
    return guild, member


def _channel(guild: discord.Guild, chosen: str) -> _Channel:
    channel_id = int(chosen) if re.fullmatch(NUMBER, chosen) else 0
    channel = guild.get_channel_or_thread(channel_id)
    if isinstance(channel, discord.TextChannel | discord.Thread) and channel.type in KINDS:
        return channel
    raise UserError(_("I can't see that channel. Choose another text channel."))


def _require_permissions(channel: _Channel, member: discord.Member) -> None:
    """Return where both the person and the bot may post.

    Raises:
        UserError: one of them lacks permissions there; names them.
    """
    in_thread = isinstance(channel, discord.Thread)
    post = ("view_channel", "send_messages_in_threads" if in_thread else "send_messages")
    if missing := _missing(channel, member, post):
        raise UserError(
            _(
                "You can't post in {channel}: you're missing **{permissions}** there.",
                channel=channel.mention,
                permissions=named(missing),
            )
        )
    if missing := _missing(channel, channel.guild.me, (*post, "embed_links")):
        raise UserError(needs_more(channel.mention, missing))


def _missing(channel: _Channel, member: discord.Member, needed: Sequence[str]) -> list[str]:
    permissions = channel.permissions_for(member)
    return [NEEDED[name] for name in needed if not getattr(permissions, name)]


def _only(chosen: Mapping[str, Sequence[str]], name: str) -> str:
    values = chosen.get(name, ())
    return values[0] if len(values) == 1 else ""
