"""CSL-JSON, what pandoc and citation processors read: https://citeproc-js.readthedocs.io/."""

import json
from collections.abc import Sequence

from papers import arxiv_id
from papers.formats import texts
from papers.formats._json_reader import OURS, read
from papers.formats.items import PRODUCER, ExportItem

__all__ = ["read", "write"]


def write(items: Sequence[ExportItem]) -> bytes:
    """Return a JSON array of items; lists, notes and times are carried exactly."""
    return json.dumps([_item(item) for item in items], ensure_ascii=False, indent=2).encode()


def _item(item: ExportItem) -> dict[str, object]:
    paper = item.paper
    published = texts.published(paper)
    parts = (
        [published.year, published.month, published.day]
        if published
        else list(arxiv_id.year_and_month(paper.id))
    )
    lists = [texts.one_line(name) for name in item.lists]
    note = texts.cleaned(item.note or "")
    fields: dict[str, object] = {
        "id": texts.key(paper),
        "type": "article",
        "title": texts.title(paper),
        "author": [_author(name) for name in texts.authors(paper)],
        "issued": {"date-parts": [parts]},
        "publisher": "arXiv",
        "number": f"arXiv:{paper.id}",
        "DOI": texts.one_line(paper.doi or ""),
        "URL": texts.link(paper),
        "abstract": texts.abstract(paper),
        "keyword": ", ".join(lists),
        "note": note,
        "source": PRODUCER,
        "custom": {
            OURS: {
                "lists": lists,
                "saved_at": item.saved_at.isoformat() if item.saved_at else None,
            }
        },
    }
    return {name: value for name, value in fields.items() if value}


def _author(name: str) -> dict[str, str]:
    parts = texts.name_in_parts(name)
    if parts.literal:
        return {"literal": name}
    author = {"family": parts.family, "given": parts.given}
    return author | {"non-dropping-particle": parts.particle} if parts.particle else author
