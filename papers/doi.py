"""DOIs of publications, as people paste them.

Their letters' case means nothing: https://www.doi.org/doi-handbook/HTML/case-sensitivity.html
"""

import re

from papers import _arxiv_links as links
from papers.arxiv_grammar import legible

_DOI = re.compile(links.DOI)
_OF_ARXIV = "10.48550/"
_AFTER = ".:!?>)*_~"


def find_all(text: str) -> list[str]:
    """Return the DOIs that a text names, in lower case, in order and each once; none of arXiv's."""
    found = (match[0].lower() for match in _DOI.finditer(links.decoded(legible(text))))
    return list(dict.fromkeys(map(_bare, (doi for doi in found if _OF_ARXIV not in doi))))


def _bare(doi: str) -> str:
    """Return a DOI without the punctuation that follows it, and without a link's query."""
    doi = re.split(r"[?#<]", doi, maxsplit=1)[0]
    while doi[-1] in _AFTER and not (doi[-1] == ")" and doi.count("(") >= doi.count(")")):
        doi = doi[:-1]
    return doi
