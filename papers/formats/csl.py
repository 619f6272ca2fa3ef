"""CSL-JSON, what pandoc and citation processors read: https://citeproc-js.readthedocs.io/."""

import json
from collections.abc import Sequence
from typing import Final

from papers import paper_key
from papers.formats import texts
from papers.formats._json_reader import OURS, read
from papers.formats.items import PRODUCER, ExportItem

__all__ = ["read", "write"]

_TYPES: Final = {
    texts.Kind.PREPRINT: "article",
    texts.Kind.ARTICLE: "article-journal",
    texts.Kind.CONFERENCE: "paper-conference",
}
"""https://docs.citationstyles.org/en/stable/specification.html#appendix-iii-types"""


def write(items: Sequence[ExportItem]) -> bytes:
    """Return a JSON array of items; lists, notes and times are carried exactly."""
    return json.dumps([_item(item) for item in items], ensure_ascii=False, indent=2).encode()


def _item(item: ExportItem) -> dict[str, object]:
    paper = item.paper
    parts = list(texts.issued(paper))
    preprint = texts.kind(paper) is texts.Kind.PREPRINT
    lists = [texts.one_line(name) for name in item.lists]
    note = texts.cleaned(item.note or "")
    fields: dict[str, object] = {
        "id": texts.key(paper),
        "type": _TYPES[texts.kind(paper)],
        "title": texts.title(paper),
        "author": [_author(name) for name in texts.authors(paper)],
        "issued": {"date-parts": [parts]} if parts else None,
        "publisher": texts.publisher(paper) if preprint else "",
        "container-title": "" if preprint else texts.publisher(paper),
        "number": paper_key.label(paper.id),
        "DOI": texts.doi(paper),
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
