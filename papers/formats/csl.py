"""CSL-JSON, what pandoc and citation processors read: https://citeproc-js.readthedocs.io/."""

import json
from collections.abc import Sequence

from papers import arxiv_id
from papers.formats import _texts
from papers.formats._items import PRODUCER, ExportItem
from papers.formats._json_reader import OURS, read

__all__ = ["read", "write"]


def write(items: Sequence[ExportItem]) -> bytes:
    """Return a JSON array of items; lists, notes and times are carried exactly."""
    return json.dumps([_item(item) for item in items], ensure_ascii=False, indent=2).encode()


def _item(item: ExportItem) -> dict[str, object]:
    paper = item.paper
    published = _texts.published(paper)
    parts = (
        [published.year, published.month, published.day]
        if published
        else list(arxiv_id.year_and_month(paper.id))
    )
    lists = [_texts.one_line(name) for name in item.lists]
    note = _texts.cleaned(item.note or "")
    fields: dict[str, object] = {
        "id": _texts.key(paper),
        "type": "article",
        "title": _texts.title(paper),
        "author": [_author(name) for name in _texts.authors(paper)],
        "issued": {"date-parts": [parts]},
        "publisher": "arXiv",
        "number": f"arXiv:{paper.id}",
        "DOI": _texts.one_line(paper.doi or ""),
        "URL": _texts.link(paper),
        "abstract": _texts.abstract(paper),
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
    parts = _texts.name_in_parts(name)
    if parts.literal:
        return {"literal": name}
    author = {"family": parts.family, "given": parts.given}
    return author | {"non-dropping-particle": parts.particle} if parts.particle else author
