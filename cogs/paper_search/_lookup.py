"""One paper: named by what was typed, and looked up in the database or the sources."""

import logging
import re
from typing import Final

from discord import app_commands

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import sentences
from bot.interactions.errors import UserError
from bot.interactions.short_keys import short_key
from bot.runtime.logs import log_failure
from bot.services.container import Services
from bot.services.search import QUERY_LENGTH, LookUp, unknown_links
from bot.services.source_queries import failure_sentence
from bot.ui import text
from storage.papers import StoredPaper
from storage.search import Suggestion, SuggestionKind

log = logging.getLogger(__name__)

_WORDS: Final = re.compile(r"\w+")
_MARKS: Final = {
    SuggestionKind.TITLE: "📄",
    SuggestionKind.TOPIC: "#",
    SuggestionKind.AUTHOR: "👤",
}


async def known_paper(services: Services, paper_id: str) -> StoredPaper:
    """Return a paper, known before or not.

    Raises:
        UserError: neither the database nor a source has it.
    """
    found: LookUp = await services.search.look_up(paper_id)
    if found.paper is not None:
        return found.paper
    failures = [
        failure_sentence(item.source, item.failure)
        for item in found.answers
        if item.failure is not None
    ]
    if failures:
        unknown = _("I couldn't look up paper {number}.", number=paper_id)
        raise UserError(sentences(unknown, *failures, _("Try again in a few minutes.")))
    raise UserError(
        _(
            "Paper {number} wasn't found. Check the number; new papers can take a day to appear.",
            number=paper_id,
        )
    )


async def suggested(services: Services, typed: str) -> list[Suggestion]:
    """Return ways to complete what was typed; none where that fails."""
    try:
        return list(await services.search.suggest(typed[:QUERY_LENGTH], limits.CHOICES))
    except Exception as error:
        # People go on typing; an error would only empty the list under their fingers.
        log_failure(log, error, "autocomplete failed")  # not shown
        return []


async def title_choices(services: Services, typed: str) -> list[app_commands.Choice[str]]:
    """Return the papers whose titles complete what was typed."""
    found = await suggested(services, typed)
    return [choice(each) for each in found if each.kind is SuggestionKind.TITLE]


async def paper_id_of(services: Services, typed: str) -> str:
    """Return the paper that an id, a link or words of a title name.

    Raises:
        UserError: they name none, or several.
    """
    named = await services.search.named(typed)
    if named:
        return named[0]
    if refusal := unknown_links(typed, services.mention("paper search")):
        raise refusal
    titled = await _titled(services, typed)
    if len(titled) == 1:
        return titled[0]
    unclear = (
        _(
            "Several papers have “{words}” in the title. Pick one from the list while you"
            " type, or find it with {command}.",
            words=text.escape(typed, 80),
            command=services.mention("paper search"),
        )
        if titled
        else _(
            "“{words}” isn't an arXiv number or link, e.g. 2406.07496 or"
            " https://arxiv.org/abs/2406.07496. Pick a title from the list while you type, or"
            " find it with {command}.",
            words=text.escape(typed, 80),
            command=services.mention("paper search"),
        )
    )
    raise UserError(unclear)


async def _titled(services: Services, typed: str) -> list[str]:
    """Return the papers whose titles have all of the typed words, whole."""
    wanted = set(_WORDS.findall(typed.casefold()))
    return [
        each.paper_id
        for each in await suggested(services, typed)
        if each.paper_id is not None
        and wanted
        and wanted <= set(_WORDS.findall(each.text.casefold()))
    ]


def choice(suggestion: Suggestion) -> app_commands.Choice[str]:
    """Return a suggestion as Discord lists it, with what it puts into the query."""
    match suggestion.kind:
        case SuggestionKind.TITLE:
            value = short_key(suggestion.paper_id or suggestion.text)
        case SuggestionKind.AUTHOR:
            value = f'author:"{suggestion.text}"'  # not shown
        case SuggestionKind.TOPIC:
            value = suggestion.text
    return app_commands.Choice(
        name=text.plain(f"{_MARKS[suggestion.kind]} {suggestion.text}", limits.CHOICE_NAME),
        value=value[: limits.CHOICE_VALUE],
    )
