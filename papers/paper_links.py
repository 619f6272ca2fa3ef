"""Papers of every source named in a text: by id, by link, by DOI."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from papers import _arxiv_links as links
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
        r"openaccess\.thecvf\.com/content(?:/|_)(?P<cvf>[A-Za-z0-9]{3,20}/(?:html|papers)/"
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
_FOLDER: Final = re.compile(r"/(?:html|papers|hash|file)/")

_PUBLISHERS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    # A research article; `d41586-` is news.
    (r"nature\.com/articles/(?P<nature>s[0-9]{5}-[0-9]{3}-[0-9]{5}-[0-9a-z])", "10.1038/{}".format),
    (
        r"ssrn\.com/(?:sol3/papers\.cfm\?(?:[^\s#]*?&)?abstract_id|abstract)=(?P<ssrn>[0-9]{4,9})",
        "10.2139/ssrn.{}".format,
    ),
    (
        r"(?:connect\.)?(?:bio|med)rxiv\.org/(?:content|cgi/content)/(?:early/[0-9/]+/|short/)?"
        r"(?P<server>[0-9]{6})(?:v[0-9]+)?",
        "10.1101/{}".format,
    ),
)
_PUBLISHER = re.compile("|".join(pattern for pattern, _ in _PUBLISHERS), re.IGNORECASE)
_DOI_OF = {next(iter(re.compile(pattern).groupindex)): address for pattern, address in _PUBLISHERS}


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
        key = of(scheme, _FOLDER.sub("/", match[scheme.value]))
        if key is not None:
            yield match.start(), key
    for match in _PUBLISHER.finditer(plain):
        group = match.lastgroup or ""
        if (key := of_doi(_DOI_OF[group](match[group].lower()))) is not None:
            yield match.start(), key
    for found, place in doi.places(plain).items():
        if (key := of_doi(_without_page(found))) is not None:
            yield place, key


def _without_page(found: str) -> str:
    """Return a DOI from a publisher's address without the name of a page behind it."""
    return re.sub(r"\.(?:full|abstract|short|pdf|full\.pdf|full-text|epdf)$", "", found)
