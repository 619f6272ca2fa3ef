"""`/paper trending`."""

import re
from datetime import date, datetime
from typing import Self

from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot import limits
from bot.i18n import current, long_date, marked, month_and_year, ngettext, sentences, use
from bot.i18n import gettext as _
from bot.interactions.components import PAGE, PaperboyButton, custom_id, page_buttons, template
from bot.interactions.dates import date_choice, parse_date, readings
from bot.interactions.errors import Interaction, UserError
from bot.interactions.language import public_language
from bot.interactions.save_select import SaveSome
from bot.services.container import CogHost, Services, services_of
from bot.services.trending import FIRST_BATCH, Period, TrendingPage, require_batch_day
from bot.ui.pages import render_list
from papers import calendar
from papers.dates import Span, Unit

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_PERIOD = "|".join(Period)
_WIDER = {
    Period.DAY: marked("Show the day"),
    Period.WEEK: marked("Show the week"),
    Period.MONTH: marked("Show the month"),
}
_BACK, _NEXT, _OTHERS = range(3)


class PageTrending(
    PaperboyButton,
    template=template("trending", period=_PERIOD, day=_DAY, page=PAGE, place=PAGE),
):
    """Turns the page of a list, or changes its stretch of time."""

    def __init__(
        self,
        period: Period,
        day: date,
        page: int,
        place: int,
        label: str = "…",
        *,
        off: bool = False,
    ) -> None:
        super().__init__(
            ui.Button(
                label=label,
                disabled=off,
                # `place` keeps the ids of one message apart where two buttons lead to one page.
                custom_id=custom_id("trending", period, day, page, place),
            )
        )
        self.period, self.day, self.page = period, day, page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        day = date.fromisoformat(match["day"])
        return cls(Period(match["period"]), day, int(match["page"]), int(match["place"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page that the button leads to, in the place of this one."""
        services = services_of(interaction)
        require_batch_day(self.day, services.clock.now())
        await interaction.response.defer()
        page = await services.trending.page(self.day, self.period, self.page, services.clock.now())
        if page is None:
            raise UserError(_("This list is no longer available."))
        message = interaction.message
        public = message is not None and not message.flags.ephemeral
        with use(public_language(interaction) if public else current()):
            view = render(page)
        await interaction.edit_original_response(view=view)


class Trending(commands.Cog):
    """The lists of the best."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command(description="See the most upvoted papers of a day, week or month")
    @app_commands.rename(day="date")
    @app_commands.choices(
        period=[
            app_commands.Choice(name=locale_str("Day"), value=Period.DAY.value),
            app_commands.Choice(name=locale_str("Week"), value=Period.WEEK.value),
            app_commands.Choice(name=locale_str("Month"), value=Period.MONTH.value),
        ]
    )
    @app_commands.describe(
        day="Day, week or month, e.g. 8 Dec, Friday, last week, March 2026 (default: newest)",
        period="Day, or the whole week or month around the date",
        public="Show the answer to everyone here",
    )
    async def trending(
        self,
        interaction: Interaction,
        day: str | None = None,
        period: str | None = None,
        public: bool = False,
    ) -> None:
        """Show the first page of a list."""
        now = self.services.clock.now()
        wanted = None
        if day is not None:
            wanted, named = stretch(day, await self._today(interaction), now)
            period = period or named.value
        await interaction.response.defer(ephemeral=not public)
        page = await self.services.trending.page(wanted, Period(period or Period.DAY), 0, now)
        if page is None:
            status = self.services.mention("paper status")
            raise UserError(_("There are no papers yet. {status} says why.", status=status))
        if not page.entries:
            none = _(
                "No papers for {period}. Pick a date from the list under `date`.",
                period=page.period.called(page.day),
            )
            raise UserError(sentences(page.note or "", none))
        with use(public_language(interaction) if public else current()):
            view = render(page)
        await interaction.edit_original_response(view=view)

    @trending.autocomplete("day")
    async def _days(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        now = self.services.clock.now()
        days = await self.services.trending.days(now)
        meant = readings(current, await self._today(interaction))
        words = current.casefold().split()
        spans = [span for span in meant if span.unit is not Unit.YEAR]
        spans += [
            Span(day)
            for day in days
            if all(word in f"{day} {long_date(day)}".casefold() for word in words)
            or any(span.first <= day <= span.last for span in meant)
        ]
        shown = [span for span in dict.fromkeys(spans) if _has_come(span, now)]
        return [date_choice(span) for span in shown[: limits.CHOICES]]

    async def _today(self, interaction: Interaction) -> date:
        """Return the person's date, or the newest batch's where that has not come yet."""
        today = await self.services.local_dates.today(
            interaction.user.id, interaction.guild_id, interaction.channel_id
        )
        return min(today, calendar.batch_day(self.services.clock.now()))


def stretch(text: str, today: date, now: datetime) -> tuple[date, Period]:
    """Read a day, week or month as people write it; return a day of it that batches reach.

    Raises:
        UserError: it is none, or has no batches.
    """
    span = parse_date(text, today)
    if span.unit is Unit.YEAR:
        raise UserError(
            _("Pick a day, a week or a month, e.g. {month}.", month=month_and_year(span.first))
        )
    if not _has_come(span, now):
        require_batch_day(span.first, now)
    return max(span.first, FIRST_BATCH), Period(span.unit.value)


def _has_come(span: Span, now: datetime) -> bool:
    return span.first <= calendar.batch_day(now) and span.last >= FIRST_BATCH


def render(page: TrendingPage) -> ui.LayoutView:
    """Return a page of the list, with buttons to turn it and to widen it."""
    turn = page_buttons(
        page.page,
        page.pages,
        lambda to, label, off: PageTrending(
            page.period, page.day, to, _NEXT if to > page.page else _BACK, label, off=off
        ),
    )
    others = [
        PageTrending(period, page.day, 0, _OTHERS, _(_WIDER[period]))
        for period in Period
        if period is not page.period
    ]
    shown = _("Showing {day}.", day=long_date(page.day))
    notes = [sentences(page.note, shown)] if page.note else []
    counted = ngettext("{count} paper", "{count} papers", page.total)
    if page.pages > 1:
        where = _("page {page} of {pages}", page=page.page + 1, pages=page.pages)
        counted = f"{counted} · {where}"
    notes.append(counted)
    save = SaveSome((entry.rank, entry.paper_id, entry.title) for entry in page.entries)
    return render_list(
        page.title,
        page.entries,
        notes=notes,
        select=save if page.entries else None,
        buttons=[*turn, *others],
    )


async def setup(bot: CogHost) -> None:
    """Add the cog and its buttons."""
    bot.add_dynamic_items(PageTrending)
    await bot.add_paper_cog(Trending(bot.services))
