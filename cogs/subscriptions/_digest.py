"""`/paper digest …` and `/paper inbox`."""

import asyncio
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Self

from discord import app_commands, ui
from discord.ext import commands

from bot.i18n import gettext as _
from bot.i18n import long_date
from bot.interactions.components import PAGE, PaperboyButton, custom_id, page_buttons, template
from bot.interactions.dates import future_choices, parse_date
from bot.interactions.errors import Interaction, UserError
from bot.interactions.inputs import parse_time, parse_timezone, zone_choices
from bot.interactions.language import LANGUAGE_CHOICES
from bot.interactions.switches import SWITCH, is_on
from bot.limits import CHOICES, PAGE_HITS, QUIET_DAYS
from bot.services.container import Services, services_of
from bot.services.digests import (
    MoreEntry,
    describe_news,
    describe_picks,
    describe_settings,
    render_digest,
    render_entries,
)
from bot.ui.notices import render_notice
from cogs.subscriptions._form import EVERY
from papers import zones
from papers.dates import Leaning
from storage.digests import INBOX_KEPT
from storage.subscriptions import Every, Subscriber

_CLEAR = "-"


class PageInbox(PaperboyButton, template=template("inbox", page=PAGE)):
    """Turns the page of one's own inbox."""

    def __init__(self, page: int, label: str = "…", *, off: bool = False) -> None:
        super().__init__(ui.Button(label=label, disabled=off, custom_id=custom_id("inbox", page)))
        self.page = page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["page"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page in the place of this one."""
        services = services_of(interaction)
        view = await render_inbox(services, interaction.user.id, self.page)
        await interaction.response.edit_message(view=view)


async def render_inbox(services: Services, user_id: int, page: int) -> ui.LayoutView:
    """Return a page of news about saved papers and of what digests brought a person.

    News that is shown counts as brought.

    Raises:
        UserError: there is nothing.
    """
    now = services.clock.now()
    entries = await services.digester.inbox(user_id, now)
    if not entries and (await services.hidden.all_of(user_id)).papers:
        raise UserError(
            _(
                "Your inbox is empty: no papers of the last {days} days but those you hide. See"
                " these with {command}.",
                days=INBOX_KEPT.days,
                command=services.mention("privacy show"),
            )
        )
    if not entries:
        raise UserError(
            _(
                "Your inbox is empty. Your digests brought no papers in the last {days} days."
                " Follow a topic with {command}.",
                days=INBOX_KEPT.days,
                command=services.mention("paper subscribe"),
            )
        )
    pages = -(-len(entries) // PAGE_HITS)
    page = min(page, pages - 1)
    shown = await services.subscriptions.page(entries, page)
    news = [
        each
        for each in entries[page * PAGE_HITS : (page + 1) * PAGE_HITS]
        if isinstance(each, MoreEntry) and each.news_id is not None
    ]
    await services.digester.read_news(user_id, news, now)
    return render_entries(
        _("Your inbox"),
        shown,
        page=page,
        total=len(entries),
        buttons=page_buttons(page, pages, lambda to, label, off: PageInbox(to, label, off=off)),
        footer=_("From your digests of the last {days} days.", days=INBOX_KEPT.days),
        kept={each.paper_id for each in news},
    )


class Inbox(commands.Cog):
    """What digests brought, for those who get no direct messages, too."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command(description="See papers from your last two weeks of digests")
    async def inbox(self, interaction: Interaction) -> None:
        """Show the first page."""
        subscriptions = self.services.subscriptions
        note = await subscriptions.reopen(await subscriptions.subscriber(interaction.user.id))
        view = await render_inbox(self.services, interaction.user.id, 0)
        await interaction.response.send_message(view=view, ephemeral=True)
        if note:
            await interaction.followup.send(
                view=render_notice(_("Direct messages"), note), ephemeral=True
            )


class DigestCommands(commands.Cog):
    """When the digest comes."""

    digest = app_commands.Group(
        name="digest", description="Get your digest now, or change its settings"
    )

    def __init__(self, services: Services) -> None:
        self.services = services

    @digest.command(name="now", description="Get today's digest now")
    async def now(self, interaction: Interaction) -> None:
        """Show today's digest; it is used up by that."""
        now = self.services.clock.now()
        user_id = interaction.user.id
        person = await self.services.subscriptions.required(user_id)
        await interaction.response.defer(ephemeral=True, thinking=True)
        note = await self.services.subscriptions.reopen(person)
        made = await self.services.digester.now(user_id, now)
        if made is None:
            when = await self.services.subscriptions.next_digest(person, now)
            view = render_notice(_("No new papers today"), "\n\n".join(filter(None, (when, note))))
        else:
            digest, payload = made
            view = render_digest(digest.id, payload)
        await interaction.edit_original_response(view=view)
        if made is not None and note:
            await interaction.followup.send(
                view=render_notice(_("Direct messages"), note), ephemeral=True
            )

    @app_commands.choices(every=EVERY, language=LANGUAGE_CHOICES, news=SWITCH)
    @digest.command(name="settings", description="Set the time and language of your digest")
    @app_commands.describe(
        hour="Local time, e.g. 9, 17:30 or 9pm",
        timezone="Your time zone: type a city",
        every="How often",
        quiet_until="Pause until, e.g. 30 Nov, next Monday, 2 weeks; - to resume",
        language="Language of your digests",
        news="News on papers you saved, such as code or a new version",
        picks="Most papers like those on your lists; 0 for none",
    )
    async def settings(
        self,
        interaction: Interaction,
        hour: str | None = None,
        timezone: str | None = None,
        every: str | None = None,
        quiet_until: str | None = None,
        language: str | None = None,
        news: str | None = None,
        picks: app_commands.Range[int, 0, 10] | None = None,
    ) -> None:
        """Change what is named, and say how it is now."""
        now = self.services.clock.now()
        subscriptions, user_id = self.services.subscriptions, interaction.user.id
        before = await subscriptions.gets_news(user_id)
        on = before if news is None else is_on(news)
        others = (hour, timezone, every, quiet_until, language, picks)
        alone = all(each is None for each in others)
        if news is not None and alone and await subscriptions.subscriber(user_id) is None:
            # Those who get no digest have news in their inbox.
            await subscriptions.set_news(user_id, now, on=on)
            await interaction.response.send_message(
                view=render_notice(_("Setting saved"), describe_news(on=on)), ephemeral=True
            )
            return
        person = await subscriptions.required(user_id)
        zone = person.timezone
        if timezone is not None:
            zone = await asyncio.to_thread(parse_timezone, timezone, now)
        wanted = replace(
            person,
            at=person.at if hour is None else parse_time(hour),
            timezone=zone,
            every=person.every if every is None else Every(every),
            language=person.language if language is None else language,
        )
        if quiet_until is not None:
            wanted = replace(wanted, quiet_until=_parse_day(quiet_until, wanted, now))
        await subscriptions.change_settings(wanted)
        if on != before:
            await subscriptions.set_news(user_id, now, on=on)
        suggested = await self.services.picks.in_digest(user_id)
        if picks is not None:
            await self.services.picks.set_in_digest(user_id, picks)
        note = await subscriptions.reopen(wanted)
        wanted = replace(wanted, closed_at=None)
        when = await subscriptions.next_digest(wanted, now)
        number = suggested if picks is None else picks
        same = wanted == replace(person, closed_at=None) and (on, number) == (before, suggested)
        title = _("Your digest") if same else _("Digest settings saved")
        lines = [
            describe_settings(wanted),
            describe_news(on=on),
            describe_picks(number),
            when,
            note,
        ]
        await interaction.response.send_message(
            view=render_notice(title, "\n".join(filter(None, lines))), ephemeral=True
        )

    @settings.autocomplete("timezone")
    async def _zones(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await zone_choices(interaction, current, self.services.clock.now())

    @settings.autocomplete("quiet_until")
    async def _quiet_days(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        person = await self.services.subscriptions.subscriber(interaction.user.id)
        if person is None:
            return []
        today = _today(person, self.services.clock.now())
        found = future_choices(current, today, today + timedelta(days=QUIET_DAYS))
        if person.quiet_until is not None and not current.strip(f" {_CLEAR}"):
            found.insert(0, app_commands.Choice(name=_("Resume now"), value=_CLEAR))
        return found[:CHOICES]


def _today(person: Subscriber, now: datetime) -> date:
    return now.astimezone(zones.zone_or_utc(person.timezone)).date()


def _parse_day(text: str, person: Subscriber, now: datetime) -> date | None:
    if text.strip() == _CLEAR:
        return None
    today = _today(person, now)
    day = parse_date(text, today, Leaning.FUTURE).first
    if day <= today:
        raise UserError(_("{day} has already begun. Pick a later day.", day=long_date(day)))
    latest = today + timedelta(days=QUIET_DAYS)
    if day > latest:
        raise UserError(
            _(
                "You can pause digests for up to a year, until {day}. To stop them for longer,"
                " unsubscribe from your topics.",
                day=long_date(latest),
            )
        )
    return day
