"""`/library stats`: a person's reading year."""

import io

import discord
from discord import ui

from bot.i18n import conjunction, month_and_year, ngettext, number
from bot.i18n import gettext as _
from bot.interactions.errors import Interaction
from bot.services.container import Services
from bot.services.library import ReadingYear
from bot.ui.charts import FILE, render_chart
from bot.ui.notices import render_notice


async def show(services: Services, interaction: Interaction) -> None:
    """Answer with the picture and the sums."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    zone = await services.local_dates.zone(
        interaction.user.id, interaction.guild_id, interaction.channel_id
    )
    year = await services.library.year(interaction.user.id, zone)
    if not any(year.saved):
        text = _("You saved no papers in the last 12 months. Press **Save** on one to start.")
        view = render_notice(_("Your reading year"), text)
        await interaction.edit_original_response(view=view)
        return
    columns = [f"{first:%Y-%m}" for first, _last in year.months]
    picture = await services.charts.bars(columns, year.saved)
    files = [] if picture is None else [discord.File(io.BytesIO(picture), FILE)]
    view = render(year, pictured=picture is not None)
    await interaction.edit_original_response(view=view, attachments=files)


def render(year: ReadingYear, *, pictured: bool) -> ui.LayoutView:
    """Return the year in words, around its picture if there is one."""
    months = [month_and_year(first) for first, _last in year.months]
    when = _("{first} to {last}", first=months[0], last=months[-1])
    most = max(year.saved)
    lines = [
        ngettext("{count} paper saved", "{count} papers saved", sum(year.saved)),
        ngettext("{count} of them read", "{count} of them read", year.read),
        ngettext("{count} of them with a note", "{count} of them with a note", year.noted),
        ngettext(
            "Most in {month}: {count} paper",
            "Most in {month}: {count} papers",
            most,
            month=months[year.saved.index(most)],
        ),
    ]
    if year.fields:
        lines.append(_("Mostly about {fields}", fields=conjunction(year.fields)))
    counts = ", ".join(
        f"{month} {number(count)}" for month, count in zip(months, year.saved, strict=True) if count
    )
    alt = _("Bar chart of papers saved each month: {counts}", counts=counts) if pictured else None
    return render_chart(_("Your reading year"), when, "\n".join(lines), alt=alt)
