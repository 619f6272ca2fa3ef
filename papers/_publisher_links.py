"""Pages of publishers and catalogues: those whose address gives a DOI, and those that give none."""

import re
from collections.abc import Callable, Iterator
from typing import Final

_PREPRINTS_OF_OSF: Final = {
    "osf": "10.31219",
    "metaarxiv": "10.31222",
    "eartharxiv": "10.31223",
    "psyarxiv": "10.31234",
    "socarxiv": "10.31235",
    "africarxiv": "10.31730",
    "edarxiv": "10.35542",
}
"""The prefixes of those services of the Open Science Framework that the bot knows versions of
(`papers.doi`); a DOI of each is the prefix, `osf.io` and the id in the address."""


def _of_osf(address: str) -> str:
    service, _, number = address.partition("/")
    return f"{_PREPRINTS_OF_OSF[service]}/osf.io/{number}"


_PUBLISHERS: Final[dict[str, tuple[str, Callable[[str], str]]]] = {
    # A research article; `d41586-` is news.
    "nature": (
        r"nature\.com/articles/(?P<nature>s[0-9]{5}-[0-9]{3}-[0-9]{5}-[0-9a-z])",
        "10.1038/{}".format,
    ),
    "ssrn": (
        r"ssrn\.com/(?:sol3/papers\.cfm\?(?:[^\s#]*?&)?abstract_id|abstract)=(?P<ssrn>[0-9]{4,9})",
        "10.2139/ssrn.{}".format,
    ),
    "server": (
        r"(?:connect\.)?(?:bio|med)rxiv\.org/(?:content|cgi/content)/(?:early/[0-9/]+/|short/)?"
        r"(?P<server>[0-9]{6})(?:v[0-9]+)?",
        "10.1101/{}".format,
    ),
    "osf": (
        rf"osf\.io/preprints/(?P<osf>(?:{'|'.join(_PREPRINTS_OF_OSF)})/[a-z0-9]{{5}}(?:_v[0-9]+)?)"
        r"(?![a-z0-9])",
        _of_osf,
    ),
    "elife": (
        r"elifesciences\.org/(?:articles|reviewed-preprints)/(?P<elife>[0-9]{5,6})(?![0-9])",
        "10.7554/elife.{}".format,
    ),
    "peerj": (
        r"peerj\.com/articles/(?P<peerj>(?:[a-z]{2,12}-)?[0-9]{1,6})(?![0-9a-z])",
        lambda number: f"10.7717/peerj{'-' if '-' in number else '.'}{number.replace('-', '.')}",
    ),
    "lancet": (
        r"thelancet\.com/(?:journals/[a-z]+/)?article/pii(?P<lancet>s[0-9]{4}-[0-9]{3}[0-9x]"
        r"\([0-9]{2}\)[0-9]{5}-[0-9x])",
        "10.1016/{}".format,
    ),
    "zenodo": (r"zenodo\.org/records?/(?P<zenodo>[0-9]{4,9})(?![0-9])", "10.5281/zenodo.{}".format),
    "square": (
        r"researchsquare\.com/article/(?P<square>rs-[0-9]{3,9})(?![0-9])",
        "10.21203/rs.3.{}".format,
    ),
    "preprints": (
        r"preprints\.org/manuscript/(?P<preprints>[0-9]{6}\.[0-9]{4})(?![0-9])",
        "10.20944/preprints{}".format,
    ),
    "rsc": (
        r"pubs\.rsc\.org/en/content/article(?:landing|html|pdf)/[0-9]{4}/[a-z0-9]{2}/"
        r"(?P<rsc>[a-z][0-9][a-z]{2}[0-9]{5}[a-z0-9])(?![a-z0-9])",
        "10.1039/{}".format,
    ),
}
_PUBLISHER: Final = re.compile(
    "|".join(pattern for pattern, _ in _PUBLISHERS.values()), re.IGNORECASE
)

