"""Which paper a bibliographic record is, whatever format it came in.

A record may mention papers that it is not. So each field has a role, which says how an id in it is
read, and a note counts only where it does nothing but name an id.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum, auto
from typing import Final

from papers import arxiv_id, doi, paper_links
from papers.formats import texts
from papers.formats.items import Finding, Imported, Unreadable
from papers.paper_key import Scheme, of


class Role(Enum):
    """What a field of a record holds."""

    IDENTITY = auto()
    """Ids, links and DOIs of the record itself."""
    PLACE = auto()
    """Where it appeared. Volumes and pages look like ids, so an id has to be marked as arXiv's,
    here or by another such field."""
    KEY = auto()
    """A name given by a person or a catalogue: an id only as a whole, or as a catalogue's key."""
    FILE = auto()
    """Attached files: an id if they agree on one."""
    NOTE = auto()
    """Anything a person wrote: an id where nothing is said but which paper it is."""
    TITLE = auto()
    AUTHOR = auto()
    PUBMED = auto()
    """A number of PubMed."""
    OTHER = auto()
    """Abstracts, keywords, references: never an id of a record that has a title or a DOI."""


Field = tuple[Role, str]

_ARXIV = re.compile(r"\b(?:arxiv|corr)\b", re.IGNORECASE)
_PMID = re.compile(r"^\s*PMID\s*[:=]?\s*([1-9][0-9]{0,8})\s*$", re.IGNORECASE | re.MULTILINE)
"""How Zotero writes a number of PubMed among other remarks."""
_TAG = re.compile(r"<[^<>]{1,200}>")
_HREF = re.compile(r"\\href\s*\{([^{}]*)\}\s*")
_COMMAND = re.compile(r"\\[a-zA-Z]+\s*")
_CLAUSE = re.compile(r"(?<=[.;])\s+|[\n;]")
_CATEGORY = re.compile(r"\[[^\]]*\]")
_LETTERS = re.compile(r"[^\W\d_]+")
_ABOUT_ANOTHER = re.compile(
    r"\b(?:comments?|reply|repl(?:y|ies)|response|remarks?|errat(?:um|a)|rejoinder|review|discussion)\b",
    re.IGNORECASE,
)
_WORDS: Final = """
    abs accessed accessible an and appear appeared appears arxiv article as at available cited
    corr date doi e eprint eprints extended extra file free from full http https id identifier
    in is journal last latest link long longer number of on online open org paper pdf
    preliminary preprint preprints press print prints publication publisher report repository
    retrieved submitted tech technical the this to under unpublished url v version via visited
    www jan feb mar apr may jun jul aug sep oct nov dec january february march april june july
    august september october november december
"""
_NAMING: Final = frozenset(_WORDS.split())
"""Words around an id that say where the record itself is found."""


def finding(fields: Sequence[Field], line: int, shown: str) -> Finding:
    """Return the paper that a record is, or the record as one without an arXiv id."""
    paper_id = paper_of(fields)
    if paper_id is not None:
        return Imported(paper_id)
    titles, authors = _of(fields, Role.TITLE), _of(fields, Role.AUTHOR)
    return Unreadable(
        line,
        texts.one_line(shown),
        title=texts.one_line(titles[0]) if titles else "",
        author=texts.one_line(authors[0]) if authors else "",
        dois=tuple(_dois(fields)),
        keys=tuple(dict.fromkeys(_keys(fields))),
    )


def paper_of(fields: Sequence[Field]) -> str | None:
    """Return the id of the paper that a record is, `None` where it does not say."""
    for candidates in _candidates(fields):
        for paper_id in candidates:
            return paper_id
    return None


def _candidates(fields: Sequence[Field]) -> Iterator[Iterable[str]]:
    identity, places = _of(fields, Role.IDENTITY), _of(fields, Role.PLACE)
    yield filter(None, map(arxiv_id.parse, identity))
    yield _each(arxiv_id.find_all, identity)
    yield _each(arxiv_id.find_marked, places)
    if any(map(_ARXIV.search, places)):
        yield _each(arxiv_id.find_all, places)
    yield _each(_of_key, _of(fields, Role.KEY))
    files = set(_each(arxiv_id.find_all, _of(fields, Role.FILE)))
    yield files if len(files) == 1 else ()
    published = next(_dois(fields), None) is not None
    notes = _of(fields, Role.NOTE)
    yield _each(lambda text: _named(text, published=published), notes)
    titles = _of(fields, Role.TITLE)
    yield _each(lambda text: _titled(text, published=published), titles)
    if not published and not any(title.strip() for title in titles):
        yield _each(arxiv_id.find_all, [text for _, text in fields])


def _of(fields: Sequence[Field], role: Role) -> list[str]:
    return [text for given, text in fields if given is role]


def _each(find: Callable[[str], Iterable[str]], texts: Iterable[str]) -> Iterator[str]:
    return (paper_id for text in texts for paper_id in find(text))


def _dois(fields: Sequence[Field]) -> Iterator[str]:
    return _each(doi.find_all, _of(fields, Role.IDENTITY))


def _keys(fields: Sequence[Field]) -> Iterator[str]:
    yield from _each(paper_links.find_all, _of(fields, Role.IDENTITY))
    numbers = _of(fields, Role.PUBMED)
    numbers += [match[1] for note in _of(fields, Role.NOTE) for match in _PMID.finditer(note)]
    for number in numbers:
        if (key := of(Scheme.PMID, number)) is not None:
            yield str(key)


def _of_key(key: str) -> Iterator[str]:
    whole = arxiv_id.parse(key)
    yield from [whole] if whole else arxiv_id.find_marked(key)


def _named(note: str, *, published: bool) -> Iterator[str]:
    """Yield the id that a note gives to the record itself.

    Of a record published elsewhere each line has to be about nothing else, since what is added to a
    journal's article is likelier to be about another paper.
    """
    text = _COMMAND.sub(" ", _HREF.sub(r" \1 ", _TAG.sub(" ", note)))
    text = text.replace("{", "").replace("}", "")
    for clause in text.splitlines() if published else _CLAUSE.split(text):
        # A bare number of a journal's article may be anything.
        find = arxiv_id.find_marked if published else arxiv_id.find_all
        if clause and len(found := find(clause)) == 1 == len(arxiv_id.find_all(clause)):
            rest = _CATEGORY.sub(" ", arxiv_id.without(clause)).casefold()
            words = _LETTERS.findall(rest)
            also = {"also"} if {"available", "appears"} & set(words) else set[str]()
            see = set[str]() if published else {"see"}
            if set(words) <= _NAMING | also | see:
                yield found[0]


def _titled(title: str, *, published: bool) -> Iterator[str]:
    """Yield the id that stands before or behind a title, as in a browser's tab or a citation."""
    if _ABOUT_ANOTHER.search(title):
        return
    whole = list(_named(title, published=published))
    if whole:
        yield whole[0]
    elif len(found := arxiv_id.find_all(title)) == 1:
        bare = title.strip().replace("{", "").replace("}", "")
        start = re.match(r"\[?(?:arxiv:\s?)?([\w./-]+)\]?(?=[\s:|-])", bare, re.IGNORECASE)
        if start and arxiv_id.parse(start[1]) == found[0]:
            yield found[0]
