"""Links, DOIs and catalogue keys that stand for arXiv papers.

On arXiv and the sites built on it any id of the path counts, elsewhere only what is marked as
arXiv's. A link that carries another (an archive, a redirect, a proxy) stands for the carried one.
"""

import base64
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from papers.arxiv_grammar import ARCHIVES, ID, NEW, NUMBER, canonical

_SITES: Final = (
    "alphaxiv.org|ar5iv.org|arxiv-sanity-lite.com|arxiv-sanity.com|arxiv-txt.org|arxiv-vanity.com|"
    "arxiv.org|arxiv.wiki|arxiv2md.org|arxivxplorer.com|babbage.sissa.it|deepxiv.org|"
    "emergentmind.com|markxiv.org|paperreading.club|papers.cool|scirate.com|talk2arxiv.org|"
    "themoonlight.io|tldr.takara.ai|xxx.lanl.gov|xxx.itp.ac.cn|xxx.adelaide.edu.au|xxx.sissa.it|"
    "xxx.soton.ac.uk|xxx.tau.ac.il|xxx.uni-augsburg.de|xxx.yukawa.kyoto-u.ac.jp"
).replace(".", r"\.")
"""Sites that use such numbers for nothing else, and arXiv's old mirrors."""
_PROXIED: Final = (
    r"(?:arxiv\.org\.[a-z0-9-]{0,30}proxy|(?:[a-z]{2,10}-)?arxiv-org\.)[a-z0-9.-]{1,100}"
)
"""arXiv through a library's proxy: `arxiv-org.ezproxy.example.edu`."""

_REST: Final = r"[^\s<>()\[\]{}\"'`|,*\u3000-\u303f\u201c\u201d]*"
LINK: Final = (
    r"(?:(?:https?:/{1,2})?(?<![a-z0-9.-])(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?::[0-9]{1,5})?"
    rf"(?:/{_REST}|\?{_REST}))(?:,{ID})*"
)
"""Any link: a host and a path or query; a list of ids goes on behind a comma."""

DOI: Final = r"(?<![0-9.])10\.[0-9]{4,9}/[^\s\"'`|,;{}\[\]\u3000-\u303f]+"

_AFTER: Final = r"(?![0-9a-z])(?!\.[0-9])"
MARKED: Final = (
    rf"(?<![a-z0-9])arxiv(?:\.org)?(?:[ _-]?(?:id|number|no\.?))?\s?[:.#=/_+-]?\s?{ID}{_AFTER}"
)
"""An id that is marked as arXiv's: `arXiv:2406.07496`, `10.48550/arXiv.2406.07496`."""

VOLUME: Final = rf"(?<![^\s{{\"'])abs/{ID}{_AFTER}"
"""How bibliographies write an id as a volume of the Computing Research Repository."""

# https://ui.adsabs.harvard.edu/help/actions/bibcode: 2017arXiv170603762V, 1999hep.th....1001S
_BIBCODE_NEW: Final = r"(?<![0-9])(?:19|20)[0-9]{2}arxiv[0-9]{4}\.?[0-9]{4,5}[a-z.](?![a-z0-9])"
_BIBCODE_OLD: Final = (
    r"(?<![0-9])(?:19|20)[0-9]{2}(?:[a-z]{1,5}\.[a-z]{2,4}|math|cs|nlin|physics)"
    r"\.{1,9}[0-9]{4,5}[a-z](?![a-z0-9])"
)
# DBLP:journals/corr/abs-1706-03762, journals/corr/cs-CL-0409058
_DBLP: Final = (
    rf"corr/(?:abs-[0-9]{{4}}-[0-9]{{4,5}}|{ARCHIVES}(?:-[a-z]{{2}})?-{NUMBER})(?![0-9a-z])"
)
KEY: Final = rf"(?:{_BIBCODE_NEW}|{_BIBCODE_OLD}|{_DBLP})"
"""The keys by which ADS and DBLP name arXiv's papers."""