_PAGES: Final[dict[str, tuple[str, str]]] = {
    "pmc": (
        r"(?:pmc\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pmc|europepmc\.org)/articles?/"
        r"(?:pmc/)?(?P<pmc>PMC[0-9]{3,9})(?![0-9])",
        "{}",
    ),
    "ppr": (r"europepmc\.org/(?:article|abstract)/ppr/(?P<ppr>PPR[0-9]{3,9})", "Europe PMC {}"),
    "s2": (
        r"semanticscholar\.org/(?:paper|reader|p)/(?:[^\s/?#]{1,200}/)?(?P<s2>[0-9a-f]{40})",
        "Semantic Scholar {:.8}",
    ),
    "corpus": (
        r"semanticscholar\.org/[^\s]{0,40}corpusid(?::|%3a)(?P<corpus>[0-9]{1,12})",
        "Semantic Scholar {}",
    ),
    "ieee": (r"ieeexplore\.ieee\.org/(?:abstract/)?document/(?P<ieee>[0-9]{4,9})", "IEEE {}"),
    "elsevier": (
        r"sciencedirect\.com/science/article/(?:abs/)?pii/(?P<elsevier>S[0-9X]{8,20})",
        "ScienceDirect {}",
    ),
    "cell": (
        r"cell\.com/(?:[a-z-]{2,40}/)+(?P<cell>S[0-9]{4}-[0-9X]{4}\([0-9]{2}\)[0-9]{5}-[0-9X])",
        "Cell {}",
    ),
    "chemrxiv": (
        r"chemrxiv\.org/engage/chemrxiv/(?:public-dashboard/)?article-details/"
        r"(?P<chemrxiv>[0-9a-f]{24})",
        "ChemRxiv {:.8}",
    ),
    "guid": (
        r"osf\.io/(?:preprints/(?:[a-z]{3,20}/)?)?(?P<guid>[a-z0-9]{5}(?:_v[0-9]+)?)(?![\w-])",
        "OSF {}",
    ),
    "mdpi": (r"mdpi\.com/(?P<mdpi>[0-9]{4}-[0-9]{3}[0-9X]/[0-9]+/[0-9]+/[0-9]+)", "MDPI {}"),
    "jmlr": (r"jmlr\.org/papers/(?P<jmlr>v[0-9]{1,3}/[a-z0-9-]{2,30})", "JMLR {}"),
    "aaai": (r"ojs\.aaai\.org/index\.php/(?P<aaai>[a-z]{2,10}/article/view/[0-9]{3,6})", "{}"),
    "dblp": (
        r"dblp\.(?:org|uni-trier\.de)/rec/(?:[a-z]+/)?(?P<dblp>[a-z]+/[a-z]+/[\w-]+)",
        "DBLP {}",
    ),
    "oxford": (
        r"academic\.oup\.com/(?P<oxford>[a-z]{2,20}/(?:advance-)?article(?:-abstract)?/"
        r"[0-9]{1,4}/[\w/-]{3,40})",
        "Oxford Academic {}",
    ),
}
_PAGE: Final = re.compile("|".join(pattern for pattern, _ in _PAGES.values()), re.IGNORECASE)

_BEHIND_DOI: Final = re.compile(
    r"(?:\.(?:full|abstract|short|pdf|full\.pdf|full-text|epdf)"
    r"|/(?:full|abstract|pdf|epdf|html|meta|fulltext|full-text|summary|references|xml|epub"
    r"|download|figures?)"
    r"|&[a-z_]{2,20}=\S*)+$"
)
"""What a publisher's address has behind the DOI: `.full.pdf`, `/full`, `&type=printable`."""
_OXFORD: Final = re.compile(r"(10\.1093/[a-z0-9-]{2,30}/[a-z0-9-]{4,20})/[0-9]{5,9}$")
"""A DOI with the publisher's own number of the article behind it."""


def dois(text: str) -> Iterator[tuple[int, str]]:
    """Yield the DOIs that addresses without one stand for, and where each stands."""
    for match in _PUBLISHER.finditer(text):
        group = match.lastgroup or ""
        yield match.start(), _PUBLISHERS[group][1](match[group].lower())


def without_page(doi: str) -> str:
    """Return a DOI from a publisher's address without the name of a page behind it."""
    bare = _BEHIND_DOI.sub("", doi)
    return _OXFORD.sub(r"\1", bare if "/" in bare else doi)


def pages(text: str) -> list[str]:
    """Return what pages of papers are called whose address gives no id that is understood here,
    each once: those of PubMed Central, Semantic Scholar, IEEE, Elsevier."""
    found = (
        _PAGES[match.lastgroup or ""][1].format(match[match.lastgroup or ""])
        for match in _PAGE.finditer(text)
    )
    return list(dict.fromkeys(found))
