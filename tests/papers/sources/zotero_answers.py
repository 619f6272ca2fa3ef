"""Zotero's API as tests have it answer, rebuilt from its documentation and not recorded.

The documentation: https://www.zotero.org/support/dev/web_api/v3/basics (headers, paging, limits)
and https://www.zotero.org/support/dev/web_api/v3/types_and_fields (what an item holds).
"""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from tests.papers.sources.serving import Answering, Reply, json_reply

USER = "/users/475425/items/top"
GROUP = "/groups/12345/items/top"


def zotero_item(number: int, **fields: Any) -> dict[str, Any]:
    """An item as `format=json` has it: a journal's article that says nothing of arXiv."""
    key = f"ABCD{number:04}"
    data: dict[str, Any] = {
        "key": key,
        "version": number,
        "itemType": "journalArticle",
        "title": f"Article {number}",
        "creators": [{"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}],
        "abstractNote": "It computes.",
        "publicationTitle": "Journal of Engines",
        "date": "2025-06-01",
        "DOI": "",
        "url": "",
        "archive": "",
        "archiveLocation": "",
        "libraryCatalog": "",
        "extra": "",
        "dateAdded": "2025-06-02T10:00:00Z",
        "dateModified": "2025-06-02T10:00:00Z",
        "tags": [],
        "collections": [],
        "relations": {},
        **fields,
    }
    library: dict[str, Any] = {"type": "user", "id": 475425, "name": "ada", "links": {}}
    meta = {"creatorSummary": "Lovelace", "parsedDate": "2025-06-01", "numChildren": 1}
    return {"key": key, "version": number, "library": library, "meta": meta, "data": data}


def preprint(paper_id: str, **fields: Any) -> dict[str, Any]:
    """An item as Zotero's translator for arXiv makes it."""
    return zotero_item(
        int(paper_id[-4:]),
        itemType="preprint",
        title=f"Paper {paper_id}",
        repository="arXiv",
        archiveID=f"arXiv:{paper_id}",
        url=f"http://arxiv.org/abs/{paper_id}",
        DOI=f"10.48550/arXiv.{paper_id}",
        extra=f"arXiv:{paper_id} [cs]",
        **fields,
    )


def zotero_pages(items: Sequence[Any], **headers: str) -> Answering:
    """Answer with the items from `start` on, `limit` of them, and the headers of a listing."""

    def answer(request: web.Request) -> Reply:
        start, limit = int(request.query["start"]), int(request.query["limit"])
        said = {"Total-Results": str(len(items)), "Zotero-API-Version": "3", **headers}
        if start + limit < len(items):
            following = request.url.update_query(start=start + limit)
            said["Link"] = f'<{following}>; rel="next", <{request.url}>; rel="alternate"'
        return json_reply(items[start : start + limit], headers=said)

    return answer


def zotero_refusal(status: int) -> Reply:
    """The text with which Zotero refuses a library, as text/plain."""
    text = {403: b"Forbidden", 404: b"Not found", 429: b"Request rate limit exceeded"}
    return Reply(text.get(status, b"An error occurred"), status, {"Content-Type": "text/plain"})
