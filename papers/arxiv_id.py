"""arXiv identifiers: read from an id, a link, a DOI or a chat message, and turned into links.

The canonical form is what arXiv itself answers with, but for the version: `2406.07496`,
`hep-th/9901001`. The subject class of an old id (`math.GT/0309136`) is dropped as arXiv drops it,
so that one paper has one key.
Scheme: https://info.arxiv.org/help/arxiv_identifier.html
"""

import re
from urllib.parse import unquote

# Every archive that ever gave out old-style ids; without the list, "w/9901001" would be a paper.
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|"
    "dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|"
    "plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
# Four digits from April 2007, five from January 2015. arXiv's years run to 2090; those beyond 2049
# are left out, since a number like 9812.55555 in a message is a number.
_NEW = (
    r"(?P<new>(?:0704|070[5-9]|071[0-2]|(?:0[89]|1[0-4])(?:0[1-9]|1[0-2]))\.(?!0000)[0-9]{4}"
    r"|(?:1[5-9]|[2-4][0-9])(?:0[1-9]|1[0-2])\.(?!00000)[0-9]{5})"
)
_OLD = (
    rf"(?P<archive>{_ARCHIVES})(?:\.[a-z]{{2}}|\.[a-z]{{2,5}}-[a-z]{{2,4}})?/"
    r"(?P<number>(?:910[7-9]|911[0-2]|(?:9[2-9]|0[0-6])(?:0[1-9]|1[0-2])|070[1-3])(?!000)[0-9]{3})"
)
_ID = rf"(?:{_NEW}|{_OLD})(?:v[1-9][0-9]{{0,3}})?"
_PREFIX = r"(?:(?:doi:\s?)?10\.48550/arxiv\.|arxiv(?:\.org)?\s?:\s?|arxiv\s)"
_SUFFIX = r"(?:\.pdf)?"

_WHOLE = re.compile(
    rf"{_PREFIX}?{_ID}{_SUFFIX}(?:\s*\[[a-z-]+(?:\.[a-z-]+)?\])?[.,;]?", re.IGNORECASE
)
_LINK_PATHS = {
    "arxiv.org": r"/(?:abs|pdf|html|format|src|e-print|ps|tex|tb)/(?:arxiv:)?",
    "huggingface.co": r"/(?:api/)?(?:papers|arxiv)/",
    "hf.co": r"/(?:api/)?(?:papers|arxiv)/",
    "alphaxiv.org": r"/(?:[a-z-]{2,12}/){1,2}",
    "doi.org": r"/10\.48550/arxiv\.",
    "ar5iv.org": r"/(?:abs|html|pdf)/",
    "scirate.com": r"/(?:arxiv/)?",
    "semanticscholar.org": r"/(?:arxiv:|arxiv/|paper/arxiv:)",
}
_LINKS = {
    host: re.compile(rf"{path}{_ID}(?:\.(?:pdf|md))?/?(?=[?#/.,;:!…]|$)", re.IGNORECASE)
    for host, path in _LINK_PATHS.items()
}
_LINK = re.compile(
    r"(?:https?://)?(?P<host>(?:[a-z0-9-]+\.)+[a-z]{2,})(?::[0-9]+)?(?P<path>/[^\s<>()\[\]\"'`|,*]*)",
    re.IGNORECASE,
)
# A number is an id only where nothing around it says that it is something else: part of a longer
# number or word, an amount of money, a measured value, a negative number.
_NOT_AFTER = r"(?<![^\W_])(?<![.$€£¥₹+=~≈±@])(?<![0-9][,:/])(?<![^a-z]-)(?<!^-)"
_NOT_BEFORE = (
    r"(?![^\W_])(?![.,:/-][0-9])(?!\s?[$€£¥₹%°])"
    r"(?!\s(?:usd[tc]?|eur|gbp|jpy|btc|eth|dollars?|euros?)\b)"
)
_IN_TEXT = re.compile(
    rf"(?P<bare>(?:(?<![^\W_]){_PREFIX}|{_NOT_AFTER}){_ID}{_SUFFIX}{_NOT_BEFORE})"
    rf"|(?<![\w.-])(?P<link>{_LINK.pattern})",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?:\+|\b00)[0-9][0-9 ().-]{0,12}$")


def parse(text: str) -> str | None:
    """Return the id that `text` is — an id, an `arXiv:` reference, a link or a DOI — or `None`.

    The whole text must be that one thing, but for spaces and the brackets of a chat link around it;
    a version is dropped. Use `find_all` for ids inside sentences.
    """
    text = text.strip().strip("<>`\"'()").strip()
    match = _WHOLE.fullmatch(text)
    if match is not None:
        return _canonical(match)
    link = _LINK.match(text)
    if link is None or len(text.split()) != 1:
        return None
    return _of_link(link)


def find_all(text: str) -> list[str]:
    """Return the ids that a message mentions, in order and each once.

    Numbers that merely look like ids are left out: amounts of money, telephone numbers, parts of
    longer numbers, and whatever stands in a link to a site that is not about arXiv papers.
    """
    found: dict[str, None] = {}
    for match in _IN_TEXT.finditer(text):
        if match["link"] is not None:
            paper_id = _of_link(match)
        elif match["new"] and _PHONE.search(text, max(0, match.start() - 16), match.start()):
            continue
        else:
            paper_id = _canonical(match)
        if paper_id is not None:
            found[paper_id] = None
    return list(found)


def abs_url(paper_id: str) -> str:
    """Return the address of the paper's abstract page on arXiv."""
    return f"https://arxiv.org/abs/{paper_id}"


def pdf_url(paper_id: str) -> str:
    """Return the address of the paper's PDF on arXiv."""
    return f"https://arxiv.org/pdf/{paper_id}"


def hf_url(paper_id: str) -> str:
    """Return the address of the paper's page on Hugging Face Papers."""
    return f"https://huggingface.co/papers/{paper_id}"


def alphaxiv_url(paper_id: str) -> str:
    """Return the address of the paper's discussion page on alphaXiv."""
    return f"https://www.alphaxiv.org/abs/{paper_id}"


def _canonical(match: re.Match[str]) -> str:
    new = match["new"]
    return new if new else f"{match['archive'].lower()}/{match['number']}"


def _of_link(match: re.Match[str]) -> str | None:
    host = match["host"].lower()
    for known, pattern in _LINKS.items():
        if host == known or host.endswith(f".{known}"):
            found = pattern.match(unquote(match["path"]))
            return _canonical(found) if found else None
    return None
