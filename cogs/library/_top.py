"""`/paper top`: what a server's members saved most."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Final, Self

from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot import limits
from bot.i18n import current, ngettext, use
from bot.i18n import gettext as _
from bot.interactions.components import PAGE, PaperboyButton, custom_id, page_buttons, template
from bot.interactions.errors import Interaction, UserError
from bot.interactions.language import public_language
from bot.interactions.save_buttons import SaveButton
from bot.services.container import Services, services_of
from bot.ui.notices import render_notice
from bot.ui.pages import HitsPage, hit_of, render_hits

MOST: Final = 25
"""Papers listed: five pages."""


class Span(StrEnum):
    """How far back saves count."""

    WEEK = "week"
    MONTH = "month"


_LENGTH: Final = {Span.WEEK: timedelta(days=7), Span.MONTH: timedelta(days=30)}
_BACK, _NEXT, _OTHER = range(3)


class PageTop(PaperboyButton, template=template("top", span="|".join(Span), page=PAGE, place=PAGE)):
    """Turns the page of the list, or changes its stretch of time."""

    def __init__(
        self, span: Span, page: int, place: int, label: str = "…", *, off: bool = False
    ) -> None:
        super().__init__(
            ui.Button(label=label, disabled=off, custom_id=custom_id("top", span, page, place))
        )
        self.span, self.page = span, page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(Span(match["span"]), int(match["page"]), int(match["place"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page in the place of this one."""
        message = interaction.message
        public = message is not None and not message.flags.ephemeral
        with use(public_language(interaction) if public else current()):
            view = await render_top(
                services_of(interaction), interaction.guild_id, self.span, self.page
            )
        await interaction.response.edit_message(view=view)


class Top(commands.Cog):
    """What many people saved."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command(description="See what this server's members saved most")
    @app_commands.rename(span="period")
    @app_commands.choices(
        span=[
            app_commands.Choice(name=locale_str("Last 7 days"), value=Span.WEEK.value),
            app_commands.Choice(name=locale_str("Last 30 days"), value=Span.MONTH.value),
        ]
    )
    @app_commands.describe(span="Last 7 or 30 days", public="Show the answer to everyone here")
    async def top(
        self, interaction: Interaction, span: str = Span.WEEK.value, public: bool = False
    ) -> None:
        """Answer with the first page: counts, and no names."""
        with use(public_language(interaction) if public else current()):
            view = await render_top(self.services, interaction.guild_id, Span(span), 0)
        await interaction.response.send_message(view=view, ephemeral=not public)


async def render_top(
    services: Services, guild_id: int | None, span: Span, page: int
) -> ui.LayoutView:
    """Return a page of what a server's members saved most.

    Raises:
        UserError: there is no server here.
    """
    if guild_id is None:
        raise UserError(
            _("This command only works in a server. It counts what its members saved there.")
        )
    since = services.clock.now() - _LENGTH[span]
    size = limits.PAGE_HITS
    found, total = await services.library.pages.top(guild_id, since, page)
    total = min(total, MOST)
    other = Span.MONTH if span is Span.WEEK else Span.WEEK
    switch = PageTop(other, 0, _OTHER, _days(other))
    title = ngettext(
        "Saved most here in the last day",
        "Saved most here in the last {count} days",
        _LENGTH[span].days,
    )
    if not found:
        return render_notice(
            title,
            ngettext(
                "No saves here in the last day. React with 🔖 to a paper to start.",
                "No saves here in the last {count} days. React with 🔖 to a paper to start.",
                _LENGTH[span].days,
            ),
            actions=[switch],
        )
    hits = tuple(
        hit_of(
            stored.paper,
            stored.metrics,
            notes=(ngettext("Saved by {count} member 🔖", "Saved by {count} members 🔖", members),),
        )
        for stored, members in found
    )
    turn = page_buttons(
        page,
        -(-total // size),
        lambda to, label, off: PageTop(span, to, _NEXT if to > page else _BACK, label, off=off),
    )
    return render_hits(
        HitsPage(
            title=title,
            hits=hits,
            first=page * size + 1,
            total=total,
            footer=_("Counts only, no names. /privacy settings leaves your saves out."),
        ),
        accessory=lambda hit: SaveButton(hit.paper_id),
        buttons=[*turn, switch],
    )


def _days(span: Span) -> str:
    return ngettext("Last day", "Last {count} days", _LENGTH[span].days)


ITEMS: Final = (PageTop,)
"""What a bot registers so that these buttons work."""
