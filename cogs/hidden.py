"""Not for me: what the form under a paper does."""

from discord import ui
from discord.ext import commands

from bot.i18n import gettext as _
from bot.interactions.errors import Interaction, UserError, answer_error, control_outdated
from bot.interactions.modals import submission
from bot.interactions.short_keys import with_full_keys
from bot.services.container import CogHost, Services
from bot.services.digests import EndTopic
from bot.services.hidden import (
    AUTHOR,
    FORM,
    ITEMS,
    PAPER_ITSELF,
    SEEN,
    TOPIC,
    WORD,
    Loosen,
    Suggest,
    Unmute,
    authors_of,
    dismissed_view,
)
from bot.ui.lists import titled
from bot.ui.notices import render_notice
from bot.ui.text import escape
from storage.hidden import Dismissal
from storage.subscriptions import Mode


class NotForMeForm(commands.Cog):
    """Answers the form, also one that was opened before a restart."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Do what was chosen, and offer to take it back."""
        form = submission(interaction, FORM)
        if form is None:
            return
        match, answers = form
        try:
            (paper_id,) = await with_full_keys(interaction, [match["paper_id"]])
            await self._answer(interaction, paper_id, answers)
        except Exception as error:
            await answer_error(interaction, error)

    async def _answer(
        self, interaction: Interaction, paper_id: str, answers: dict[str, str]
    ) -> None:
        what, word = answers.get("what", ""), answers.get("word", "")
        if what == PAPER_ITSELF and word.strip():
            what = WORD  # a word is typed for nothing else
        if what.startswith(TOPIC):
            await self._narrow(interaction, what.removeprefix(TOPIC))
            return
        if what == PAPER_ITSELF:
            view = await dismissed_view(interaction, [paper_id])
        elif what == SEEN:
            view = await self._seen(interaction.user.id, paper_id)
        elif what == AUTHOR:
            view = await self._mute_author(interaction.user.id, paper_id, answers.get("author", ""))
        elif what == WORD:
            view = await self._mute_word(interaction.user.id, word)
        else:
            raise UserError(control_outdated())
        await interaction.response.send_message(view=view, ephemeral=True)

    async def _seen(self, user_id: int, paper_id: str) -> ui.LayoutView:
        known, at = await self.services.hidden.dismiss(user_id, [paper_id], Dismissal.SEEN)
        if not known:
            raise UserError(control_outdated())
        return render_notice(
            _("Seen"),
            titled(paper_id, known[0].paper.title),
            footer=_("This paper doesn't come again."),
            actions=[Suggest(at)],
        )

    async def _mute_author(self, user_id: int, paper_id: str, name: str) -> ui.LayoutView:
        found = await self.services.hidden.refusable(user_id, paper_id)
        if name not in authors_of(found.paper):
            raise UserError(_("Choose one of the paper's authors in the form."))
        muted = await self.services.hidden.mute_author(user_id, name)
        return render_notice(
            _("Author hidden"),
            _(
                "Papers by **{author}** no longer come in your digests and picks. Searches and"
                " threads still show them.",
                author=escape(name, 100),
            ),
            actions=[Unmute(muted.id)],
        )

    async def _mute_word(self, user_id: int, word: str) -> ui.LayoutView:
        muted = await self.services.hidden.mute_word(user_id, word)
        return render_notice(
            _("Word hidden"),
            _(
                "Papers with **{word}** in their title or abstract no longer come in your digests"
                " and picks. Searches and threads still show them.",
                word=escape(muted.text, 100),
            ),
            actions=[Unmute(muted.id)],
        )

    async def _narrow(self, interaction: Interaction, topic_id: str) -> None:
        if not topic_id.isdecimal() or len(topic_id) > 18:
            raise UserError(control_outdated())
        # Looking through two weeks of papers may take longer than Discord waits.
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self.services.hidden.narrow(interaction.user.id, int(topic_id))
        topic = f"**{escape(found.before.query, 200)}**"
        if found.after is None:
            view = render_notice(
                _("This topic can't bring less"),
                _(
                    "{topic} is matched as strictly as possible already. You can unsubscribe from"
                    " it, or change its words with {command}.",
                    topic=topic,
                    command=self.services.mention("paper subscriptions"),
                ),
                actions=[EndTopic(found.before.id)],
            )
        else:
            strict = found.after.mode is Mode.STRICT
            view = render_notice(
                _("Less of this topic"),
                _("{topic} is now matched strictly. Fewer papers come.", topic=topic)
                if strict
                else _("{topic} is now matched normally. Fewer papers come.", topic=topic),
                actions=[Loosen(found.after.id, found.before.mode)],
            )
        await interaction.edit_original_response(view=view)


async def setup(bot: CogHost) -> None:
    """Add the cog, its form and its buttons."""
    bot.add_dynamic_items(*ITEMS)
    bot.add_forms(FORM)
    await bot.add_cog(NotForMeForm(bot.services))
