"""The commands of journal clubs."""

import asyncio
import re
from typing import Final

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import long_date, use
from bot.interactions.cancel import Cancel
from bot.interactions.errors import Interaction, UserError, answer_error
from bot.interactions.inputs import parse_time, parse_timezone, zone_choices
from bot.interactions.language import public_language
from bot.services.clubs import MAX_MEMBERS, Settings
from bot.services.container import Services
from bot.ui.clubs import HOW_OFTEN, WEEKDAYS
from bot.ui.notices import render_notice
from bot.ui.parts import ALARM
from bot.ui.text import escape, plain
from cogs.club._end import EndClub
from cogs.club._nominate import take_form
from cogs.club._setup import take_club_form
from cogs.club._shared import channel_of, find_club, guild_of, require_manager, usual_zone
from cogs.club._status import render_standing
from papers.club_schedule import Every
from papers.query_names import query_names

_OPTIONS: Final = {
    "channel": locale_str("Channel that the club meets in"),
    "weekday": locale_str("Day of the week"),
    "time": locale_str("Local time, e.g. 9, 17:30 or 9pm"),
    "timezone": locale_str("Time zone: type a city"),
    "every": locale_str("How often it meets"),
    "presenters": locale_str("Mention who takes turns to present; leave it out for volunteers"),
    "place": locale_str("Room or link to a call (default: the channel)"),
}
_WHICH: Final = locale_str("Channel (default: this one)")
_CHANGED: Final = {
    "channel": _WHICH,
    "presenters": locale_str("Mention who takes turns to present, or none for volunteers"),
    "place": locale_str("Room or link to a call, or none for the channel"),
}
_NOTHING: Final = frozenset(query_names("nothing")["words"])
_MENTION: Final = re.compile(r"<@!?([1-9][0-9]{16,17}|[1-8][0-9]{18})>")
_TYPED: Final = 1_000
_FOR_ALL: Final = frozenset({"status", "swap"})
"""Commands that do not need the right to manage the server, or look for themselves."""
_DAYS: Final = [
    app_commands.Choice(name=locale_str(name), value=number) for number, name in enumerate(WEEKDAYS)
]
_RHYTHMS: Final = [
    app_commands.Choice(name=locale_str(name), value=every.value)
    for every, name in HOW_OFTEN.items()
]


