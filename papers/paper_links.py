"""Papers of every source named in a text: by id, by link, by DOI."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from papers import _arxiv_links as links
from papers import _publisher_links as publishers
from papers import arxiv_id, doi
from papers.arxiv_grammar import legible
from papers.paper_key import PaperKey, Scheme, of, of_doi

_END: Final = r"(?![A-Za-z0-9_-])"
_SITES: Final[Mapping[Scheme, str]] = {
    Scheme.OPENREVIEW: (
        r"openreview\.net/(?:forum|pdf|attachment|revisions|references)/?"
        rf"\?(?:[^\s#]*?&)?id=(?P<openreview>[A-Za-z0-9_-]{{8,24}}){_END}"
    ),
    Scheme.ACL: (
        r"(?:aclanthology\.org|aclweb\.org/anthology|aclanthology\.info/papers)/"
        r"(?P<acl>[A-Za-z][0-9]{2}-[0-9]{4}|[0-9]{4}\.[a-z0-9_]+(?:-[a-z0-9]+)?\.[0-9]{1,5})(?!\w)"
    ),
    Scheme.PMLR: r"proceedings\.mlr\.press/(?P<pmlr>v[0-9]{1,4}/[a-z0-9_-]{2,60})",
    Scheme.CVF: (
        r"openaccess\.thecvf\.com/content(?:/|_)"
        r"(?P<cvf>[A-Za-z]{3,16}_?(?:19|20)[0-9]{2}/(?:html|papers)/"
        r"[A-Za-z0-9_.-]{5,240}?_paper)\.(?:html|pdf)"
    ),
    Scheme.NEURIPS: (
        r"(?:papers\.nips\.cc|papers\.neurips\.cc|proceedings\.neurips\.cc)/paper(?:_files/paper)?/"
        r"(?P<neurips>[0-9]{4}/(?:hash|file)/[0-9a-f]{32})"
    ),
    Scheme.HAL: (
        r"(?:hal\.science|hal\.inria\.fr|[a-z0-9-]+\.(?:archives-ouvertes\.fr|hal\.science))/"
        r"(?P<hal>[a-z]{2,16}-[0-9]{5,9})(?:v[0-9]{1,3})?"
    ),
    Scheme.PMID: (
        r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed|europepmc\.org/(?:article|"
        rf"abstract)/med)/(?P<pmid>[1-9][0-9]{{0,8}}){_END}"
    ),
}
_SITE = re.compile("|".join(_SITES.values()), re.IGNORECASE)
_FOLDER: Final = re.compile(r"_?(?P<year>[0-9]{4})/(?:html|papers|hash|file)/")


def find_all(text: str) -> list[str]:
    """Return the keys of the papers that a text names, each once and in the order of the text.

    Of arXiv papers bare ids count, of others links and DOIs.
    """
    arxiv = arxiv_id.find_all(text)
    plain = links.decoded(legible(text)) if "/" in text else ""
    others = [(place, str(key)) for place, key in _others(plain)]
    if not others:
        return arxiv
    # What only an address that is still encoded names comes first.
    places = arxiv_id.places(plain) if arxiv else {}
    found = [*((places.get(each, 0), each) for each in arxiv), *others]
    return list(dict.fromkeys(key for _, key in sorted(found, key=lambda each: each[0])))


def pages(text: str) -> list[str]:
    """Return what pages of papers are called that a text links to and that give no id which is
    understood here, such as PubMed Central's."""
    return publishers.pages(links.decoded(legible(text))) if "/" in text else []


def parse(text: str) -> str | None:
    """Return the key that `text` is as a whole: an id, a link, a DOI, or a key as it is stored."""
    if (arxiv := arxiv_id.parse(text)) is not None:
        return arxiv
    text = text.strip().strip("<>")
    if len(text.split()) != 1:
        return None
    try:
        return str(PaperKey.read(text))
    except ValueError:
        found = find_all(text)
        return found[0] if len(found) == 1 else None


def _others(plain: str) -> Iterator[tuple[int, PaperKey]]:
    for match in _SITE.finditer(plain):
        scheme = Scheme(match.lastgroup or "")
        key = of(scheme, _FOLDER.sub(r"\g<year>/", match[scheme.value], count=1))
        if key is not None:
            yield match.start(), key
    for place, address in publishers.dois(plain):
        if (key := of_doi(address)) is not None:
            yield place, key
    for found, place in doi.places(plain).items():
        if (key := of_doi(publishers.without_page(found))) is not None:
            yield place, key