_IN_ANY = re.compile(rf"(?P<key>{KEY})|(?P<marked>{MARKED})", re.IGNORECASE)
_HOST = r"(?:(?<![a-z0-9.-])|(?<=%2f))(?:[a-z0-9-]{1,63}\.)*"
_KNOWN = re.compile(
    rf"{_HOST}(?:(?P<site>{_SITES}|{_PROXIED})|(?:huggingface\.co|hf\.co|hf-mirror\.com))"
    r"(?::[0-9]{1,5})?(?P<path>[/?][^#]*)",
    re.IGNORECASE,
)
_CACHED: Final = rf"(?:{ARCHIVES}/(?:pdf|ps|dvi|papers)/[0-9]{{4}}/{NUMBER})"
_ON_SITE = re.compile(rf"(?<=[/=:,+-]){ID}{_AFTER}|{_CACHED}|{KEY}", re.IGNORECASE)
_CACHE_FOLDERS = re.compile(r"/.*/")
_ON_HUB = re.compile(rf"(?<=/papers/){ID}{_AFTER}|(?<=/arxiv/){ID}{_AFTER}", re.IGNORECASE)
# A search for one id.
_ASKED = re.compile(rf"[?&](?:q|query|search|wd|term)=(?P<id>{ID})(?=[&#]|$)", re.IGNORECASE)
_SCHEME = re.compile(r"https?:/", re.IGNORECASE)
ENCODED: Final = "aHR0c"
"""How `http` begins in Base64, as in links that count clicks."""
_ENCODED = re.compile(rf"{ENCODED}[\w+/-]{{8,2000}}")
_DEFENSE = re.compile(r"https?-3A__[^&]{4,2000}", re.IGNORECASE)
"""A link that Proofpoint rewrote: `-3A` for `:`, `_` for `/`."""
_BARE_ID = re.compile(rf"{ID}$", re.IGNORECASE)
_BIBCODE_PARTS = re.compile(
    r"(?P<year>[0-9]{4})(?P<archive>[a-z.]+?)\.*(?P<digits>[0-9][0-9.]*)[a-z.]$", re.IGNORECASE
)


def in_link(link: str) -> Iterator[str]:
    """Yield the ids that a link names, its own or those of links that it carries."""
    if (whole := canonical(link.rstrip(".;:!?"))) is not None:  # "cs.CL/0112017" has a host's form
        yield whole
        return
    link = _DEFENSE.sub(_of_defense, decoded(_ENCODED.sub(_of_base64, link)))
    starts = [match.start() for match in _SCHEME.finditer(link) if match.start()]
    for start, end in zip([0, *starts], [*starts, len(link)], strict=True):
        yield from _in_one(link[start:end])


def _in_one(link: str) -> Iterator[str]:
    known = _KNOWN.search(link)
    if known is None:
        yield from in_any(link)
        yield from filter(None, (canonical(match["id"]) for match in _ASKED.finditer(link)))
        return
    for match in (_ON_SITE if known["site"] else _ON_HUB).finditer(known["path"]):
        paper_id = canonical(match[0]) or canonical(_CACHE_FOLDERS.sub("/", match[0]))
        yield from _one(paper_id) if paper_id else of_key(match[0])
    if not known["site"]:
        yield from in_any(known["path"])
        yield from filter(
            None, (canonical(match["id"]) for match in _ASKED.finditer(known["path"]))
        )


def in_any(text: str) -> Iterator[str]:
    """Yield the ids that are marked as arXiv's, and those of catalogue keys."""
    for match in _IN_ANY.finditer(text):
        if match["key"]:
            yield from of_key(match["key"])
        else:
            yield from of_marked(match["marked"])


def of_marked(text: str) -> Iterator[str]:
    """Yield the id of a text that ends with it."""
    match = _BARE_ID.search(text)
    if match:
        yield from _one(canonical(match[0]))


def of_key(key: str) -> Iterator[str]:
    """Yield the id behind a key of ADS or DBLP, if it is one."""
    if "corr/" in key.lower():
        archive, _, rest = key.lower().partition("corr/")[2].partition("-")
        if archive == "abs":
            yield from _one(canonical(rest.replace("-", ".")))
        else:
            head, _, number = key.lower().partition("corr/")[2].rpartition("-")
            stem = head if re.fullmatch(ARCHIVES, head) else head.rpartition("-")[0]
            yield from _one(canonical(f"{stem}/{number}"))
        return
    parts = _BIBCODE_PARTS.search(key)
    if parts is None:
        return
    archive, digits = parts["archive"].lower().strip("."), parts["digits"]
    if archive == "arxiv":
        number = digits if "." in digits else f"{digits[:4]}.{digits[4:]}"
        yield from _one(canonical(number) if re.fullmatch(NEW, number) else None)
    else:
        old = f"{archive.replace('.', '-')}/{parts['year'][2:]}{digits:0>5}"
        yield from _one(canonical(old))


def decoded(link: str) -> str:
    """Return a link without percent-encoding; a redirect's target may be encoded twice."""
    for _ in range(3):
        if "%" not in link:
            break
        link = unquote(link, errors="ignore")
    return link


def _of_base64(match: re.Match[str]) -> str:
    try:
        raw = base64.b64decode(match[0] + "=" * (-len(match[0]) % 4), altchars=b"-_")
    except ValueError:
        return match[0]
    return raw.decode("ascii", "replace")


def _of_defense(match: re.Match[str]) -> str:
    text = match[0].replace("_", "/")
    return re.sub(r"-([0-9A-F]{2})", lambda code: chr(int(code[1], 16)), text)


def _one(paper_id: str | None) -> Iterator[str]:
    if paper_id is not None:
        yield paper_id
