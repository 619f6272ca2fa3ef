"""Whether two records of different sources are of one work.

A shared id says so, or a link that a source states. Where neither record has an id of a kind that
the other has, an equal title does, with the first author's family name, close dates and about as
many authors: of the 26,412 papers recorded of arXiv and the Hub no two are alike in all of these
(two have one title and other authors). A title alone never does.
"""

import hashlib
from collections.abc import Collection
from datetime import timedelta
from typing import Final

from papers.model import Paper
from papers.paper_key import Scheme
from papers.same import family_name, title_key

_SHORTEST: Final = 20
"""Letters and digits of a title that says which work it is of."""
_APART: Final = timedelta(days=731)
_AUTHORS_APART: Final = 2
_NO_WORKS: Final = (
    "acknowledg",
    "addendum",
    "author correction",
    "author index",
    "call for",
    "comment on",
    "correction",
    "corrigendum",
    "editorial",
    "erratum",
    "expression of concern",
    "front matter",
    "introduction to the special issue",
    "preface",
    "publisher correction",
    "reply to",
    "response to",
    "retraction",
    "supplementary",
    "supporting information",
    "table of contents",
)
"""How titles begin that many works have."""


def title_number(paper: Paper) -> int | None:
    """Return a number of 63 bits that papers of one title and first author share.

    `None` where the title does not say which work it is of, or no author is known.
    """
    key = title_key(paper.title)
    letters = key.replace(" ", "")
    if len(letters) < _SHORTEST or key.startswith(_NO_WORKS) or not paper.authors:
        return None
    family = title_key(family_name(paper.authors[0].name))
    if not family:
        return None
    digest = hashlib.sha256(f"{letters}|{family}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def one_work(
    first: Paper, ids: Collection[Scheme], second: Paper, other_ids: Collection[Scheme]
) -> bool:
    """Return whether two papers with one `title_number` are of one work.

    Args:
        first: a paper.
        ids: the kinds of ids that it has.
        second: another paper.
        other_ids: the kinds of ids that that one has.
    """
    if title_number(first) is None or title_number(first) != title_number(second):
        return False
    if set(ids) & set(other_ids):
        return False
    if first.published_at is None or second.published_at is None:
        return False
    return (
        abs(first.published_at - second.published_at) <= _APART
        and abs(len(first.authors) - len(second.authors)) <= _AUTHORS_APART
    )
