"""The papers that a text names: by id, by link, or by DOI."""

import re

from papers import doi, paper_key, paper_links
from papers.paper_key import Scheme
from storage import papers
from storage.database import Database


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
        by_doi = await papers.by_doi(conn, doi.find_all(text))
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


def _can_be_asked_for(key: str) -> bool:
    return paper_key.is_arxiv(key) or key.startswith((f"{Scheme.DOI}:", f"{Scheme.ACL}:"))
