"""The buttons of a club's messages: they work for as long as the message stands."""

import re
from typing import Any, Final, Protocol, Self

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.i18n import use
from bot.interactions.components import NUMBER, PAPER, PaperboyButton, custom_id, template
from bot.interactions.errors import Interaction
from bot.interactions.language import public_language
from bot.interactions.modals import FORM_TIMEOUT
from bot.services.clubs import _compose as compose
from bot.services.clubs._next import Known, Part
from bot.ui.clubs import ClubPost, render_post

TYPED: Final = "typed"
SEVERAL: Final = "several"
"""Stand for a paper's id in a form that asks for it."""
FORM: Final = template("club-form", club_id=NUMBER, named=rf"{PAPER}|{TYPED}|{SEVERAL}")
SOME_CLUB: Final = 0
"""Stands for a club's id in a form that asks which one."""
ANYONE: Final = 0
"""Stands for a person's id in a button that all may press."""

_LONGEST: Final = 1_000


class Turns(Protocol):
    """Answers to being asked to present; `bot.services.clubs.Clubs` is the real one."""

    async def present(self, session_id: int, user_id: int, asked: int) -> Known:
        """Let someone present a session."""
        ...

    async def decline(self, session_id: int, user_id: int, asked: int) -> Known:
        """Pass someone's turn on."""
        ...


def typing_form(club_id: int) -> ui.Modal:
    """Return the form that takes papers to nominate as links or ids."""
    form = ui.Modal(
        title=_("Nominate a paper"),
        timeout=FORM_TIMEOUT,
        custom_id=custom_id("club-form", club_id, TYPED),
    )
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id="paper",
        max_length=_LONGEST,
        placeholder="https://arxiv.org/abs/2406.07496",
    )
    form.add_item(ui.Label(text=_("Link or arXiv id"), component=field))
    return form


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
        """Open the form."""
        await interaction.response.send_modal(typing_form(self.club_id))


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
                post = ClubPost.from_json(opening.payload)
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


def _turns(interaction: Interaction) -> Turns:
    return interaction.client.services.clubs
