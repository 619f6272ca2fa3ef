"""`/paper subscribe`, `/paper unsubscribe` and `/paper subscriptions`."""

import re
from typing import Self

from discord import app_commands, ui
from discord.ext import commands

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.cooldowns import SEARCHES, rate_limited
from bot.interactions.errors import Interaction, UserError, answer_error
from bot.interactions.modals import filled
from bot.interactions.source_inputs import parse_topic_sources, topic_source_choices
from bot.services.container import Services, services_of
from bot.services.digests import (
    TRENDING,
    describe_subscription,
    render_ended,
    require_votes,
)
from bot.services.hidden import ShowHidden
from bot.services.topics import read_topic, window_begins
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from bot.ui.text import escape, plain
from cogs.subscriptions._change import ChangeTopic, show_change
from cogs.subscriptions._form import EVERY, FORM, MAX_VOTES
from cogs.subscriptions._learned import ForgetLearned
from cogs.subscriptions._links import LinkTopics
from cogs.subscriptions._preview import show_preview
from cogs.subscriptions._sources import sources_for
from papers.topics import MAX_LENGTH
from storage.subscriptions import Every, Mode

_TYPED = 60


class PauseTopic(PaperboyButton, template=template("pause-topic", topic_id=NUMBER, paused=r"[01]")):
    """Pauses a person's topic, or resumes it."""

    def __init__(self, topic_id: int, *, paused: bool, label: str = "…") -> None:
        super().__init__(
            ui.Button(label=label, custom_id=custom_id("pause-topic", topic_id, int(paused)))
        )
        self.topic_id, self.paused = topic_id, paused

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["topic_id"]), paused=match["paused"] == "1")

    async def pressed(self, interaction: Interaction) -> None:
        """Pause or resume, and show the list as it is now."""
        services = services_of(interaction)
        await services.subscriptions.set_paused(
            interaction.user.id, self.topic_id, paused=self.paused
        )
        await interaction.response.edit_message(
            view=await render_topics(services, interaction.user.id)
        )


async def render_topics(services: Services, user_id: int) -> ui.LayoutView:
    """Return the list of a person's topics, each with its count and a button.

    Raises:
        UserError: they follow none and hide nothing.
    """
    now = services.clock.now()
    followed = await services.subscriptions.followed(user_id, since=window_begins(now))
    person = await services.subscriptions.subscriber(user_id)
    hidden = [ShowHidden()] if await services.hidden.all_of(user_id) else []
    if not followed or person is None:
        nothing = _(
            "You don't follow any topics yet. Follow one with {command}.",
            command=services.mention("paper subscribe"),
        )
        if not hidden:
            raise UserError(nothing)
        return render_notice(_("Your topics"), nothing, actions=hidden)
    learned = await services.learning.signals(user_id)
    note = await services.subscriptions.reopen(person)
    lines = [await services.subscriptions.next_digest(person, now), *filter(None, [note]), ""]
    lines += (
        f"{number}. {describe_subscription(subscription, learned.get(subscription.topic.id))}"
        for number, subscription in enumerate(followed, 1)
    )
    actions: list[AnyItem] = [
        PauseTopic(
            subscription.topic.id,
            paused=not subscription.paused,
            label=_("Resume {number}", number=number)
            if subscription.paused
            else _("Pause {number}", number=number),
        )
        for number, subscription in enumerate(followed[: limits.SELECT_OPTIONS], 1)
    ]
    matched = any(subscription.topic.mode is not Mode.TRENDING for subscription in followed)
    if matched:
        actions.append(ChangeTopic(followed))
    if learned:
        actions.append(ForgetLearned(followed, learned))
    actions += hidden
    if matched and services.feed_links.on:
        actions.append(LinkTopics())
    return render_notice(_("Your topics"), "\n".join(lines), actions=actions)


