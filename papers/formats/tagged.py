"""Records of one tag a line: RIS, PubMed's nbib, RefWorks, EndNote's and Web of Science's own.

Programs disagree about blanks, order and ends of records, so each dialect is only the form of its
lines; what a tag means is the same in all of them but EndNote's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from papers import arxiv_id
from papers.formats import _records, texts
from papers.formats._records import Role
from papers.formats.items import MARK, Finding, Imported


@dataclass(frozen=True, slots=True)
class _Dialect:
    line: re.Pattern[str]
    starts: frozenset[str]
    roles: Mapping[str, Role]
    ends: str = ""
    """The tag that ends a record; without one an empty line does."""
    around: frozenset[str] = frozenset()
    """The tags of the file itself."""


def _roles(**tags: str) -> dict[str, Role]:
    return {tag: Role[role] for role, names in tags.items() for tag in names.split()}


_RIS_ROLES: Final = _roles(
    IDENTITY="UR UL DO DI DOI L1 L2 L3 L4 LK LL M3 AN",
    PLACE="JF JO JA J1 J2 T2 T3 BT SO VL VO IS SP EP PB M1 M2 DB DP ET C1 C2 C3 C4 C5 C6 C7 SE TY",
    KEY="ID SN LB",
    TITLE="TI T1 CT",
    AUTHOR="AU A1",
    OTHER="AB N2 KW K1 DE A2 A3 ED CR",
)
_NBIB_ROLES: Final = _roles(
    IDENTITY="LID AID",
    PLACE="SO JT TA VI IP PG UOF",  # UOF: the preprint of which it is the publication
    TITLE="TI TT BTI",
    AUTHOR="FAU AU",
    NOTE="GN",
    PUBMED="PMID",
)
_ENDNOTE_ROLES: Final = _roles(
    IDENTITY="U R >",
    PLACE="J V N P I B S ( ) 0 ~ W",
    KEY="F M",
    TITLE="T",
    AUTHOR="A",
    OTHER="X K E Y",
)
_RIS: Final = _Dialect(
    re.compile(r"^\s{0,3}([A-Z][A-Z0-9])\s{1,3}[-\u2013](?:\s{0,3}(.*))?$"),
    frozenset({"TY"}),
    _RIS_ROLES,
    "ER",
)
_NBIB: Final = _Dialect(re.compile(r"^([A-Z]{2,4}) {0,3}- (.*)$"), frozenset({"PMID"}), _NBIB_ROLES)
_ENDNOTE: Final = _Dialect(
    re.compile(r"^%([A-Z0-9@!?#$&*+()>~^<=\[\]-]) ?(.*)$"), frozenset({"0"}), _ENDNOTE_ROLES
)
_WEB_OF_SCIENCE: Final = _Dialect(
    re.compile(r"^([A-Z][A-Z0-9])(?: (.*))?$"),
    frozenset({"PT", "RT"}),
    {**_RIS_ROLES, "ID": Role.OTHER, "NO": Role.NOTE},
    "ER",
    frozenset({"FN", "VR", "EF"}),
)

_ENDNOTE_FILE = re.compile(r"internal-pdf://[^/]*/")
"""EndNote's folder of an attached file: a number that would run into the file's name."""

_STARTS: Final = (
    (re.compile(r"^\s{0,3}TY\s{1,3}[-\u2013]\s{0,3}\w", re.MULTILINE), _RIS),
    (re.compile(r"^PMID- ?\d", re.MULTILINE), _NBIB),
    (re.compile(r"^%0 \w", re.MULTILINE), _ENDNOTE),
    (re.compile(r"^(?:RT|PT) \w", re.MULTILINE), _WEB_OF_SCIENCE),
)


@dataclass(slots=True)
class _Record:
    line: int
    pairs: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    tags: set[str] = field(default_factory=set[str])

    def add(self, tag: str, value: str) -> None:
        self.tags.add(tag)
        self.pairs.append((tag, value))

    def values(self, tag: str) -> list[str]:
        return [value for name, value in self.pairs if name == tag and value]


def looks_like_one(text: str) -> bool:
    """Return whether a file holds records of one of the dialects."""
    return _dialect(text) is not None


def _dialect(text: str) -> _Dialect | None:
    return next((dialect for start, dialect in _STARTS if start.search(text)), None)


def read(text: str) -> Iterator[Finding]:
    """Yield the records in order; lines that belong to none are passed over."""
    dialect = _dialect(text)
    if dialect is None:
        return
    for record in _split(text, dialect):
        yield _finding(record, dialect)


def _split(text: str, dialect: _Dialect) -> Iterator[_Record]:
    record = _Record(0)
    for number, line in enumerate(text.split("\n"), start=1):
        match = dialect.line.match(line)
        if match is None:
            if line.strip() and record.pairs:
                tag, value = record.pairs[-1]
                record.pairs[-1] = (tag, f"{value}\n{line.strip()}")
            elif not line.strip() and not dialect.ends and record.pairs:
                yield record
                record = _Record(0)
            continue
        tag, value = match[1], (match[2] or "").strip()
        if tag in dialect.around:
            continue
        if tag == dialect.ends:
            if record.pairs:
                yield record
            record = _Record(0)
            continue
        if tag in dialect.starts and record.tags & dialect.starts and record.tags - dialect.starts:
            yield record
            record = _Record(0)
        record.line = record.line or number
        record.add(tag, _ENDNOTE_FILE.sub("", value))
    if record.pairs:
        yield record


def _finding(record: _Record, dialect: _Dialect) -> Finding:
    if MARK in record.values("RN"):
        paper_id = next(filter(None, map(arxiv_id.parse, record.values("AN"))), None)
        if paper_id is not None:
            return Imported(
                paper_id,
                note=" ".join(record.values("N1")) or None,
                lists=tuple(record.values("KW")),
                saved_at=texts.moment(next(iter(record.values("C8")), None)),
            )
    default = Role.OTHER if dialect is _NBIB else Role.NOTE
    fields = [(dialect.roles.get(tag, default), value) for tag, value in record.pairs]
    titles = [value for role, value in fields if role is Role.TITLE]
    shown = next(filter(None, [*titles, *(value for _, value in record.pairs)]), "")
    return _records.finding(fields, record.line, shown)
