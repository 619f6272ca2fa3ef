"""Small things that every format needs: clean text, people's names, keys and dates."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, auto

from bibtexparser.middlewares.names import parse_single_name_into_parts

from papers import arxiv_id, paper_key
from papers.model import Paper
from papers.paper_key import PaperKey, Scheme
from papers.presentations import PRESENTATIONS
from papers.text import readable

_GROUPS = frozenset(
    (
        *("ai", "authors", "collaboration", "community", "consortium", "group", "institute", "lab"),
        *("labs", "project", "research", "team", "university"),
    )
)
_SPACES = re.compile(r"\s+")
_NOT_ASCII_WORD = re.compile(r"[^a-z0-9]+")
_PROCEEDINGS = (Scheme.ACL, Scheme.CVF, Scheme.NEURIPS, Scheme.OPENREVIEW, Scheme.PMLR)
_AT_CONFERENCES = ("conference", "proceedings", *PRESENTATIONS)
_YEAR_OF_VENUE = re.compile(r"\b(?:19|20)[0-9]{2}$")


class Kind(Enum):
    """What a paper is cited as."""

    PREPRINT = auto()
    ARTICLE = auto()
    CONFERENCE = auto()


@dataclass(frozen=True, slots=True)
class Name:
    """An author's name in parts; a group's or a single name is all `family`."""

    family: str
    given: str = ""
    particle: str = ""

    @property
    def literal(self) -> bool:
        """Whether the name must not be taken apart."""
        return not self.given

    @property
    def inverted(self) -> str:
        """The name as catalogues sort it: `van der Maaten, Laurens`."""
        family = f"{self.particle} {self.family}".strip()
        return f"{family}, {self.given}" if self.given else family


def cleaned(text: str) -> str:
    """Return text without control characters and halves of characters, which no format carries."""
    text = "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "".join(
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
    ).strip()


def one_line(text: str) -> str:
    """Return cleaned text on one line, white space folded."""
    return " ".join(cleaned(text).split())


def cleaned_part(text: str) -> str:
    """Return a part of a line, white space folded, with the spaces at its ends."""
    return _SPACES.sub(" ", cleaned(f"|{text}|")[1:-1])


def title(paper: Paper) -> str:
    """Return the title as people read it, or the id of a paper without one."""
    return one_line(readable(paper.title)) or paper_key.label(paper.id)


def abstract(paper: Paper) -> str:
    """Return the abstract as people read it."""
    return one_line(readable(paper.abstract))


def authors(paper: Paper) -> list[str]:
    """Return the authors' names as people read them."""
    names = (one_line(readable(author.name)) for author in paper.authors)
    return [name for name in names if name]


def name_in_parts(name: str) -> Name:
    """Return a name taken apart, unless it is a group's or one that cannot be split."""
    words = name.split()
    if len(words) < 2 or words[-1].casefold() in _GROUPS or re.search(r"[,;:(){}\\&]", name):
        return Name(name)
    parts = parse_single_name_into_parts(name, strict=False)
    if not parts.first or parts.jr:
        return Name(words[-1], " ".join(words[:-1]))
    return Name(" ".join(parts.last), " ".join(parts.first), " ".join(parts.von))


def published(paper: Paper) -> date | None:
    """Return the day the paper was published, if the record says."""
    return paper.published_at.date() if paper.published_at else None


def issued(paper: Paper) -> tuple[int, ...]:
    """Return year, month and day of publication; of an arXiv paper at least the first two, of any
    other none where the record does not say. A paper of a conference is of its conference's year,
    not of the year in which it was on arXiv."""
    if kind(paper) is Kind.CONFERENCE and (held := _YEAR_OF_VENUE.search(paper.venue or "")):
        day, held_in = published(paper), int(held[0])
        return (held_in, day.month, day.day) if day and day.year == held_in else (held_in,)
    if (day := published(paper)) is not None:
        return day.year, day.month, day.day
    return arxiv_id.year_and_month(paper.id) if paper_key.is_arxiv(paper.id) else ()


def year(paper: Paper) -> str:
    """Return the year of publication, `n.d.` where it is not known (APA 7, 9.17)."""
    return str(next(iter(issued(paper)), "n.d."))


def doi(paper: Paper) -> str:
    """Return the DOI of the publication, of a paper that is kept by its DOI that one."""
    scheme, _, value = paper.id.partition(":")
    return one_line(paper.doi or (value if scheme == Scheme.DOI else ""))


def kind(paper: Paper) -> Kind:
    """Return what a paper is cited as: of an arXiv paper that a conference lists, as that."""
    if paper.venue and paper.kind in _AT_CONFERENCES:
        return Kind.CONFERENCE
    if paper_key.is_arxiv(paper.id):
        return Kind.PREPRINT
    if PaperKey.read(paper.id).scheme in _PROCEEDINGS or paper.kind in _AT_CONFERENCES:
        return Kind.CONFERENCE
    return Kind.ARTICLE if paper.kind == "article" else Kind.PREPRINT


def publisher(paper: Paper) -> str:
    """Return where a paper appeared: its journal or conference, its server, or arXiv."""
    if paper_key.is_arxiv(paper.id) and kind(paper) is Kind.PREPRINT:
        return "arXiv"
    return one_line(paper.venue or paper.source or "")


def key(paper: Paper) -> str:
    """Return a citation key: `vaswani2017-1706.03762`.

    It depends on nothing but the first author and the id, so that it stays the same in every export
    and is unique in each.
    """
    names = authors(paper)
    family = name_in_parts(names[0]).family if names else ""
    plain = unicodedata.normalize("NFKD", family.casefold()).encode("ascii", "ignore").decode()
    author = _NOT_ASCII_WORD.sub("", plain)[:24] or "paper"
    if paper_key.is_arxiv(paper.id):
        return f"{author}{arxiv_id.year_and_month(paper.id)[0]}-{paper.id.replace('/', '-')}"
    return f"{author}-{paper_key.short(paper.id).removeprefix('~')}"


def moment(text: str | None) -> datetime | None:
    """Return the time that an export of ours wrote, in UTC; `None` for anything else."""
    try:
        read = datetime.fromisoformat((text or "").strip())
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):  # the first and the last day of all are elsewhere no day
        return None


def link(paper: Paper) -> str:
    """Return the address that stands for the paper."""
    return paper_key.page_url(paper.id)
