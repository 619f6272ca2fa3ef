"""The key of a paper: a bare arXiv id, or a scheme and the id that it gives the paper.

`2406.07496`, `hep-th/9901001`, `doi:10.1038/s41586-026-10461-3`, `acl:2025.acl-long.12`. A key that
was ever posted never changes: buttons, saves and exports carry it.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self
from urllib.parse import quote, urlsplit

from papers import arxiv_id, doi
from papers.arxiv_grammar import canonical

SHORT_FORM: Final = r"~[a-z2-7]{11}"
"""What a custom id holds in the place of a key that is no arXiv id."""

FULL_FORM: Final = r"(?:doi|openreview|acl|pmlr|cvf|neurips|hal|pmid|page):[^\s]+"
"""The form of a stored key that is no arXiv id."""

_SHORT_LETTERS: Final = 11
"""55 bits: among a million papers, two share a short key with a probability of 1.4e-5."""
_LONGEST: Final = 300


class Scheme(StrEnum):
    """Who gave a paper its id."""

    ARXIV = "arxiv"
    DOI = "doi"
    OPENREVIEW = "openreview"
    ACL = "acl"
    PMLR = "pmlr"
    CVF = "cvf"
    NEURIPS = "neurips"
    HAL = "hal"
    PMID = "pmid"
    PAGE = "page"
    """A page that gives its paper no other id: its address without the protocol."""


@dataclass(frozen=True, slots=True)
class PaperKey:
    """A paper's key in its two parts; `str` gives the key as it is stored."""

    scheme: Scheme
    value: str

    @classmethod
    def read(cls, key: str) -> Self:
        """Return the key that is written so.

        Raises:
            ValueError: it is no key, or not written as it is stored.
        """
        prefix, colon, value = key.partition(":")
        if not colon:
            if canonical(key) != key:
                raise ValueError(f"{key!r} is not an arXiv id")
            return cls(Scheme.ARXIV, key)
        if prefix not in _FORMS or len(key) > _LONGEST:
            raise ValueError(f"{key!r} has no known scheme")
        found = cls(Scheme(prefix), value)
        if of(found.scheme, value) != found:
            raise ValueError(f"{key!r} is not in its stored form")
        return found

    def __str__(self) -> str:
        return self.value if self.scheme is Scheme.ARXIV else f"{self.scheme}:{self.value}"

    @property
    def url(self) -> str:
        """The address of the paper's page."""
        return _ADDRESSES[self.scheme](self.value)

    @property
    def label(self) -> str:
        """The key as its field writes it, such as `arXiv:2406.07496` or `ACL P19-1423`."""
        shown = self.value.upper() if _OLD_ACL.fullmatch(self.value) else self.value
        return _LABELS[self.scheme].format(shown)


def of(scheme: Scheme, text: str) -> PaperKey | None:
    """Return the key of what a source calls its id, `None` if it has not the form of one.

    Versions are dropped: they are of the same paper.
    """
    text = text.strip()
    if scheme is Scheme.ARXIV:
        arxiv = arxiv_id.parse(text)
        return PaperKey(scheme, arxiv) if arxiv else None
    if scheme is Scheme.DOI:
        return of_doi(text)
    if scheme in (Scheme.ACL, Scheme.PMLR, Scheme.HAL):
        text = text.lower()
    if scheme is Scheme.HAL:
        text = re.sub(r"v[0-9]{1,3}$", "", text)
    return PaperKey(scheme, text) if re.fullmatch(_FORMS[scheme], text) else None


def of_doi(text: str) -> PaperKey | None:
    """Return the key behind a DOI: arXiv's and the ACL's are those of their own ids."""
    found = doi.parse(text)
    if found is None:
        return None
    if found.startswith(_ARXIV_DOI):
        return of(Scheme.ARXIV, found.removeprefix(_ARXIV_DOI))
    if (acl := _ACL_DOI.fullmatch(found)) is not None:
        return of(Scheme.ACL, acl["id"])
    return PaperKey(Scheme.DOI, doi.work(found))


def of_page(address: str) -> PaperKey | None:
    """Return the key of a feed's entry that has no other id: its page's address, without what its
    query says of the way there.

    Several feeds that lead to one page have one paper.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    host = parts.netloc.lower().removeprefix("www.")
    query = "&".join(
        part for part in parts.query.split("&") if part and not _OF_THE_WAY.match(part)
    )
    if query:
        return of(Scheme.PAGE, f"{host}{parts.path or '/'}?{query}")
    return of(Scheme.PAGE, host + parts.path.rstrip("/"))


def is_arxiv(key: str) -> bool:
    """Return whether a stored key is an arXiv id."""
    return ":" not in key


def page_url(key: str) -> str:
    """Return the address of the page of the paper with that stored key."""
    return arxiv_id.abs_url(key) if is_arxiv(key) else PaperKey.read(key).url


def label(key: str) -> str:
    """Return a stored key as its field writes it."""
    return f"arXiv:{key}" if is_arxiv(key) else PaperKey.read(key).label


def site(key: str) -> str:
    """Return the name of the place that a paper's link leads to, for a button."""
    return _SITES[PaperKey.read(key).scheme]


def elsewhere(key: str, others: Iterable[str]) -> tuple[str, ...]:
    """Return those of a work's other keys that lead to another place, one of each, arXiv's first.

    DOIs are left out, which lead to one of the others, and keys that cannot be read: a thread
    comes without a link rather than not at all.
    """
    places: dict[Scheme, str] = {}
    for other in sorted(others):
        scheme = _scheme(other)
        if scheme is not None and scheme in _PLACES and scheme is not _scheme(key):
            places.setdefault(scheme, other)
    return tuple(sorted(places.values(), key=lambda other: not is_arxiv(other)))


