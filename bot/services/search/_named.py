"""The papers that a text names: by id, by link, or by DOI."""

import re
from typing import Final

from bot.i18n import gettext as _
from bot.i18n import listing
from bot.interactions.errors import UserError
from bot.ui.text import escape
from papers import doi, paper_key, paper_links
from papers.paper_key import Scheme
from storage import papers
from storage.database import Database

_SHOWN: Final = 10
"""Links of one text that are named."""
_LENGTH: Final = 1_000


async def named(database: Database, text: str) -> list[str]:
    """Return the keys of the papers that a text names, in the order of the text.

    A DOI may be of a paper that is not known yet; of other ids only known ones count.
    """
    if re.fullmatch(paper_key.SHORT_FORM, text):
        async with database.read() as conn:
            return list((await papers.by_short(conn, [text])).values())
    found = paper_links.find_all(text)
    if all(map(paper_key.is_arxiv, found)):
        return found
    async with database.read() as conn:
        # Those of pages whose addresses do not say them, too.
        registered = (each.lower() for key in found if (each := paper_key.registered_doi(key)))
        by_doi = await papers.by_doi(conn, dict.fromkeys((*doi.find_all(text), *registered)))
        works = await papers.keys_of(conn, found)
        known = await papers.get_many(conn, works.values())
    of_key = {str(paper_key.of_doi(each)): paper_id for each, paper_id in by_doi.items()}
    return list(
        dict.fromkeys(
            of_key.get(key, works[key])
            for key in found
            if works[key] in known or key in of_key or _can_be_asked_for(key)
        )
    )


def unknown_links(text: str, search: str) -> UserError | None:
    """Return what to say of a text that names no paper: what else to give, if it links to papers.

    Args:
        text: what was typed, or a message.
        search: the command that searches, as people can tap it.
    """
    labels = [paper_key.label(key) for key in paper_links.find_all(text)]
    if not (shown := (labels or paper_links.pages(text))[:_SHOWN]):
        return None
    return UserError(
        _(
            "I don't know {papers}, and can look up only arXiv ids, DOIs and papers of the ACL"
            " Anthology. Use the paper's DOI or arXiv link, or look for its title with {command}.",
            papers=escape(listing(shown), _LENGTH),
            command=search,
        )
    )


def _can_be_asked_for(key: str) -> bool:
    return paper_key.is_arxiv(key) or key.startswith((f"{Scheme.DOI}:", f"{Scheme.ACL}:"))
