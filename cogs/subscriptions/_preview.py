"""What a topic would have brought, shown before it counts; and the buttons under it."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Self

from discord import ui

from bot import limits
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.cooldowns import SEARCHES
from bot.interactions.errors import Interaction, UserError
from bot.services.container import Services, services_of
from bot.services.digests import render_entries
from bot.services.topics import TOO_FEW, WINDOW, Preview, read_topic
from bot.ui.notices import render_notice
from bot.ui.pages import HitsPage, hit_of, render_hits
from bot.ui.parts import AnyItem
from bot.ui.text import escape, plural
from cogs.subscriptions._form import EditTopic
from cogs.subscriptions._standing import Standing, standing_of
from papers.topics import Strictness, Topic, narrower, wider
from storage.subscriptions import Every, Mode, TopicDraft

Step = Callable[[Topic, Strictness], tuple[Topic, Strictness] | None]


async def show_preview(
    services: Services, user_id: int, draft: TopicDraft, now: datetime, *, replaces: int = 0
) -> ui.LayoutView:
    """Return the preview of a topic with its buttons.

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
    lines = [
        f"{len(preview.found):,} of {plural(preview.total, 'paper')} in {WINDOW.days} days"
        f"{_a_week(len(preview.found))}",
        _how(draft),
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
    warning = _warning(preview)
    if not preview.found:
        return render_notice(
            draft.query,
            "\n".join((*map(escape, lines), f"**{escape(warning)}**" if warning else "")),
            actions=buttons,
        )
    page = HitsPage(
        title=draft.query,
        hits=tuple(
            hit_of(shown.paper.paper, shown.paper.metrics, notes=(shown.reason,))
            for shown in preview.found[: limits.PAGE_HITS]
        ),
        notes=tuple(line for line in (*lines, warning) if line),
        footer=f"{_nothing_yet(standing, draft, replaces)} The digest uses the same matching.",
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
    title = "The week's best papers" if weekly else "The day's best papers"
    notes = standing.notes(draft)
    if not preview.entries:
        none_new = "There is none that you do not know."
        nothing = none_new if preview.left_out else "There is no batch yet."
        return render_notice(title, "\n".join(map(escape, (nothing, *notes))), actions=actions)
    what = "the week's digest" if weekly else "today's digest"
    return render_entries(
        title,
        preview.entries[: limits.PAGE_HITS],
        notes=notes,
        buttons=actions,
        footer=f"{_nothing_yet(standing, draft, replaces)} It is what {what} would bring.",
    )


def _nothing_yet(standing: Standing, draft: TopicDraft, replaces: int) -> str:
    if not standing.changes(draft):
        return "Nothing to change."
    return "Nothing is changed yet." if replaces else "Nothing is subscribed yet."


def _a_week(count: int) -> str:
    week = count * 7 / WINDOW.days
    if not count:
        return ""
    return f", about {week:.0f} a week" if week >= 1 else ", less than one a week"


def _how(draft: TopicDraft) -> str:
    parts = ["matched widely" if draft.mode is Mode.BROAD else "matched strictly"]
    if draft.min_votes:
        parts.append(f"at least {plural(draft.min_votes, 'vote')}")
    return ", ".join(parts)


def _warning(preview: Preview) -> str:
    words = ", ".join(preview.proposals)
    proposal = f" Words that fit: {words}." if words else ""
    if not preview.total:
        return "I know no papers of these days yet; you can subscribe nonetheless."
    if preview.nearly_all:
        return f"That is nearly everything, so it says little.{proposal}"
    if not preview.found:
        return f"Nothing would have come.{proposal or ' Try other or fewer words.'}"
    if len(preview.found) <= TOO_FEW and proposal:
        return f"That is not much.{proposal}"
    return ""


def _step(topic: Topic, draft: TopicDraft, step: Step) -> tuple[Topic, Strictness] | None:
    return step(topic, Strictness(draft.mode.value))


async def _changed(interaction: Interaction, draft_id: int, step: Step, replaces: int) -> None:
    services = services_of(interaction)
    now = services.clock.now()
    draft = await services.subscriptions.draft(draft_id)
    changed = _step(read_topic(draft.query), draft, step)
    if changed is None:
        raise UserError("There is no further step in that direction.")
    # The pass over two weeks of papers may take longer than Discord waits.
    await interaction.response.defer()
    topic, strictness = changed
    draft = await services.subscriptions.add_draft(
        str(topic), Mode(strictness.value), draft.every, draft.min_votes, now
    )
    view = await show_preview(services, interaction.user.id, draft, now, replaces=replaces)
    await interaction.edit_original_response(view=view)


class SubscribeTopic(
    PaperboyButton, template=template("subscribe", draft_id=NUMBER, replaces=NUMBER)
):
    """Makes a previewed topic count."""

    def __init__(self, draft_id: int, replaces: int) -> None:
        label = "Use this instead" if replaces else "Subscribe"
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
                changed += f" instead of *{escape(followed.replaced, 200)}*"
            elif draft.min_votes:
                changed += f", with at least {plural(draft.min_votes, 'vote')}"
            lines = [f"{changed}.", followed.rhythm, f"{followed.when}."]
            await interaction.edit_original_response(
                view=render_notice("Changed", "\n".join(filter(None, lines)))
            )
            return
        lines = [f"**{escape(draft.query, 200)}**", f"{followed.when}."]
        if followed.rhythm:
            lines.insert(1, followed.rhythm)
        if followed.failure is None:
            lines.append("I sent you a direct message, so that you know where it will come.")
        else:
            lines.append(services.following.describe_failure(followed.failure))
        lines.append(
            f"{services.mention('paper digest settings')} changes hour and time zone,"
            f" {services.mention('paper subscriptions')} lists your topics."
        )
        title = "Subscribed" if followed.new else "You followed that already; it is up to date"
        await interaction.edit_original_response(view=render_notice(title, "\n".join(lines)))


class NarrowTopic(PaperboyButton, template=template("narrow", draft_id=NUMBER, replaces=NUMBER)):
    """Previews the next narrower topic."""

    rate_limit = SEARCHES

    def __init__(self, draft_id: int, replaces: int) -> None:
        super().__init__(
            ui.Button(label="Narrower", custom_id=custom_id("narrow", draft_id, replaces))
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
        super().__init__(ui.Button(label="Wider", custom_id=custom_id("widen", draft_id, replaces)))
        self.draft_id, self.replaces = draft_id, replaces

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["draft_id"]), int(match["replaces"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the wider topic in the place of this one."""
        await _changed(interaction, self.draft_id, wider, self.replaces)
