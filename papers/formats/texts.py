"""Small things that every format needs: clean text, people's names, keys and dates."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bibtexparser.middlewares.names import parse_single_name_into_parts

from papers import arxiv_id
from papers.model import Paper
from papers.text import readable

_GROUPS = frozenset(
    (
        *("ai", "authors", "collaboration", "community", "consortium", "group", "institute", "lab"),
        *("labs", "project", "research", "team", "university"),
    )
)
_SPACES = re.compile(r"\s+")
_NOT_ASCII_WORD = re.compile(r"[^a-z0-9]+")


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
    return one_line(readable(paper.title)) or f"arXiv:{paper.id}"


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


def year(paper: Paper) -> int:
    """Return the year the paper was published, or the year of its id."""
    day = published(paper)
    return day.year if day else arxiv_id.year_and_month(paper.id)[0]


def key(paper: Paper) -> str:
    """Return a citation key: `vaswani2017-1706.03762`.

    It depends on nothing but the first author and the id, so that it stays the same in every export
    and is unique in each.
    """
    names = authors(paper)
    family = name_in_parts(names[0]).family if names else ""
    plain = unicodedata.normalize("NFKD", family.casefold()).encode("ascii", "ignore").decode()
    author = _NOT_ASCII_WORD.sub("", plain)[:24] or "paper"
    return f"{author}{arxiv_id.year_and_month(paper.id)[0]}-{paper.id.replace('/', '-')}"


def moment(text: str | None) -> datetime | None:
    """Return the time that an export of ours wrote, in UTC; `None` for anything else."""
    try:
        read = datetime.fromisoformat((text or "").strip())
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):  # the first and the last day of all are elsewhere no day
        return None


def link(paper: Paper) -> str:
    """Return the address that stands for the paper."""
    return arxiv_id.abs_url(paper.id)
