"""DOIs of publications, as people paste them and as sources write them.

Their letters' case means nothing: https://www.doi.org/doi-handbook/HTML/case-sensitivity.html
"""

import re
from typing import Final

from papers import _arxiv_links as links
from papers.arxiv_grammar import legible

FORM: Final = r"10\.[0-9]{4,9}/[^\s\"'`|{}\[\]]{1,280}"
"""A DOI as it is stored, in lower case."""

_SICI = r"10\.[0-9]{4,9}/[^\s<>]{1,80}<[^\s<>]{1,40}>[0-9]\.[0-9]\.[a-z]{2};[0-9]-[a-z0-9]"
"""DOIs made of a SICI (ANSI/NISO Z39.56), as Wiley's of the 1990s: they hold `<`, `>` and `;`."""
_DOI = re.compile(rf"{_SICI}|{links.DOI}", re.IGNORECASE)
_PREFIX = re.compile(r"(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*", re.IGNORECASE)
_OF_ARXIV = "10.48550/"
_AFTER = ".:!?>)*_~"

_VERSIONS: Final = {
    "10.26434": r"-v[0-9]+$",  # ChemRxiv
    "10.21203": r"/v[0-9]+$",  # Research Square
    "10.36227": r"/v[0-9]+$",  # TechRxiv
    "10.22541": r"/v[0-9]+$",  # Authorea
    "10.31124": r"(?:/|\.)v[0-9]+$",  # Advance
    "10.20944": r"\.v[0-9]+$",  # Preprints.org
    "10.12688": r"\.[0-9]+$",  # F1000 and its kin
    **dict.fromkeys(
        # The preprint services of the Open Science Framework
        ("10.31219", "10.31222", "10.31223", "10.31234", "10.31235", "10.31730", "10.35542"),
        r"_v[0-9]+$",
    ),
}
"""How registrants write a version at a DOI's end; others' DOIs end in digits that are none."""

_FIRST: Final = {
    "10.21203": "/v1",
    "10.36227": "/v1",
    "10.22541": "/v1",
    "10.31124": "/v1",
    "10.20944": ".v1",
    "10.12688": ".1",
    **dict.fromkeys(
        ("10.31219", "10.31222", "10.31223", "10.31234", "10.31235", "10.31730", "10.35542"), "_v1"
    ),
}
"""What the first version ends with of those that register each version and, for new papers, no DOI
of the whole."""

PREPRINTS: Final = re.compile(
    r"10\.64898/.+|10\.1101/(?:[0-9]{6,8}|[0-9]{4}\.[0-9]{2}\.[0-9]{2}\.[0-9]{6,8})"
)
"""DOIs of bioRxiv and medRxiv, whose first ones have eight digits; Cold Spring Harbor's journals
share the older prefix."""
_PREPRINT_VERSION = re.compile(r"v[0-9]{1,3}(?:\.(?:full|abstract|pdf|full-text|article).*)?$")


def find_all(text: str) -> list[str]:
    """Return the DOIs that a text names, in lower case, in order and each once; none of arXiv's."""
    return list(places(links.decoded(legible(text))))


def places(text: str) -> dict[str, int]:
    """Return what `find_all` finds in a text that is decoded, and where each first stands."""
    found: dict[str, int] = {}
    for match in _DOI.finditer(text):
        if _OF_ARXIV not in (doi := match[0].lower()):
            found.setdefault(_bare(doi), match.start())
    return found


def parse(text: str) -> str | None:
    """Return the DOI that `text` is, with or without a resolver's address, in lower case."""
    found = _bare(_PREFIX.sub("", links.decoded(legible(text)).strip(), count=1).lower())
    return found if re.fullmatch(FORM, found) else None


def work(doi: str) -> str:
    """Return a DOI in lower case without the version that its registrant writes into it.

    Addresses of bioRxiv and medRxiv have a version that their DOIs lack: it is cut off, too.
    """
    registrant = doi.partition("/")[0]
    if (version := _VERSIONS.get(registrant)) is not None:
        return re.sub(version, "", doi)
    bare = _PREPRINT_VERSION.sub("", doi)
    return bare if bare != doi and PREPRINTS.fullmatch(bare) else doi


def first_version(work: str) -> str | None:
    """Return the DOI that the first version of a work has, where a registrant may know that alone;
    `None` for others'."""
    ending = _FIRST.get(work.partition("/")[0])
    return None if ending is None else work + ending


def _bare(doi: str) -> str:
    """Return a DOI without the punctuation that follows it, and without a link's query."""
    if re.fullmatch(_SICI, doi):
        return doi
    doi = re.split(r"[?#<]", doi, maxsplit=1)[0]
    while doi and doi[-1] in _AFTER and not (doi[-1] == ")" and doi.count("(") >= doi.count(")")):
        doi = doi[:-1]
    return doi
