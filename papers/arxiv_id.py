"""arXiv identifiers: read from an id, a link, a DOI or a chat message, and turned into links.

The canonical form is what arXiv itself answers with, but for the version: `2406.07496`,
`hep-th/9901001`. The subject class of an old id (`math.GT/0309136`) is dropped as arXiv drops it,
so that one paper has one key.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from papers import _arxiv_links as links
from papers.arxiv_grammar import ID, canonical, legible

_PREFIX = r"(?:(?:doi:\s?)?10\.48550/arxiv\.|arxiv(?:\.org)?\s?[:.#/_-]\s?|arxiv\s)"
_FILE = r"(?:\.(?:pdf|tar\.gz|gz|ps\.gz|ps|tex|html?|zip|md))?"

_WHOLE = re.compile(
    rf"{_PREFIX}*(?P<id>{ID}){_FILE}(?:\s*\[[a-z-]+(?:\.[a-z-]+)?(?:,\s*[a-z.-]+)*\])?[.,;]?",
    re.IGNORECASE,
)
# A number is an id only where nothing around it says that it is something else: part of a longer
# number or word, an amount of money, a measured value, a negative number.
_NOT_AFTER = r"(?<![^\W_])(?<![.$€£¥₹+=~≈±@])(?<![0-9][,:/])(?<![^a-z]-)(?<!^-)"
_NOT_BEFORE = (
    r"(?![^\W_])(?![.,:/-][0-9])(?!\s?[$€£¥₹%°])"
    r"(?!\s(?:usd[tc]?|eur|gbp|jpy|btc|eth|dollars?|euros?)\b)"
)
_TOKEN = re.compile(
    rf"(?P<doi>{links.DOI})|(?P<link>{links.LINK})|(?P<key>{links.KEY})"
    rf"|(?P<marked>{links.MARKED}|{links.VOLUME})"
    rf"|{_NOT_AFTER}(?P<bare>{ID}){_FILE}{_NOT_BEFORE}",
    re.IGNORECASE,
)
_LINK = re.compile(links.LINK, re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|(?<![\w.])00)[0-9][0-9 ().-]{0,12}\Z")
_YEAR_AND_MONTH = re.compile(r"[0-9]{4}")
"""In every id; most texts that are searched for ids have none."""
_BRACKETS = "<>`\"'()*_~|"


def parse(text: str) -> str | None:
    """Return the id that `text` is — an id, an `arXiv:` reference, a link or a DOI — or `None`.

    The whole text must be that one thing, but for spaces and the brackets of a chat link around it;
    a version is dropped. Use `find_all` for ids inside sentences.
    """
    text = legible(text).strip().strip(_BRACKETS).strip()
    match = _WHOLE.fullmatch(text)
    if match is not None:
        return canonical(match["id"])
    if len(text.split()) != 1 or _LINK.match(text) is None:
        return None
    found = find_all(text)
    return found[0] if len(found) == 1 else None


def find_all(text: str) -> list[str]:
    """Return the ids that a text names, in order and each once.

    Full-width punctuation, invisible characters, escapes and percent-encoding are read as they
    look. Numbers that merely look like ids are left out: amounts of money, telephone numbers, parts
    of longer numbers and of other DOIs, and whatever stands in a link to a site that is not about
    arXiv papers, unless it is marked as arXiv's or is itself such a link.
    """
    return list(places(legible(text)))


def places(text: str) -> dict[str, int]:
    """Return what `find_all` finds in a text that is `legible`, and where each first stands."""
    found: dict[str, int] = {}
    for paper_id, place in _found(text, bare=True):
        found.setdefault(paper_id, place)
    return found


def find_marked(text: str) -> list[str]:
    """Return the ids that a text marks as arXiv's: by a prefix, a link, a DOI, a catalogue key."""
    return list(dict.fromkeys(each for each, _ in _found(legible(text), bare=False)))


def without(text: str) -> str:
    """Return a text, as it looks, with a space for each id and link in it."""
    return _TOKEN.sub(" ", legible(text))


def year_and_month(paper_id: str) -> tuple[int, int]:
    """Return when arXiv gave out an id: the four digits that every id holds."""
    digits = paper_id.rpartition("/")[2]
    year, month = int(digits[:2]), int(digits[2:4])
    return (1900 if year > 90 else 2000) + year, month


def abs_url(paper_id: str) -> str:
    """Return the address of the paper's abstract page on arXiv."""
    return f"https://arxiv.org/abs/{paper_id}"


def pdf_url(paper_id: str) -> str:
    """Return the address of the paper's PDF on arXiv."""
    return f"https://arxiv.org/pdf/{paper_id}"


def doi_url(paper_id: str) -> str:
    """Return the address of the DOI that arXiv registers for every paper."""
    return f"https://doi.org/10.48550/arXiv.{paper_id}"


def hf_url(paper_id: str) -> str:
    """Return the address of the paper's page on Hugging Face Papers."""
    return f"https://huggingface.co/papers/{paper_id}"


def alphaxiv_url(paper_id: str) -> str:
    """Return the address of the paper's discussion page on alphaXiv."""
    return f"https://www.alphaxiv.org/abs/{paper_id}"


def _found(text: str, *, bare: bool) -> Iterator[tuple[str, int]]:
    if _YEAR_AND_MONTH.search(text) is None and links.ENCODED not in text:
        return
    for match in _TOKEN.finditer(text):
        start = match.start()
        if match.lastgroup != "bare":
            for paper_id in _NAMING[match.lastgroup or ""](match[0]):
                yield paper_id, start
        elif bare and not _PHONE.search(text, max(0, start - 16), start):
            paper_id = canonical(match["bare"])
            if paper_id is not None:
                yield paper_id, start


_NAMING: Final[Mapping[str, Callable[[str], Iterator[str]]]] = {
    "link": links.in_link,
    "doi": lambda text: links.in_any(links.decoded(text)),
    "key": links.of_key,
    "marked": links.of_marked,
}