class Subscriptions(commands.Cog):
    """Topics by direct message."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @rate_limited(SEARCHES)
    @app_commands.choices(every=EVERY)
    @app_commands.command(description="Get new papers on a topic by direct message")
    @app_commands.describe(
        topic='Words, or a query like "flow matching" OR author:"Yann LeCun", or: trending',
        every="How often your digest comes, with all your topics",
        min_votes="Minimum number of upvotes",
        sources="Where papers come from (default: Hugging Face and arXiv)",
    )
    async def subscribe(
        self,
        interaction: Interaction,
        topic: app_commands.Range[str, 1, MAX_LENGTH],
        every: str | None = None,
        min_votes: app_commands.Range[int, 0, MAX_VOTES] = 0,
        sources: str | None = None,
    ) -> None:
        """Show what a topic would have brought, with a button that makes it count."""
        now = self.services.clock.now()
        trending = topic.strip().casefold() == TRENDING
        read = None if trending else read_topic(topic)
        query = TRENDING if read is None else str(read)
        named = await self._feeds(interaction) if sources else {}
        chosen = sources_for(read, parse_topic_sources(sources, named))
        mode = Mode.TRENDING if trending else Mode.STRICT
        require_votes(chosen, named, mode, min_votes)
        await interaction.response.defer(ephemeral=True, thinking=True)
        draft = await self.services.subscriptions.add_draft(
            query, mode, Every(every) if every else None, min_votes, now, sources=chosen
        )
        view = await show_preview(self.services, interaction.user.id, draft, now)
        await interaction.edit_original_response(view=view)

    @subscribe.autocomplete("topic")
    async def _topics(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        typed = current.strip()
        known = await self.services.topics.suggest(
            typed[:_TYPED], limits.CHOICES - 1, self.services.clock.now()
        )
        if TRENDING.startswith(typed.casefold()):
            known.insert(0, TRENDING)
        return [
            app_commands.Choice(name=plain(topic, limits.CHOICE_NAME), value=topic)
            for topic in known
            if len(topic) <= limits.CHOICE_VALUE
        ]

    @subscribe.autocomplete("sources")
    async def _sources(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return topic_source_choices(current, await self._feeds(interaction))

    async def _feeds(self, interaction: Interaction) -> dict[str, str]:
        service = self.services.server_sources
        return await service.for_topics(interaction.user.id, interaction.guild_id)

    @app_commands.command(description="Unsubscribe from a topic")
    @app_commands.describe(topic="Topic you follow")
    async def unsubscribe(self, interaction: Interaction, topic: str) -> None:
        """End a topic, named by the list's value or by its own words."""
        ended, left = await self.services.subscriptions.end_named(interaction.user.id, topic)
        if ended is None:
            raise UserError(
                _(
                    "You don't follow a topic “{topic}”. See yours with {command}.",
                    topic=escape(topic, 100),
                    command=self.services.mention("paper subscriptions"),
                )
            )
        await interaction.response.send_message(view=render_ended([ended], left), ephemeral=True)

    @unsubscribe.autocomplete("topic")
    async def _own(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        followed = await self.services.subscriptions.followed(interaction.user.id)
        wanted = current.strip().casefold()
        return [
            app_commands.Choice(
                name=plain(subscription.topic.query, limits.CHOICE_NAME),
                value=str(subscription.topic.id),
            )
            for subscription in followed
            if wanted in subscription.topic.query.casefold()
        ][: limits.CHOICES]

    @app_commands.command(description="See, change or pause the topics you follow")
    async def subscriptions(self, interaction: Interaction) -> None:
        """List the person's topics."""
        view = await render_topics(self.services, interaction.user.id)
        await interaction.response.send_message(view=view, ephemeral=True)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer the form that changes a topic, also one that was opened before a restart."""
        form = filled(interaction, FORM)
        if form is None:
            return
        match, typed = form
        try:
            await show_change(interaction, int(match["topic_id"]), typed)
        except Exception as error:
            await answer_error(interaction, error)
