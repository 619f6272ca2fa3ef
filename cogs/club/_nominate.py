"""Nominating papers: from a message, or typed into a form."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import discord

from bot.i18n import gettext as _
from bot.i18n import long_date
from bot.interactions.components import NUMBER, PAPER
from bot.interactions.errors import Interaction, UserError, control_outdated
from bot.interactions.modals import filled
from bot.interactions.short_keys import with_full_keys
from bot.services.clubs import FORM, SOME_CLUB, NominatedPapers
from bot.services.container import services_of
from bot.services.search import unknown_links
from bot.ui.lists import titled
from bot.ui.notices import render_notice
from bot.ui.text import timestamp
from cogs._named_papers import named_in, not_found_lines
from cogs.club._nominate_form import choosing_form
from cogs.club._shared import guild_of, no_club
from storage.clubs import MAX_OF_ONE, Club, Nominated

_TITLE: Final = 200


async def nominate_from(interaction: Interaction, message: discord.Message) -> None:
    """Nominate what a message names: at once where nothing is to be chosen, else by a form.

    Raises:
        UserError: it names no paper, or the server has no club.
    """
    services, guild = services_of(interaction), guild_of(interaction)
    clubs = await services.clubs.of_guild(guild.id)
    if not clubs:
        raise no_club(services)
    named = await named_in(services, message)
    if len(named) == 1 and len(clubs) == 1:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await _answer(interaction, clubs[0], named)
        return
    await interaction.response.send_modal(await choosing_form(interaction, clubs, named))


async def take_form(interaction: Interaction) -> None:
    """Nominate what was typed or chosen in the form; nothing for any other interaction.

    Raises:
        UserError: it names no paper, or the club has ended.
    """
    form = filled(interaction, FORM)
    if form is None:
        return
    match, fields = form
    services = services_of(interaction)
    club_id = int(match["club_id"])
    if club_id == SOME_CLUB:
        chosen = _only(fields, "club")
        club_id = int(chosen) if re.fullmatch(NUMBER, chosen) else 0
    club = await services.clubs.own(club_id, interaction.guild_id)
    match match["named"]:
        case "typed":
            shelved = [each for each in fields.get("shelved", ()) if re.fullmatch(PAPER, each)]
            typed = _only(fields, "paper")
            paper_ids = [*await services.search.named(typed), *shelved]
            if not paper_ids:
                raise unknown_links(typed, services.mention("paper search")) or UserError(
                    _("I found no paper there. Give an arXiv link or id, e.g. 2406.07496.")
                )
        case "several":
            paper_ids = [each for each in fields.get("paper", ()) if re.fullmatch(PAPER, each)]
        case paper_id:
            paper_ids = [paper_id]
    if not paper_ids:
        raise UserError(control_outdated())
    await interaction.response.defer(ephemeral=True, thinking=True)
    keys = await with_full_keys(interaction, paper_ids[:MAX_OF_ONE])
    await _answer(interaction, club, keys)


async def _answer(interaction: Interaction, club: Club, paper_ids: Sequence[str]) -> None:
    clubs = services_of(interaction).clubs
    done = await clubs.nominate(club, paper_ids, interaction.user.id)
    new = [each for each, outcome in done.outcomes.items() if outcome is Nominated.NEW]
    lines = _lines(done)
    known = (await clubs.standing(club)).known
    if new and known is not None and services_of(interaction).clock.now() < known.moments.poll:
        poll = timestamp(known.moments.poll, "R")
        lines.append("-# " + _("The poll opens {when}.", when=poll))
    view = render_notice(_("Nominated") if new else _("Not nominated"), "\n".join(lines))
    await interaction.followup.send(view=view, ephemeral=True)


def _lines(done: NominatedPapers) -> list[str]:
    lines: list[str] = []
    for paper_id, outcome in done.outcomes.items():
        lines.append(f"- {titled(paper_id, done.found.papers[paper_id].paper.title, _TITLE)}")
        session = done.session
        if outcome is Nominated.NEW and session is not None and session.paper_id == paper_id:
            lines.append(_("It will be discussed on {day}.", day=long_date(session.day)))
        elif outcome is not Nominated.NEW:
            lines.append(_said(outcome))
    if any(outcome is Nominated.NEW for outcome in done.outcomes.values()):
        lines.append(
            "-# " + _("For the journal club in {channel}.", channel=f"<#{done.club.channel_id}>")
        )
    return lines + not_found_lines(done.found)


def _said(outcome: Nominated) -> str:
    match outcome:
        case Nominated.READ:
            return _("The club has discussed it, or is about to.")
        case Nominated.TOO_MANY_OF_YOURS:
            return _(
                "{most} of your nominations are waiting already. Wait until one has been"
                " discussed.",
                most=MAX_OF_ONE,
            )
        case Nominated.TOO_MANY:
            return _(
                "As many papers as fit are waiting already. Wait until one has been discussed."
            )
        case _:
            return _("It was nominated already.")


def _only(fields: Mapping[str, Sequence[str]], name: str) -> str:
    values = fields.get(name, ())
    return values[0] if len(values) == 1 else ""