class ClubCommands(commands.Cog):
    """The commands `/club …`: anyone may look; those who manage the server may change."""

    club = app_commands.Group(
        name="club",
        description="Nominate papers for a journal club, vote, meet and discuss",
        guild_only=True,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(self, services: Services) -> None:
        self.services = services

    async def interaction_check(self, interaction: Interaction) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride] - our client's type
        """Let anyone look and presenters swap; the rest is for those who manage the server."""
        command = interaction.command
        if command is not None and command.name not in _FOR_ALL:
            require_manager(interaction)
        return True

    @club.command(name="create", description="Start a journal club in a channel")
    @app_commands.describe(**_OPTIONS)
    @app_commands.choices(weekday=_DAYS)
    @app_commands.choices(every=_RHYTHMS)
    async def create(
        self,
        interaction: Interaction,
        channel: discord.TextChannel,
        weekday: int,
        time: str,
        timezone: str | None = None,
        every: str = Every.WEEK.value,
        presenters: app_commands.Range[str, 1, _TYPED] | None = None,
        place: app_commands.Range[str, 1, limits.EVENT_LOCATION] | None = None,
    ) -> None:
        """Start a club; the first session is three days ahead at least."""
        at = parse_time(time)
        standing = await self.services.clubs.create(
            channel,
            weekday=weekday,
            at=at,
            timezone=await self._zone(interaction, timezone),
            every=Every(every),
            members=_members(presenters or ""),
            place=_place(place or "") or None,
        )
        view = await render_standing(self.services, standing, channel, _("Journal club started"))
        await interaction.response.send_message(view=view, ephemeral=True)

    @club.command(
        name="edit", description="Change when and where a journal club meets, or who presents"
    )
    @app_commands.describe(**_OPTIONS | _CHANGED)
    @app_commands.choices(weekday=_DAYS)
    @app_commands.choices(every=_RHYTHMS)
    async def edit(
        self,
        interaction: Interaction,
        channel: discord.TextChannel | None = None,
        weekday: int | None = None,
        time: str | None = None,
        timezone: str | None = None,
        every: str | None = None,
        presenters: app_commands.Range[str, 1, _TYPED] | None = None,
        place: app_commands.Range[str, 1, limits.EVENT_LOCATION] | None = None,
    ) -> None:
        """Change what is named, everything else stays; a club that has stopped starts again."""
        club = await find_club(interaction, channel)
        meets_in = channel_of(interaction, club)
        new = Settings(
            weekday,
            None if time is None else parse_time(time),
            None if timezone is None else await self._zone(interaction, timezone),
            None if every is None else Every(every),
            None if presenters is None else _members(presenters),
            None if place is None else _place(place),
        )
        standing = await self.services.clubs.edit(club, meets_in, new)
        view = await render_standing(self.services, standing, meets_in, _("Journal club changed"))
        await interaction.response.send_message(view=view, ephemeral=True)

    @create.autocomplete("timezone")
    @edit.autocomplete("timezone")
    async def _zones(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await zone_choices(interaction, current, self.services.clock.now())

    @club.command(name="status", description="Show a journal club's next session and nominations")
    @app_commands.describe(channel=_WHICH)
    async def status(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Show where a club stands."""
        club = await find_club(interaction, channel)
        place = guild_of(interaction).get_channel(club.channel_id)
        standing = await self.services.clubs.standing(club)
        view = await render_standing(
            self.services,
            standing,
            place if isinstance(place, discord.TextChannel) else None,
            _("Journal club"),
        )
        await interaction.response.send_message(view=view, ephemeral=True)

    @club.command(name="skip", description="Cancel a journal club's next session")
    @app_commands.describe(channel=_WHICH)
    async def skip(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """Cancel the next session, with its event and poll; nominations stay."""
        club = await find_club(interaction, channel)
        day = await self.services.clubs.skip(club)
        text = _("The session of {day} is cancelled. Nominations stay.", day=long_date(day))
        await interaction.response.send_message(
            view=render_notice(_("Session cancelled"), text), ephemeral=True
        )

    @club.command(name="swap", description="Let someone else present the next session")
    @app_commands.describe(member=locale_str("Who presents instead"), channel=_WHICH)
    async def swap(
        self,
        interaction: Interaction,
        member: discord.Member,
        channel: discord.TextChannel | None = None,
    ) -> None:
        """Give the next session to someone else: the presenter may, and who manages the server."""
        club = await find_club(interaction, channel)
        standing = await self.services.clubs.standing(club)
        presenter = None if standing.known is None else standing.known.presenter
        if interaction.user.id != presenter:
            require_manager(interaction)
        if member.bot:
            raise UserError(_("A bot can't present. Choose a person."))
        known, other = await self.services.clubs.swap(club, member.id)
        with use(public_language(interaction)):
            day = long_date(known.session.day)
            text = (
                _("{member} presents on {day}.", member=member.mention, day=day)
                if other is None
                else _(
                    "{member} presents on {day} instead of {other}.",
                    member=member.mention,
                    day=day,
                    other=f"<@{other}>",
                )
            )
            view = render_notice(_("Journal club"), text)
        await interaction.response.send_message(
            view=view, allowed_mentions=discord.AllowedMentions(users=[member])
        )

    @club.command(name="end", description="End a journal club for good")
    @app_commands.describe(channel=_WHICH)
    async def end(
        self, interaction: Interaction, channel: discord.TextChannel | None = None
    ) -> None:
        """End a club, after a confirmation."""
        club = await find_club(interaction, channel)
        text = _(
            "The club in {channel} ends, and its nominations are deleted.",
            channel=f"<#{club.channel_id}>",
        )
        await interaction.response.send_message(
            view=render_notice(
                _("End the journal club?"),
                text,
                colour=ALARM,
                actions=[EndClub(club.id), Cancel()],
            ),
            ephemeral=True,
        )

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Take the answer of a form, also one that was opened before a restart."""
        try:
            await take_form(interaction)
            await take_club_form(interaction)
        except Exception as error:
            await answer_error(interaction, error)

    async def _zone(self, interaction: Interaction, typed: str | None) -> str:
        if typed:
            return await asyncio.to_thread(parse_timezone, typed, self.services.clock.now())
        usual = await usual_zone(self.services, guild_of(interaction).id)
        if usual is None:
            raise UserError(_("Choose a time zone: type a city in `timezone`."))
        return usual


def _place(typed: str) -> str:
    """Return a place on one line, empty for none."""
    place = plain(typed, limits.EVENT_LOCATION)
    return "" if place.casefold() in _NOTHING else place


def _members(typed: str) -> tuple[int, ...]:
    """Return the people that were mentioned, each once.

    Raises:
        UserError: something else was typed.
    """
    if typed.strip().casefold() in _NOTHING:
        return ()
    rest = _MENTION.sub("", typed).strip(" ,;")
    found = tuple(dict.fromkeys(int(number) for number in _MENTION.findall(typed)))
    if rest.replace(",", "").strip() or (typed and not found):
        raise UserError(
            _(
                "Mention each presenter with @, in the order of their turns."
                " I can't read “{text}”.",
                text=escape(rest or typed, 60),
            )
        )
    if len(found) > MAX_MEMBERS:
        raise UserError(
            _(
                "Name {most} presenters at most; you named {count}.",
                most=MAX_MEMBERS,
                count=len(found),
            )
        )
    return found
