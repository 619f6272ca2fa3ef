"""Which stored paper a record is of, when sources know one work by several keys."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.model import Paper, Record
from papers.paper_key import Scheme, of_doi
from papers.works import one_work, title_number
from storage.chunks import chunks
from storage.engines.statements import insert
from storage.papers._aliases import keys_of
from storage.papers._read import StoredPaper, by_published_doi, stored
from storage.tables import paper_aliases, papers

_DOI = f"{Scheme.DOI}:"


async def by_doi(conn: AsyncConnection, dois: Iterable[str]) -> dict[str, str]:
    """Return the keys of known papers by DOIs of theirs, given in lower case."""
    keys = {doi: str(key) for doi in dois if (key := of_doi(doi)) is not None}
    known = await _known(conn, set(keys.values()))
    found = {doi: known[key][1] for doi, key in keys.items() if key in known}
    return await by_published_doi(conn, keys) | found


async def works(conn: AsyncConnection, records: Sequence[Record]) -> dict[str, str]:
    """Return the key under which each record's paper is to be stored, by the record's own key.

    That is the key of the oldest stored paper with an id of the record, be it that the source
    states a link; else of one with the same title for which `papers.works.one_work` holds; else its
    own. Records of one answer are compared with each other in the same way.
    """
    ids = {record.paper.id: _ids(record) for record in records}
    known = await _known(conn, {key for each in ids.values() for key in each})
    alike = await _alike(conn, [r.paper for r in records if not known.keys() & ids[r.paper.id]])
    named_by = await _named_by(conn, {paper_id for _, paper_id in known.values()})
    found: dict[str, str] = {}
    for record in records:
        own = record.paper.id
        there = [known[key] for key in ids[own] if key in known]
        if there := [
            each for each in there if _may_be_one([own], [each[1], *named_by.get(each[1], ())])
        ]:
            paper_id = min(there)[1]
        else:
            paper_id = _titled(record, ids[own], alike) or own
            number = title_number(record.paper)
            if number is not None:
                alike.setdefault(number, []).append(
                    (record.paper, _schemes(record.paper, ids[own]), paper_id)
                )
        found[own] = paper_id
        named_by.setdefault(paper_id, []).append(own)
        for key in ids[own]:
            known.setdefault(key, (_NEW, paper_id))
    return found


async def note_aliases(
    conn: AsyncConnection, records: Sequence[Record], stored_as: Mapping[str, str]
) -> None:
    """Note the keys by which records name their works, besides those of the stored papers.

    A DOI that a record only states is noted where it is the key of a stored paper: `works` finds it
    by the record otherwise.
    """
    there = await _rows(conn, {key for record in records for key in _stated(record.paper)})
    links = {
        (key, stored_as[record.paper.id]): key == record.paper.id
        for record in records
        for key in _ids(record)
        if key in (record.paper.id, *record.aliases) or key in there
    }
    works_of = await keys_of(conn, {key for link in links for key in link})
    named_by = await _named_by(conn, works_of.values())
    rows: dict[str, str] = {}
    for (key, paper_id), is_own in links.items():
        work, other = works_of[paper_id], works_of[key]
        one, two = {work, *named_by.get(work, ())}, {other, key, *named_by.get(other, ())}
        if other == work:
            continue
        if _may_be_one(one, two):
            rows |= dict.fromkeys(two, work)
            works_of |= dict.fromkeys(two, work)
            named_by[work] = list(one | two - {work})
        elif is_own and not named_by.get(key):
            rows[key] = work
    if rows:
        statement = insert(paper_aliases)
        await conn.execute(
            statement.on_conflict_do_update(
                index_elements=[paper_aliases.c.alias],
                set_={"paper_id": statement.excluded.paper_id},
            ),
            [{"alias": alias, "paper_id": work} for alias, work in rows.items()],
        )


async def _named_by(conn: AsyncConnection, keys: Iterable[str]) -> dict[str, list[str]]:
    """Return the aliases of each key."""
    found: dict[str, list[str]] = {}
    for some in chunks(list(keys)):
        statement = select(paper_aliases).where(paper_aliases.c.paper_id.in_(some))
        for row in await conn.execute(statement):
            found.setdefault(row.paper_id, []).append(row.alias)
    return found


_NEW = 1 << 62
"""Stands for the row of a paper that is not stored yet."""


def _may_be(own: str, other: str) -> bool:
    """Return whether keys may be of one work if a source says so: of arXiv's no two ever are.

    A preprint and its article both have a DOI; any other two ids of one kind are of two works, as
    where two arXiv papers name one DOI by mistake.
    """
    scheme = _scheme(own)
    return own == other or scheme is Scheme.DOI or scheme is not _scheme(other)


def _may_be_one(some: Collection[str], others: Collection[str]) -> bool:
    """Return whether two sets of keys may be of one work, or already share one."""
    return not {*some}.isdisjoint(others) or all(
        _may_be(one, other) for one in some for other in others
    )


def _ids(record: Record) -> list[str]:
    """Return the keys that a record names its work by, its own first."""
    return list(dict.fromkeys((record.paper.id, *record.aliases, *_stated(record.paper))))


def _stated(paper: Paper) -> list[str]:
    return [f"{_DOI}{paper.doi.lower()}"] if paper.doi else []


def _schemes(paper: Paper, keys: Iterable[str]) -> set[Scheme]:
    found = {_scheme(key) for key in keys}
    return found | {Scheme.DOI} if paper.doi else found


def _scheme(key: str) -> Scheme:
    prefix, colon, _ = key.partition(":")
    return Scheme(prefix) if colon else Scheme.ARXIV


async def _known(conn: AsyncConnection, keys: set[str]) -> dict[str, tuple[int, str]]:
    """Return the row and the key of the paper that is stored for each of these keys."""
    of = {key: key for key in keys}
    dois = [key.removeprefix(_DOI) for key in keys if key.startswith(_DOI)]
    if dois:
        of |= {
            f"{_DOI}{doi}": paper_id
            for doi, paper_id in (await by_published_doi(conn, dois)).items()
        }
    of |= {alias: key for alias, key in (await keys_of(conn, keys)).items() if alias != key}
    rows = await _rows(conn, {*of.values(), *keys})
    found: dict[str, tuple[int, str]] = {}
    for key, paper_id in of.items():
        there = [(rows[each], each) for each in {key, paper_id} if each in rows]
        if there:
            found[key] = min(there)
    return found


async def _rows(conn: AsyncConnection, keys: Iterable[str]) -> dict[str, int]:
    """Return the rows of the papers that are stored by these keys."""
    rows: dict[str, int] = {}
    for some in chunks(list(keys)):
        statement = select(papers.c.id, papers.c.row).where(papers.c.id.in_(some))
        rows |= {row.id: row.row for row in await conn.execute(statement)}
    return rows


_Alike = dict[int, list[tuple[Paper, set[Scheme], str]]]


async def _alike(conn: AsyncConnection, new: Sequence[Paper]) -> _Alike:
    """Return the stored papers with the titles and first authors of new ones."""
    numbers = {number for paper in new if (number := title_number(paper)) is not None}
    there: list[tuple[int, StoredPaper]] = []
    for some in chunks(sorted(numbers)):
        statement = select(papers).where(papers.c.title_number.in_(some)).order_by(papers.c.row)
        there += [(row.title_number, stored(row)) for row in await conn.execute(statement)]
    aliases = await _named_by(conn, [each.paper.id for _, each in there])
    found: _Alike = {}
    for number, each in there:
        keys = [each.paper.id, *aliases.get(each.paper.id, ())]
        found.setdefault(number, []).append((each.paper, _schemes(each.paper, keys), each.paper.id))
    return found


def _titled(record: Record, keys: Sequence[str], alike: _Alike) -> str | None:
    number = title_number(record.paper)
    if number is None:
        return None
    schemes = _schemes(record.paper, keys)
    return next(
        (
            paper_id
            for other, other_schemes, paper_id in alike.get(number, ())
            if one_work(record.paper, schemes, other, other_schemes)
        ),
        None,
    )
