"""`/feed insights`: what members saved from a channel's threads, and what settings would change."""

import re
from collections.abc import Sequence
from typing import Final, Self

from discord import ui

from bot.i18n import gettext as _
from bot.i18n import listing, ngettext, percent, short_date
from bot.interactions.components import (
    NUMBER,
    PAGE,
    PaperboyButton,
    custom_id,
    page_buttons,
    template,
)
from bot.interactions.cooldowns import SEARCHES
from bot.interactions.errors import Interaction
from bot.services.container import services_of
from bot.services.insights import LEAST_SAVES, OtherSettings, ThreadInsights
from bot.ui.feeds import post_url
from bot.ui.notices import render_notice
from bot.ui.text import escape
from cogs.feeds._shared import require_manager
from papers.text import cut
from papers.what_if import Outcome
from storage.feeds import Feed, Kind
from storage.thread_saves import SavedThread

_THREADS: Final = 10
"""Threads on a page: two weeks."""
_TOPIC: Final = 60


async def send_insights(interaction: Interaction, feed: Feed) -> None:
    """Answer with the first page."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    view = await _page(interaction, feed, 0)
    await interaction.followup.send(view=view, ephemeral=True)


class PageInsights(PaperboyButton, template=template("feed-insights", feed_id=NUMBER, page=PAGE)):
    """Turns the page of a feed's threads."""

    rate_limit = SEARCHES

    def __init__(self, feed_id: int, page: int, label: str = "…", *, off: bool = False) -> None:
        super().__init__(
            ui.Button(
                label=label, disabled=off, custom_id=custom_id("feed-insights", feed_id, page)
            )
        )
        self.feed_id, self.page = feed_id, page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["feed_id"]), int(match["page"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page in the place of this one."""
        require_manager(interaction)
        feeds = services_of(interaction).feeds
        feed = await feeds.own(self.feed_id, interaction.guild_id)
        await interaction.response.defer()
        view = await _page(interaction, feed, self.page)
        await interaction.edit_original_response(view=view)


async def _page(interaction: Interaction, feed: Feed, page: int) -> ui.LayoutView:
    """Return a page: the sums and other settings on the first one, and some of the threads."""
    services = services_of(interaction)
    found = await services.insights.of_feed(feed)
    title = _("Insights: the last four weeks")
    channel = f"<#{feed.channel_id}>"
    if not found.threads:
        text = _(
            "{channel} got no thread in the last four weeks. {command} shows when the next one"
            " comes.",
            channel=channel,
            command=services.mention("feed list"),
        )
        return render_notice(title, text)
    pages = -(-len(found.threads) // _THREADS)
    page = min(page, pages - 1)
    parts: list[str] = []
    if page == 0:
        parts.append(f"{channel}\n{_sums(found)}")
        if found.saves:
            others = await services.insights.other_settings(feed, found)
            parts.append(_section(_("With other settings"), _advice(others, len(found.threads))))
        else:
            parts.append(_("Members save a paper by reacting to its card with 🔖."))
    some = found.threads[page * _THREADS : (page + 1) * _THREADS]
    parts.append(_section(_("Threads"), "\n".join(_thread(each, feed.kind) for each in some)))
    turn = page_buttons(
        page, pages, lambda to, label, off: PageInsights(feed.id, to, label, off=off)
    )
    return render_notice(title, "\n\n".join(parts), actions=turn)


def _section(heading: str, text: str) -> str:
    return f"**{heading}**\n{text}"


def _sums(found: ThreadInsights) -> str:
    threads = ngettext("{count} thread", "{count} threads", len(found.threads))
    papers = ngettext("{count} paper", "{count} papers", found.papers)
    facts = [listing([threads, papers])]
    if found.saves:
        facts.append(listing([_saves(found.saves), _members(found.savers)]))
    unsaved = found.papers - found.saved
    facts.append(
        ngettext("{count} paper that no one saved", "{count} papers that no one saved", unsaved)
    )
    return "\n".join(facts)


def _thread(thread: SavedThread, kind: Kind) -> str:
    day = short_date(thread.batch_day)
    if thread.header_message_id is not None:
        url = post_url(kind, thread.guild_id, thread.channel_id, thread.header_message_id)
        day = f"[{day}]({url})"
    facts = [
        ngettext(
            "{saved} of {count} paper saved",
            "{saved} of {count} papers saved",
            len(thread.papers),
            saved=thread.saved,
        )
    ]
    if thread.saves:
        facts += [_saves(thread.saves), _members(thread.savers)]
    return f"- {day}: {listing(facts)}"


def _saves(count: int) -> str:
    return ngettext("{count} save", "{count} saves", count)


def _members(count: int) -> str:
    return ngettext("{count} member", "{count} members", count)


def _advice(others: OtherSettings | None, threads: int) -> str:
    """Say what stricter settings would have done, in a line for each."""
    if others is None:
        return ngettext(
            "I can say what other settings would have done once there is {count} save.",
            "I can say what other settings would have done once there are {count} saves.",
            LEAST_SAVES,
        )
    lines = [f"- {change}" for change in _changes(others)]
    if not lines:
        lines = [_("No stricter setting would have kept most of what was saved.")]
    if others.unknown:
        known = threads - others.unknown
        lines.append(
            "-# "
            + ngettext(
                "The upvotes of the time are known for {known} of {count} thread.",
                "The upvotes of the time are known for {known} of {count} threads.",
                threads,
                known=known,
            )
        )
    return "\n".join(lines)


def _changes(others: OtherSettings) -> list[str]:
    lines: list[str] = []
    if others.min_votes is not None:
        least, outcome = others.min_votes
        lines.append(_with(f"`min_votes: {least}`", outcome))
    if others.papers is not None:
        size, outcome = others.papers
        lines.append(_with(f"`papers: {size}`", outcome))
    if others.without_topic is not None:
        topic, outcome = others.without_topic
        lines.append(
            _(
                "Without {topic}, threads would have been {shorter} shorter and kept {kept} of"
                " what was saved.",
                topic=_topics([topic]),
                **_shares(outcome),
            )
        )
    if others.topics is not None:
        topics, outcome = others.topics
        lines.append(_with(f"`topics:` {_topics(topics)}", outcome))
    return lines


def _with(setting: str, outcome: Outcome) -> str:
    return _(
        "With {setting}, threads would have been {shorter} shorter and kept {kept} of what was"
        " saved.",
        setting=setting,
        **_shares(outcome),
    )


def _shares(outcome: Outcome) -> dict[str, str]:
    return {"shorter": percent(1 - outcome.length), "kept": percent(outcome.kept)}


def _topics(topics: Sequence[str]) -> str:
    return "; ".join(f"*{escape(cut(topic, _TOPIC))}*" for topic in topics)
