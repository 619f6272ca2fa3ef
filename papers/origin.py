"""Where a paper is from: its sources by their keys, and the venues that it names."""

import re

from papers.model import Paper
from papers.paper_key import is_arxiv
from papers.sources.declared import ARXIV, DECLARED, HUGGING_FACE

_SPOKEN = {"hf": HUGGING_FACE.key, "hub": HUGGING_FACE.key}
_NOT_LETTERS = re.compile(r"[^\w]+")


def source_key(name: str) -> str:
    """Return the key of a source that is named so: `huggingface` for "Hugging Face" and "HF".

    A source that is not declared has its letters and digits for a key.
    """
    key = _NOT_LETTERS.sub("", name.casefold())
    return _SPOKEN.get(key, key)


def declared_key(name: str) -> str | None:
    """Return the key of the declared source that is named so, `None` without one."""
    key = source_key(name)
    return key if key in DECLARED else None


def sources(paper: Paper) -> frozenset[str]:
    """Return the keys of the sources that have a paper, as far as its record says.

    A paper of arXiv may be on the Hub, and of bioRxiv, too.
    """
    found = {category.partition("/")[0] for category in paper.categories if "/" in category}
    if paper.source:
        found.add(source_key(paper.source))
    if is_arxiv(paper.id):
        found.add(ARXIV.key)
    if paper.submitter or paper.thumbnail:  # which no other source has
        found.add(HUGGING_FACE.key)
    return frozenset(found)


def venues(paper: Paper) -> tuple[str, ...]:
    """Return the journal or conference of a paper, and its journal reference on arXiv."""
    return tuple(filter(None, (paper.venue, paper.journal_ref)))
