"""The form that takes papers to nominate: links or ids, or papers of the server's shelf."""

from collections.abc import Sequence
from typing import Any, Final

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PAPER, custom_id, template
from bot.interactions.modals import FORM_TIMEOUT
from bot.interactions.short_keys import short_key
from bot.ui.text import plain
from papers.model import Paper
from papers.text import readable
from storage.clubs import MAX_OF_ONE

TYPED: Final = "typed"
SEVERAL: Final = "several"
"""Stand for a paper's id in a form that asks for it."""
FORM: Final = template("club-form", club_id=NUMBER, named=rf"{PAPER}|{TYPED}|{SEVERAL}")
SOME_CLUB: Final = 0
"""Stands for a club's id in a form that asks which one."""
_LONGEST: Final = 1_000


def typing_form(club_id: int, shelf: Sequence[Paper] = ()) -> ui.Modal:
    """Return the form; with papers of the shelf to choose from, nothing needs to be typed."""
    form = ui.Modal(
        title=_("Nominate a paper"),
        timeout=FORM_TIMEOUT,
        custom_id=custom_id("club-form", club_id, TYPED),
    )
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id="paper",
        max_length=_LONGEST,
        required=not shelf,
        placeholder="https://arxiv.org/abs/2406.07496",
    )
    or_shelf = _("Or choose from the shelf below.") if shelf else None
    form.add_item(ui.Label(text=_("Link or arXiv id"), description=or_shelf, component=field))
    if shelf:
        options = [
            discord.SelectOption(
                label=plain(readable(paper.title), limits.OPTION_LABEL) or paper.id,
                value=short_key(paper.id),
            )
            for paper in shelf
        ]
        chosen: ui.Select[Any] = ui.Select(
            custom_id="shelved",
            options=options,
            required=False,
            min_values=0,
            max_values=min(len(options), MAX_OF_ONE),
        )
        form.add_item(ui.Label(text=_("From this server's shelf"), component=chosen))
    return form
