"""What a topic would have brought, shown before it counts; and the buttons under it."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Self

from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import listing, ngettext, sentences, translated
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.cooldowns import SEARCHES
from bot.interactions.errors import Interaction, UserError
from bot.services.container import Services, services_of
from bot.services.digests import at_least, render_entries
from bot.services.topics import TOO_FEW, WINDOW, Preview, read_topic
from bot.ui.notices import render_notice
from bot.ui.pages import HitsPage, hit_of, render_hits
from bot.ui.parts import AnyItem
from bot.ui.text import escape
from cogs.subscriptions._form import EditTopic
from cogs.subscriptions._learned import ForgetTopic
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
        _found(len(preview.found), preview.total),
        _how(draft, preview),
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
            hit_of(shown.paper.paper, shown.paper.metrics, notes=(translated(shown.reason),))
            for shown in preview.found[: limits.PAGE_HITS]
        ),
        notes=tuple(line for line in (*lines, warning) if line),
        footer=sentences(
            _nothing_yet(standing, draft, replaces), _("This is what you would have received.")
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
        return render_notice(title, "\n".join(map(escape, (nothing, *notes))), actions=actions)
    what = (
        _("This is what this week's digest would bring.")
        if weekly
        else _("This is what today's digest would bring.")
    )
    return render_entries(
        title,
        preview.entries[: limits.PAGE_HITS],
        notes=notes,
        buttons=actions,
        footer=sentences(_nothing_yet(standing, draft, replaces), what),
        refusable=False,
    )


def _nothing_yet(standing: Standing, draft: TopicDraft, replaces: int) -> str:
    if not standing.changes(draft):
        return _("You already have these settings.")
    return _("Nothing is changed yet.") if replaces else _("You haven't subscribed yet.")


def _found(count: int, total: int) -> str:
    matched = ngettext(
        "{count} of {total} papers in {days} days matches",
        "{count} of {total} papers in {days} days match",
        count,
        total=total,
        days=WINDOW.days,
    )
    week = count * 7 / WINDOW.days
    if not count:
        return matched
    rate = _("less than one a week") if week < 1 else _("about {count} a week", count=round(week))
    return f"{matched} · {rate}"


def _how(draft: TopicDraft, preview: Preview) -> str:
    parts = [_HOW[draft.mode]()]
    if preview.precision is not None:
        count = round(10 * preview.precision)
        parts.append(_("about {count} of 10 are on topic", count=count))
    if draft.min_votes:
        parts.append(at_least(draft.min_votes))
    return " · ".join(parts)


_HOW: dict[Mode, Callable[[], str]] = {
    Mode.STRICT: lambda: _("Matching: strict"),
    Mode.NORMAL: lambda: _("Matching: normal"),
    Mode.BROAD: lambda: _("Matching: broad"),
}


def _warning(preview: Preview) -> str:
    words = listing(preview.proposals)
    proposal = _("Suggestions: {words}.", words=words) if words else ""
    if not preview.total:
        return _("There are no papers of these days yet. You can subscribe anyway.")
    if preview.nearly_all:
        warning = _("This matches nearly every paper.")
    elif not preview.found:
        warning = _("No papers would have matched.")
        proposal = proposal or _("Try other or fewer words.")
    elif len(preview.found) <= TOO_FEW and proposal:
        warning = _("Few papers match.")
    else:
        return ""
    return sentences(warning, proposal)


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
            lines = [changed, followed.rhythm, followed.when]
            await interaction.edit_original_response(
                view=render_notice(_("Topic updated"), "\n".join(filter(None, lines)))
            )
            return
        lines = [f"**{escape(draft.query, 200)}**", followed.when]
        if followed.rhythm:
            lines.insert(1, followed.rhythm)
        if followed.added:
            lines.append(_("I've added it to the DM I sent you."))
        elif followed.failure is None:
            lines.append(_("I've sent you a DM. Your digests will arrive there."))
        else:
            lines.append(services.following.describe_failure(followed.failure))
        lines.append(
            _(
                "Change time, time zone and language with {settings}. See your topics with"
                " {topics}.",
                settings=services.mention("paper digest settings"),
                topics=services.mention("paper subscriptions"),
            )
        )
        title = _("Subscribed") if followed.new else _("You already follow this topic")
        await interaction.edit_original_response(view=render_notice(title, "\n".join(lines)))


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
