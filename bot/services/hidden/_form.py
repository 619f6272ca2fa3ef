"""The form that asks why a paper is not for a person."""

from typing import Final

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.components import PAPER, custom_id, template
from bot.interactions.modals import FORM_TIMEOUT
from bot.services.hidden._service import Refusable
from bot.ui import text
from papers.model import Paper
from papers.mutes import author_key
from papers.text import readable
from storage.subscriptions import Mode

FORM: Final = template("refuse-form", paper_id=PAPER)

PAPER_ITSELF: Final = "paper"
SEEN: Final = "seen"
AUTHOR: Final = "author"
WORD: Final = "word"
TOPIC: Final = "topic:"
"""What comes before the id of a topic."""

MAX_WORD: Final = 60
_TOPICS: Final = 3
"""Topics offered at most: a form is read on a phone."""


def authors_of(paper: Paper) -> list[str]:
    """Return the authors that can be chosen in the form: the first ones, and the last.

    Names that are longer than a value, or have no word, are left out.
    """
    names = dict.fromkeys(" ".join(author.name.split()) for author in paper.authors)
    whole = [
        name for name in names if author_key(name) and text.length(name) <= limits.OPTION_VALUE
    ]
    return [*whole[: limits.SELECT_OPTIONS - 1], *whole[limits.SELECT_OPTIONS - 1 :][-1:]]


def form_of(found: Refusable) -> ui.Modal:
    """Return the form about a paper."""
    paper = found.paper
    form = ui.Modal(
        title=_("Not for me"), timeout=FORM_TIMEOUT, custom_id=custom_id("refuse-form", paper.id)
    )
    authors = authors_of(paper)
    form.add_item(
        ui.Label(
            text=_("What is not for you?"),
            description=text.plain(readable(paper.title), limits.LABEL_DESCRIPTION) or None,
            component=ui.RadioGroup(
                custom_id="what", required=True, options=_reasons(found, authors)
            ),
        )
    )
    if authors:
        form.add_item(
            ui.Label(
                text=_("Author"),
                description=_("If you chose “This author”"),
                component=ui.Select(
                    custom_id="author",
                    required=False,
                    options=[
                        discord.SelectOption(
                            label=text.plain(readable(name), limits.OPTION_LABEL) or "…",
                            value=name,
                            default=place == 0,
                        )
                        for place, name in enumerate(authors)
                    ],
                ),
            )
        )
    form.add_item(
        ui.Label(
            text=_("Word"),
            description=_("If you chose “A word”: as in a title or an abstract"),
            component=ui.TextInput(custom_id="word", max_length=MAX_WORD, required=False),
        )
    )
    return form


def _reasons(found: Refusable, authors: list[str]) -> list[discord.RadioGroupOption]:
    reasons = [
        discord.RadioGroupOption(
            label=_("This paper"),
            value=PAPER_ITSELF,
            description=_("It doesn't come again, and fewer papers like it do."),
            default=True,
        ),
        discord.RadioGroupOption(
            label=_("I've seen it"),
            value=SEEN,
            description=_("It doesn't come again. Nothing else changes."),
        ),
    ]
    for topic in [each for each in found.topics if each.mode is not Mode.TRENDING][:_TOPICS]:
        label = _("Less of this topic: {topic}", topic=topic.query)
        reasons.append(
            discord.RadioGroupOption(
                label=text.plain(label, limits.OPTION_LABEL),
                value=f"{TOPIC}{topic.id}",
                description=_("You can unsubscribe from it.")
                if topic.mode is Mode.STRICT
                else _("It is matched more strictly from now on."),
            )
        )
    if authors:
        reasons.append(
            discord.RadioGroupOption(
                label=_("This author"),
                value=AUTHOR,
                description=_("Their papers don't come in your digests and picks."),
            )
        )
    reasons.append(
        discord.RadioGroupOption(
            label=_("A word"),
            value=WORD,
            description=_("Papers with it don't come in your digests and picks."),
        )
    )
    return reasons
