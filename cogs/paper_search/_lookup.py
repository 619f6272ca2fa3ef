"""One paper by its id: from the database, or from the sources."""

from bot.i18n import gettext as _
from bot.i18n import sentences
from bot.interactions.errors import UserError
from bot.services.container import Services
from bot.services.search import LookUp
from bot.services.source_queries import failure_sentence
from storage.papers import StoredPaper


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
