"""The form that asks how papers are to be cited, and which ones where there are several."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.i18n import marked, ngettext
from bot.interactions.components import PAPER, custom_id, template
from bot.interactions.errors import Interaction, UserError, control_outdated
from bot.interactions.modals import FORM_TIMEOUT
from bot.services.container import services_of
from cogs._named_papers import MAX_PAPERS, SEVERAL, paper_options
from papers.export import CITED, Format

FORM: Final = template("cite-form", named=rf"{PAPER}|{SEVERAL}")
STYLES: Final = {
    Format.BIBTEX: ("BibTeX", marked("For LaTeX and reference managers")),
    Format.APA: ("APA", marked("A reference in plain text")),
    Format.MARKDOWN: ("Markdown", marked("A reference with a link, for posts and notes")),
}
"""The styles to choose from, by the names that they have everywhere, and what each is for."""


async def open_form(interaction: Interaction, named: Sequence[str]) -> None:
    """Ask for the style, and which of several papers to cite: at first all, up to `MAX_PAPERS`."""
    form = ui.Modal(
        title=ngettext("Cite paper", "Cite papers", len(named)),
        timeout=FORM_TIMEOUT,
        custom_id=custom_id("cite-form", named[0] if len(named) == 1 else SEVERAL),
    )
    if len(named) > 1:
        offered = named[:MAX_PAPERS]
        known = await services_of(interaction).lookup.known(offered)
        options = paper_options(offered, known, chosen=True)
        papers: ui.Select[Any] = ui.Select(
            custom_id="paper", options=options, max_values=len(options)
        )
        more = len(named) > len(offered)
        first = _("The first {most} of {total}", most=len(offered), total=len(named))
        form.add_item(
            ui.Label(text=_("Papers"), description=first if more else None, component=papers)
        )
    form.add_item(ui.Label(text=_("Style"), component=_styles()))
    await interaction.response.send_modal(form)


def asked(cited: str, chosen: Mapping[str, Sequence[str]]) -> tuple[Sequence[str], Format]:
    """Return the papers and the style that were chosen in the form.

    Args:
        cited: what the form's custom id says: a paper, or `SEVERAL`.
        chosen: the values of its fields.

    Raises:
        UserError: these are no papers, or none of the styles.
    """
    paper_ids = chosen.get("paper", ()) if cited == SEVERAL else (cited,)
    styles = [each for each in CITED if [each] == list(chosen.get("style", ()))]
    whole = all(re.fullmatch(PAPER, value) for value in paper_ids)
    if not whole or not styles or not 0 < len(paper_ids) <= MAX_PAPERS:
        raise UserError(control_outdated())
    return paper_ids, styles[0]


def _styles() -> ui.RadioGroup[Any]:
    return ui.RadioGroup(
        custom_id="style",
        options=[
            discord.RadioGroupOption(
                label=name,
                value=style.value,
                description=_(use),
                default=style is Format.BIBTEX,
            )
            for style, (name, use) in STYLES.items()
        ],
    )