def _scheme(key: str) -> Scheme | None:
    try:
        return PaperKey.read(key).scheme
    except ValueError:
        return None


def doi_url(key: str) -> str | None:
    """Return the address of a paper's DOI, `None` where the key has none."""
    if is_arxiv(key):
        return arxiv_id.doi_url(key)
    read = PaperKey.read(key)
    return read.url if read.scheme is Scheme.DOI else None


def registered_doi(key: str) -> str | None:
    """Return the DOI that a stored key is looked up by at a registration agency, `None` without
    one: the ACL registers the papers of its Anthology."""
    scheme, _, value = key.partition(":")
    if scheme == Scheme.ACL:
        return f"10.18653/v1/{value.upper() if _OLD_ACL.fullmatch(value) else value}"
    return value if scheme == Scheme.DOI else None


def is_foreign(text: str) -> bool:
    """Return whether a text is a stored key that is no arXiv id, and too long for a custom id."""
    return _FOREIGN.match(text) is not None


def short(key: str) -> str:
    """Return what custom ids hold: an arXiv id as it is, any other key in twelve characters.

    The same key has the same short form everywhere, also in a database that was restored.
    """
    if is_arxiv(key):
        return key
    digest = hashlib.sha256(key.encode()).digest()
    return "~" + base64.b32encode(digest).decode().lower()[:_SHORT_LETTERS]


_OF_THE_WAY: Final = re.compile(
    r"(?:utm_\w+|af|rss|ref|feed|fbclid|gclid|mc_[ce]id|wt\.\w+)(?:=|$)", re.IGNORECASE
)
"""What a link's query holds that says how one came, and not which page it is."""
_PLACES: Final = frozenset(Scheme) - {Scheme.DOI, Scheme.PMID}
_ARXIV_DOI: Final = "10.48550/arxiv."
_ACL_DOI: Final = re.compile(r"10\.18653/v1/(?P<id>.+)")
_OLD_CVF: Final = re.compile(r"^/([A-Za-z]+)(201[0-9]|2020)(?=/)")
"""A conference's folder was `content_CVPR_2020` before it was `content/CVPR2021`."""
_OLD_ACL: Final = re.compile(r"[a-z][0-9]{2}-[0-9]{4}")

_FORMS: Final[Mapping[Scheme, str]] = {
    Scheme.DOI: doi.FORM,
    Scheme.OPENREVIEW: r"[A-Za-z0-9_-]{8,24}",
    # https://aclanthology.org/info/ids/
    Scheme.ACL: (
        rf"{_OLD_ACL.pattern}|[0-9]{{4}}\.[a-z0-9_]{{1,32}}(?:-[a-z0-9]{{1,16}})?\.[0-9]{{1,5}}"
    ),
    Scheme.PMLR: r"v[0-9]{1,4}/[a-z0-9_-]{2,60}",
    Scheme.CVF: r"[A-Za-z0-9]{3,20}/[A-Za-z0-9_.-]{5,240}",
    Scheme.NEURIPS: r"[0-9]{4}/[0-9a-f]{32}",
    Scheme.HAL: r"[a-z]{2,16}-[0-9]{5,9}",
    Scheme.PMID: r"[1-9][0-9]{0,8}",
    Scheme.PAGE: r"(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?::[0-9]{1,5})?/[^\s<>\"'`|]{1,280}",
}
_ADDRESSES: Final[Mapping[Scheme, Callable[[str], str]]] = {
    Scheme.ARXIV: arxiv_id.abs_url,
    Scheme.DOI: lambda value: f"https://doi.org/{quote(value, safe='/:;.-_~')}",
    Scheme.OPENREVIEW: "https://openreview.net/forum?id={}".format,
    Scheme.ACL: lambda value: (
        f"https://aclanthology.org/{value.upper() if _OLD_ACL.fullmatch(value) else value}/"
    ),
    Scheme.PMLR: "https://proceedings.mlr.press/{}.html".format,
    Scheme.CVF: lambda value: "https://openaccess.thecvf.com/content{}/html/{}.html".format(
        *_OLD_CVF.sub(r"_\1_\2", f"/{value}").rsplit("/", 1)
    ),
    # The form of 2022 and later; the site leads to its other tracks from there.
    Scheme.NEURIPS: lambda value: (
        "https://papers.nips.cc/paper_files/paper/{}/hash/{}-Abstract-Conference.html".format(
            *value.split("/", 1)
        )
    ),
    Scheme.HAL: "https://hal.science/{}".format,
    Scheme.PMID: "https://pubmed.ncbi.nlm.nih.gov/{}/".format,
    Scheme.PAGE: "https://{}".format,
}
_SITES: Final[Mapping[Scheme, str]] = {
    Scheme.ARXIV: "arXiv",
    Scheme.DOI: "DOI",
    Scheme.OPENREVIEW: "OpenReview",
    Scheme.ACL: "ACL",
    Scheme.PMLR: "PMLR",
    Scheme.CVF: "CVF",
    Scheme.NEURIPS: "NeurIPS",
    Scheme.HAL: "HAL",
    Scheme.PMID: "PubMed",
    Scheme.PAGE: "Web",
}
_FOREIGN: Final = re.compile(FULL_FORM)
_LABELS: Final[Mapping[Scheme, str]] = {
    Scheme.ARXIV: "arXiv:{}",
    Scheme.DOI: "doi:{}",
    Scheme.OPENREVIEW: "OpenReview {}",
    Scheme.ACL: "ACL {}",
    Scheme.PMLR: "PMLR {}",
    Scheme.CVF: "CVF {}",
    Scheme.NEURIPS: "NeurIPS {}",
    Scheme.HAL: "HAL {}",
    Scheme.PMID: "PMID {}",
    Scheme.PAGE: "{}",
}
