"""What a topic would have brought, shown before it counts; and the buttons under it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Self

from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import listing, sentences, translated
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.cooldowns import SEARCHES
from bot.interactions.errors import Interaction, UserError
from bot.services.container import Services, services_of
from bot.services.digests import Followed, at_least, render_entries
from bot.services.topics import read_topic
from bot.ui.notices import render_notice
from bot.ui.pages import HitsPage, hit_of, render_hits
from bot.ui.parts import AnyItem
from bot.ui.sources import sources_of
from bot.ui.text import escape
from cogs.subscriptions._form import EditTopic
from cogs.subscriptions._learned import ForgetTopic
from cogs.subscriptions._preview_texts import found_line, how_line, nothing_yet, warning_of
from cogs.subscriptions._standing import Standing, standing_of
from papers.topics import Strictness, Topic, narrower, wider
from storage.subscriptions import Every, Mode, TopicDraft

_SOURCES = 300
"""Characters of a topic's sources."""

Step = Callable[[Topic, Strictness], tuple[Topic, Strictness] | None]


async def show_preview(
    services: Services, user_id: int, draft: TopicDraft, now: datetime, *, replaces: int = 0
) -> ui.LayoutView:
    """Return the preview of a topic with its buttons, and record which papers it shows.

    A topic that the person follows already is offered as a change of that subscription.

    Args:
        services: what the preview asks.
        user_id: who looks at it.
        draft: what was asked for.
        now: the present instant.
        replaces: the topic in whose place this one is to come, 0 for none.

    Raises:
        UserError: the topic cannot be read.
    """
    standing = await standing_of(services, user_id, draft)
    if not replaces and standing.same is not None:
        replaces = standing.same.topic.id
    if draft.mode is Mode.TRENDING:
        return await _trending(services, user_id, draft, standing, now)
    preview = await services.topics.preview(draft, now)
    shown = preview.found[: limits.PAGE_HITS]
    await services.subscriptions.note_shown(
        draft, [*draft.shown, *(each.paper.paper.id for each in shown)], now, newest=preview.newest
    )
    lines = [
        found_line(len(preview.found), preview.total),
        how_line(draft, preview),
        *standing.notes(draft),
    ]
    buttons: list[AnyItem] = []
    if standing.changes(draft):
        buttons.append(SubscribeTopic(draft.id, replaces))
    if standing.same is not None:
        buttons.append(EditTopic(standing.same.topic.id))
    if _step(preview.topic, draft, narrower) is not None:
        buttons.append(NarrowTopic(draft.id, replaces))
    if _step(preview.topic, draft, wider) is not None:
        buttons.append(WidenTopic(draft.id, replaces))
    if standing.same is not None and standing.learned is not None:
        buttons.append(ForgetTopic(standing.same.topic.id))
    warning = warning_of(preview)
    if not preview.found:
        return render_notice(
            draft.query,
            "\n".join((*map(escape, lines), f"**{escape(warning)}**" if warning else "")),
            actions=buttons,
        )
    page = HitsPage(
        title=draft.query,
        hits=tuple(
            hit_of(each.paper.paper, each.paper.metrics, notes=(translated(each.reason),))
            for each in shown
        ),
        notes=tuple(line for line in (*lines, warning) if line),
        footer=sentences(
            nothing_yet(standing, draft, replaces), _("This is what you would have received.")
        ),
    )
    return render_hits(page, buttons=buttons)


async def _trending(
    services: Services, user_id: int, draft: TopicDraft, standing: Standing, now: datetime
) -> ui.LayoutView:
    weekly = standing.rhythm(draft) is Every.WEEK
    preview = await services.digester.trending_preview(user_id, now, weekly=weekly)
    replaces = standing.same.topic.id if standing.same else 0
    actions: list[AnyItem] = []
    if standing.changes(draft):
        actions.append(SubscribeTopic(draft.id, replaces))
    title = _("The week's best papers") if weekly else _("The day's best papers")
    notes = standing.notes(draft)
    if not preview.entries:
        nothing = _("No papers you haven't seen yet.") if preview.left_out else _("No papers yet.")
        if not standing.changes(draft):
            notes.append(nothing_yet(standing, draft, replaces))
        return render_notice(title, "\n".join(map(escape, (nothing, *notes))), actions=actions)
    shown = preview.entries[: limits.PAGE_HITS]
    await services.subscriptions.note_shown(draft, [each.paper_id for each in shown], now)
    what = (
        _("This is what this week's digest would bring.")
        if weekly
        else _("This is what today's digest would bring.")
    )
    return render_entries(
        title,
        shown,
        notes=notes,
        buttons=actions,
        footer=sentences(nothing_yet(standing, draft, replaces), what),
        refusable=False,
    )


