"""The buttons of a club's messages: they work for as long as the message stands."""

import re
from collections.abc import Sequence
from typing import Final, Protocol, Self

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import use
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.errors import Interaction
from bot.interactions.language import public_language
from bot.interactions.save_buttons import SaveButton
from bot.services.clubs import _compose as compose
from bot.services.clubs._next import Known, Part
from bot.services.clubs._typing_form import typing_form
from bot.ui.clubs import ClubPost, render_post
from bot.ui.parts import AnyItem
from storage.shelves import OnShelf

ANYONE: Final = 0
"""Stands for a person's id in a button that all may press."""


class ShelfPapers(Protocol):
    """Knows servers' shelves; `bot.services.shelf.Shelves` is the real one."""

    async def papers(self, guild_id: int, *, limit: int | None = None) -> Sequence[OnShelf]:
        """Return what is on a server's shelf, the newest first."""
        ...


class Turns(Protocol):
    """Answers to being asked to present; `bot.services.clubs.Clubs` is the real one."""

    async def present(self, session_id: int, user_id: int, asked: int) -> Known:
        """Let someone present a session."""
        ...

    async def decline(self, session_id: int, user_id: int, asked: int) -> Known:
        """Pass someone's turn on."""
        ...


class Nominate(PaperboyButton, template=template("club-nominate", club_id=NUMBER)):
    """Asks for a paper to nominate."""

    def __init__(self, club_id: int) -> None:
        super().__init__(
            ui.Button(
                label=_("Nominate"),
                style=discord.ButtonStyle.primary,
                custom_id=custom_id("club-nominate", club_id),
            )
        )
        self.club_id = club_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["club_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Open the form, which offers what was last added to the server's shelf."""
        shelves: ShelfPapers = interaction.client.services.shelves
        guild_id = interaction.guild_id or 0
        offered = await shelves.papers(guild_id, limit=limits.SELECT_OPTIONS)
        papers = [each.stored.paper for each in offered]
        await interaction.response.send_modal(typing_form(self.club_id, papers))


class Present(PaperboyButton, template=template("club-yes", session_id=NUMBER, user_id=NUMBER)):
    """Agrees to present a session, or offers to."""

    def __init__(self, session_id: int, user_id: int) -> None:
        super().__init__(
            ui.Button(
                label=_("I'll present"),
                style=discord.ButtonStyle.success,
                custom_id=custom_id("club-yes", session_id, user_id),
            )
        )
        self.session_id, self.user_id = session_id, user_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["session_id"]), int(match["user_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Record it, and say so in the message."""
        user_id = interaction.user.id
        known = await _turns(interaction).present(self.session_id, user_id, self.user_id)
        opening = known.steps.get(Part.OPEN)
        message = interaction.message
        with use(public_language(interaction)):
            if opening and message and opening.made_id == message.id:
                post = compose.presented(ClubPost.from_json(opening.payload))
                actions = [Nominate(known.club.id)]
                view = render_post(post, presenter_id=user_id, actions=actions)
            else:
                view = render_post(compose.accepted(known, user_id))
        await interaction.response.edit_message(view=view)


class Decline(PaperboyButton, template=template("club-no", session_id=NUMBER, user_id=NUMBER)):
    """Declines to present a session, so that the next member is asked."""

    def __init__(self, session_id: int, user_id: int) -> None:
        super().__init__(
            ui.Button(label=_("Not this time"), custom_id=custom_id("club-no", session_id, user_id))
        )
        self.session_id, self.user_id = session_id, user_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["session_id"]), int(match["user_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Record it, and say so in the message."""
        user_id = interaction.user.id
        known = await _turns(interaction).decline(self.session_id, user_id, self.user_id)
        with use(public_language(interaction)):
            view = render_post(compose.declined(known, user_id))
        await interaction.response.edit_message(view=view)


def buttons_of(known: Known, part: Part, post: ClubPost) -> list[AnyItem]:
    """Return the buttons of a step's message."""
    if post.card is not None:
        return [SaveButton(post.card.paper_id)]
    match part:
        case Part.OPEN | Part.RESULT | Part.REMIND:
            nominate: list[AnyItem] = [Nominate(known.club.id)]
            volunteers = part is Part.OPEN and not known.club.rotates
            return [*nominate, *([Present(known.session.id, ANYONE)] if volunteers else [])]
        case Part.VOLUNTEERS:
            return [Present(known.session.id, ANYONE)]
        case _:
            return []


def _turns(interaction: Interaction) -> Turns:
    return interaction.client.services.clubs
