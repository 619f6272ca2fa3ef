"""`/paper subscribe`, `/paper unsubscribe` and `/paper subscriptions`."""

import re
from typing import Literal, Self

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot import limits
from bot.client import PaperBot
from bot.cooldowns import SEARCHES, paced
from bot.digests import TRENDING, describe_subscription, next_digest, reopen
from bot.topics import read_topic, window_begins
from bot.ui.buttons import NUMBER, PaperboyButton, custom_id, template
from bot.ui.errors import Interaction as AnyInteraction
from bot.ui.errors import UserError, answer_error
from bot.ui.forms import submission
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from bot.ui.text import escape, plain, plural
from cogs.subscriptions._change import ChangeTopic, show_change
from cogs.subscriptions._form import FORM, MAX_VOTES
from cogs.subscriptions._preview import show_preview
from papers.topics import MAX_LENGTH
from storage import subscriptions
from storage.subscriptions import Every, Mode

Interaction = discord.Interaction[PaperBot]

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

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Pause or resume, and show the list as it is now."""
        bot: PaperBot = interaction.client
        async with bot.database.write() as conn:
            mine = await subscriptions.set_paused(
                conn, interaction.user.id, self.topic_id, paused=self.paused
            )
        if not mine:
            raise UserError("You do not follow that topic any more.")
        await interaction.response.edit_message(view=await render_topics(bot, interaction.user.id))


async def render_topics(bot: PaperBot, user_id: int) -> ui.LayoutView:
    """Return the list of a person's topics, each with its count and a button.

    Raises:
        UserError: they follow none.
    """
    now = bot.clock.now()
    async with bot.database.read() as conn:
        followed = await subscriptions.of_user(conn, user_id, since=window_begins(now))
        person = await subscriptions.subscriber(conn, user_id)
    if not followed or person is None:
        raise UserError(f"You follow no topic yet. {bot.mention('paper subscribe')} starts one.")
    note = await reopen(bot, person)
    lines = [f"{await next_digest(bot, person, now)}.", *filter(None, [note]), ""]
    lines += (
        f"{number}. {describe_subscription(subscription)}"
        for number, subscription in enumerate(followed, 1)
    )
    actions: list[AnyItem] = [
        PauseTopic(
            subscription.topic.id,
            paused=not subscription.paused,
            label=f"{'Resume' if subscription.paused else 'Pause'} {number}",
        )
        for number, subscription in enumerate(followed[: limits.SELECT_OPTIONS], 1)
    ]
    if any(subscription.topic.mode is not Mode.TRENDING for subscription in followed):
        actions.append(ChangeTopic(followed))
    return render_notice("Your topics", "\n".join(lines), actions=actions)


class Subscriptions(commands.Cog):
    """Topics by direct message."""

    def __init__(self, bot: PaperBot) -> None:
        self.bot = bot

    @paced(SEARCHES)
    @app_commands.command(
        description="Get papers on a topic by direct message; see a preview first"
    )
    @app_commands.describe(
        topic='Plain words, or a query like "flow matching" OR author:"Yann LeCun"; or: trending',
        every="How often your digest comes, with all of your topics",
        min_votes="Only papers with at least so many votes",
    )
    async def subscribe(
        self,
        interaction: Interaction,
        topic: app_commands.Range[str, 1, MAX_LENGTH],
        every: Literal["day", "weekdays", "week"] | None = None,
        min_votes: app_commands.Range[int, 0, MAX_VOTES] = 0,
    ) -> None:
        """Show what a topic would have brought, with a button that makes it count."""
        now = self.bot.clock.now()
        trending = topic.strip().casefold() == TRENDING
        query = TRENDING if trending else str(read_topic(topic))
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self.bot.database.write() as conn:
            draft = await subscriptions.add_draft(
                conn,
                query=query,
                mode=Mode.TRENDING if trending else Mode.STRICT,
                every=Every(every) if every else None,
                min_votes=min_votes,
                now=now,
            )
        view = await show_preview(self.bot, interaction.user.id, draft, now)
        await interaction.edit_original_response(view=view)

    @subscribe.autocomplete("topic")
    async def _topics(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        typed = current.strip()
        known = await self.bot.topics.suggest(
            typed[:_TYPED], limits.CHOICES - 1, self.bot.clock.now()
        )
        if TRENDING.startswith(typed.casefold()):
            known.insert(0, TRENDING)
        return [
            app_commands.Choice(name=plain(topic, limits.CHOICE_NAME), value=topic)
            for topic in known
            if len(topic) <= limits.CHOICE_VALUE
        ]

    @app_commands.command(description="End one of your topics; what you saved stays")
    @app_commands.describe(topic="One of your topics")
    async def unsubscribe(self, interaction: Interaction, topic: str) -> None:
        """End a topic, named by the list's value or by its own words."""
        user_id = interaction.user.id
        async with self.bot.database.write() as conn:
            followed = await subscriptions.of_user(conn, user_id)
            wanted = topic.strip().casefold()
            chosen = next(
                (
                    subscription.topic
                    for subscription in followed
                    if wanted in (str(subscription.topic.id), subscription.topic.query.casefold())
                ),
                None,
            )
            if chosen is not None:
                await subscriptions.unsubscribe(conn, user_id, chosen.id)
        if chosen is None:
            raise UserError(
                f"You follow no topic “{escape(topic, 100)}”."
                f" {self.bot.mention('paper subscriptions')} lists yours."
            )
        left = plural(len(followed) - 1, "topic")
        await interaction.response.send_message(
            view=render_notice("Ended", f"*{escape(chosen.query)}*. You still follow {left}."),
            ephemeral=True,
        )

    @unsubscribe.autocomplete("topic")
    async def _own(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        async with self.bot.database.read() as conn:
            followed = await subscriptions.of_user(conn, interaction.user.id)
        wanted = current.strip().casefold()
        return [
            app_commands.Choice(
                name=plain(subscription.topic.query, limits.CHOICE_NAME),
                value=str(subscription.topic.id),
            )
            for subscription in followed
            if wanted in subscription.topic.query.casefold()
        ][: limits.CHOICES]

    @app_commands.command(description="Your topics and what they brought; change or pause them")
    async def subscriptions(self, interaction: Interaction) -> None:
        """List the person's topics."""
        view = await render_topics(self.bot, interaction.user.id)
        await interaction.response.send_message(view=view, ephemeral=True)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer the form that changes a topic, also one that was opened before a restart."""
        form = submission(interaction, FORM)
        if form is None:
            return
        match, typed = form
        try:
            await show_change(interaction, int(match["topic_id"]), typed)
        except Exception as error:
            await answer_error(interaction, error)