def _step(topic: Topic, draft: TopicDraft, step: Step) -> tuple[Topic, Strictness] | None:
    return step(topic, Strictness(draft.mode.value))


async def _changed(interaction: Interaction, draft_id: int, step: Step, replaces: int) -> None:
    services = services_of(interaction)
    now = services.clock.now()
    draft = await services.subscriptions.draft(draft_id)
    changed = _step(read_topic(draft.query), draft, step)
    if changed is None:
        raise UserError(_("There is no further step in this direction."))
    # The pass over two weeks of papers may take longer than Discord waits.
    await interaction.response.defer()
    topic, strictness = changed
    seen = draft.shown
    draft = await services.subscriptions.add_draft(
        str(topic),
        Mode(strictness.value),
        draft.every,
        draft.min_votes,
        now,
        sources=draft.sources,
    )
    draft = replace(draft, shown=seen)
    view = await show_preview(services, interaction.user.id, draft, now, replaces=replaces)
    await interaction.edit_original_response(view=view)


class SubscribeTopic(
    PaperboyButton, template=template("subscribe", draft_id=NUMBER, replaces=NUMBER)
):
    """Makes a previewed topic count."""

    def __init__(self, draft_id: int, replaces: int) -> None:
        label = _("Replace topic") if replaces else _("Subscribe")
        super().__init__(
            ui.Button(label=label, custom_id=custom_id("subscribe", draft_id, replaces))
        )
        self.draft_id, self.replaces = draft_id, replaces

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["draft_id"]), int(match["replaces"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Subscribe the user, and say when the next digest comes."""
        services = services_of(interaction)
        draft = await services.subscriptions.draft(self.draft_id)
        await interaction.response.defer()
        followed = await services.following.follow(
            interaction.user.id, draft, services.clock.now(), replaces=self.replaces
        )
        if followed.replaced is not None:
            changed = f"**{escape(draft.query, 200)}**"
            if followed.replaced != draft.query:
                changed = _(
                    "{topic} instead of {before}",
                    topic=changed,
                    before=f"*{escape(followed.replaced, 200)}*",
                )
            elif draft.min_votes:
                changed = f"{changed} · {at_least(draft.min_votes)}"
            if draft.sources:
                changed = f"{changed} · {escape(listing(sources_of(draft)), _SOURCES)}"
            lines = [changed, followed.rhythm, followed.when]
            await interaction.edit_original_response(
                view=render_notice(_("Topic updated"), "\n".join(filter(None, lines)))
            )
            return
        lines = [f"**{escape(draft.query, 200)}**", *followed_lines(services, followed)]
        title = _("Subscribed") if followed.new else _("You already follow this topic")
        await interaction.edit_original_response(view=render_notice(title, "\n".join(lines)))


def followed_lines(services: Services, followed: Followed) -> list[str]:
    """Say when digests come to a person who has just subscribed, and where."""
    if followed.added:
        confirmed = _("I've added it to the DM I sent you.")
    elif followed.failure is None:
        confirmed = _("I've sent you a DM. Your digests will arrive there.")
    else:
        confirmed = services.following.describe_failure(followed.failure)
    settings = _(
        "Change time, time zone and language with {settings}. See your topics with {topics}.",
        settings=services.mention("paper digest settings"),
        topics=services.mention("paper subscriptions"),
    )
    return [*filter(None, (followed.rhythm, followed.when, confirmed)), settings]


class NarrowTopic(PaperboyButton, template=template("narrow", draft_id=NUMBER, replaces=NUMBER)):
    """Previews the next narrower topic."""

    rate_limit = SEARCHES

    def __init__(self, draft_id: int, replaces: int) -> None:
        super().__init__(
            ui.Button(label=_("Narrower"), custom_id=custom_id("narrow", draft_id, replaces))
        )
        self.draft_id, self.replaces = draft_id, replaces

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["draft_id"]), int(match["replaces"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the narrower topic in the place of this one."""
        await _changed(interaction, self.draft_id, narrower, self.replaces)


class WidenTopic(PaperboyButton, template=template("widen", draft_id=NUMBER, replaces=NUMBER)):
    """Previews the next wider topic."""

    rate_limit = SEARCHES

    def __init__(self, draft_id: int, replaces: int) -> None:
        super().__init__(
            ui.Button(label=_("Wider"), custom_id=custom_id("widen", draft_id, replaces))
        )
        self.draft_id, self.replaces = draft_id, replaces

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["draft_id"]), int(match["replaces"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the wider topic in the place of this one."""
        await _changed(interaction, self.draft_id, wider, self.replaces)
