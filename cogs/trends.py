"""`/paper trends`: topics over time, as a picture and in words."""

import io
import re
from typing import Final

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.i18n import current, listing, month_and_year, ngettext, number, use
from bot.i18n import gettext as _
from bot.interactions.cooldowns import SEARCHES, rate_limited
from bot.interactions.errors import Interaction, UserError
from bot.interactions.filters import parse_topics
from bot.interactions.language import public_language
from bot.services.container import CogHost, Services
from bot.services.trends import TrendReport
from bot.ui.charts import FILE, render_chart
from bot.ui.text import escape
from papers.topics import MAX_LENGTH
from papers.trends import LEAST, RECENT, Trend

TOPICS: Final = 5
MONTHS: Final = 12
FEWEST, MOST = RECENT + 1, 36
_NAME: Final = 80


class PaperTrends(commands.Cog):
    """Trends of topics, for everybody."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command(description="See how often papers are about a topic, month by month")
    @rate_limited(SEARCHES)
    @app_commands.describe(
        topic="Topic, or several separated by semicolons (default: what rises most)",
        months=locale_str(f"Months to look back ({FEWEST}-{MOST})"),
        public="Show the answer to everyone here",
    )
    async def trends(
        self,
        interaction: Interaction,
        topic: app_commands.Range[str, 1, MAX_LENGTH] | None = None,
        months: app_commands.Range[int, FEWEST, MOST] = MONTHS,
        public: bool = False,
    ) -> None:
        """Show a chart of some topics, or of the keywords that rise."""
        topics = parse_topics(topic)
        if len(topics) > TOPICS:
            raise UserError(_("Name up to {most} topics at a time.", most=TOPICS))
        await interaction.response.defer(ephemeral=not public)
        rising = not topics
        if rising:
            topics = tuple(await self.services.trends.rising(months))
            if not topics:
                raise UserError(_("No keyword clearly rises right now. Name a topic instead."))
        report = await self.services.trends.of(topics, months)
        with use(public_language(interaction) if public else current()):
            view = render(report, rising=rising)
        files = [] if report.picture is None else [discord.File(io.BytesIO(report.picture), FILE)]
        await interaction.edit_original_response(view=view, attachments=files)


def render(report: TrendReport, *, rising: bool) -> ui.LayoutView:
    """Return the picture with what it shows in words."""
    first, last = report.months[0][0], report.months[-1][0]
    title = _("What rises") if rising else _("Trends")
    when = _("{first} to {last}", first=month_and_year(first), last=month_and_year(last))
    lines = [f"**{place}** {_line(trend)}" for place, trend in enumerate(report.trends, start=1)]
    share = ngettext(
        "Of every 1,000 papers of a month, those that mention it. Counted in {count} paper.",
        "Of every 1,000 papers of a month, those that mention it. Counted in {count} papers.",
        report.papers,
    )
    if any(each is None for trend in report.trends for each in trend.shares):
        share += " " + _("Months with fewer than {least} papers are left out.", least=LEAST)
    alt = None
    if report.picture is not None:
        alt = _("Line chart, {when}: {lines}", when=when, lines=listing(map(_plain, report.trends)))
    return render_chart(title, when, "\n".join(lines), alt=alt, footer=share)


def _line(trend: Trend) -> str:
    return _said(f"*{escape(_name(trend), _NAME)}*", trend)


def _plain(trend: Trend) -> str:
    return _said(_name(trend), trend)


def _name(trend: Trend) -> str:
    """Return a topic as it was written, but for the quotes around a single phrase."""
    phrase = re.fullmatch(r'"([^"]+)"', trend.name)
    return phrase[1] if phrase else trend.name


def _said(name: str, trend: Trend) -> str:
    ends = trend.ends
    if ends is None or not any(trend.counts):
        return _("{topic}: no papers", topic=name)
    before, after = (number(round(share, 1) if share < 10 else round(share)) for share in ends)
    return _("{topic}: {before} → {after} of 1,000", topic=name, before=before, after=after)


async def setup(bot: CogHost) -> None:
    """Add the cog."""
    await bot.add_paper_cog(PaperTrends(bot.services))
