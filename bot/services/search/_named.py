"""The papers that a text names: by id, by link, or by the DOI of a known paper."""

from papers import arxiv_id, doi
from storage import papers
from storage.database import Database


async def named(database: Database, text: str) -> list[str]:
    """Return the arXiv ids that a text names, in order, ids and links before DOIs."""
    found = arxiv_id.find_all(text)
    if dois := doi.find_all(text):
        async with database.read() as conn:
            known = await papers.by_doi(conn, dois)
        found += [known[each] for each in dois if each in known]
    return list(dict.fromkeys(found))
