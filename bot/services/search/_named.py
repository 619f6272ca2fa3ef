"""The papers that a text names: by id, by link, or by DOI."""

from papers import doi, paper_key, paper_links
from storage import papers
from storage.database import Database


async def named(database: Database, text: str) -> list[str]:
    """Return the keys of the papers that a text names, in order, arXiv's first.

    Of papers of other sources only the known ones.
    """
    found = paper_links.find_all(text)
    dois = doi.find_all(text)
    if not dois and all(map(paper_key.is_arxiv, found)):
        return found
    async with database.read() as conn:
        by_doi = await papers.by_doi(conn, dois)
        works = await papers.keys_of(conn, found)
        known = await papers.get_many(conn, works.values())
    found = [works[key] for key in found if paper_key.is_arxiv(key) or works[key] in known]
    return list(dict.fromkeys((*found, *(by_doi[each] for each in dois if each in by_doi))))
