"""Embeddings in the database: of papers, by the model that made them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.embedding import Embedder
from storage import watermarks
from storage.engines.statements import delete_some, insert, row_of
from storage.papers import StoredPaper, stored
from storage.tables import papers, vectors

BEGINNINGS_KEPT = timedelta(days=30)
"""How long the vectors for matching are kept: a paper that is asked for later gets its again."""

BEGINNING = "beginning"
"""What follows the model in the key of vectors for matching, after a plus."""

_BEGINNINGS = "vectors of beginnings"
_EMBEDDED = "embedded by "
"""Before the model in the name of the revision up to which all papers have its vectors."""

_READ = 1_000
"""Vectors read at a time: with 5,000 it takes half as long again, and 60 MB more for a moment."""

_STORED = np.float16  # keeps a cosine to three digits and halves the file

_NEXT_MODEL = select(func.min(vectors.c.model)).where(vectors.c.model > bindparam("last"))

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Embedded:
    """A vector to be kept, with the revision of the text that it was made from."""

    paper_id: str
    row: int
    revision: int
    vector: Floats


def model_key(embedder: Embedder) -> str:
    """Return what vectors of an embedder are stored under: vectors of two keys never meet."""
    return f"{embedder.name}@{embedder.version}"


async def put(conn: AsyncConnection, model: str, embedded: Sequence[Embedded]) -> None:
    """Keep vectors, replacing those of older revisions."""
    if not embedded:
        return
    statement = insert(vectors)
    statement = statement.on_conflict_do_update(
        index_elements=[vectors.c.paper_id, vectors.c.model],
        set_={name: statement.excluded[name] for name in ("revision", "vector")},
    )
    rows = [
        {
            "paper_id": item.paper_id,
            "model": model,
            "revision": item.revision,
            "vector": item.vector.astype(_STORED).tobytes(),
        }
        for item in embedded
    ]
    await conn.execute(statement, rows)


async def missing(
    conn: AsyncConnection, model: str, limit: int, *, above: int, upto: int
) -> list[StoredPaper]:
    """Return papers whose present text has no vector of this model, the newest first.

    Args:
        conn: of the database.
        model: the key of the vectors.
        limit: of papers.
        above: the revision after which papers are looked through.
        upto: the last revision that is looked through.
    """
    statement = (
        select(papers)
        .outerjoin(
            vectors,
            (vectors.c.paper_id == papers.c.id)
            & (vectors.c.model == model)
            & (vectors.c.revision == papers.c.revision),
        )
        .where(papers.c.revision > above, papers.c.revision <= upto, vectors.c.paper_id.is_(None))
        .order_by(papers.c.revision.desc())
        .limit(limit)
    )
    return [stored(row) for row in await conn.execute(statement)]


async def embedded_up_to(conn: AsyncConnection, model: str) -> int:
    """Return the revision up to which all papers have vectors of this model, 0 if that is unknown.

    That is so too where there are fewer vectors than such papers: another version of the program
    may have dropped them.
    """
    done = await watermarks.get(conn, f"{_EMBEDDED}{model}")
    such = select(func.count()).select_from(papers).where(papers.c.revision <= done)
    if done and await count(conn, model) < (await conn.scalar(such) or 0):
        return 0
    return done


async def put_embedded_up_to(conn: AsyncConnection, model: str, revision: int) -> None:
    """Keep that all papers up to a revision have vectors of this model."""
    await watermarks.put(conn, f"{_EMBEDDED}{model}", revision)


async def count(conn: AsyncConnection, model: str) -> int:
    """Return how many papers have a vector of this model, of whatever revision."""
    statement = select(func.count()).select_from(vectors).where(vectors.c.model == model)
    return await conn.scalar(statement) or 0


async def forget_other_models(conn: AsyncConnection, model: str, *, most: int = 500) -> int:
    """Delete at most `most` vectors of other models; return how many there were, 0 at the end.

    What is kept under the model's key, a plus and a word is the same model's of other parts.
    """
    await watermarks.drop(conn, _EMBEDDED, but=f"{_EMBEDDED}{model}")
    key = vectors.c.model
    for others in (key < model, (key > model) & ~key.startswith(f"{model}+", autoescape=True)):
        if forgotten := await delete_some(conn, vectors, others, first=key, most=most):
            return forgotten
    return 0


async def forget_beginnings(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete the vectors for matching of papers that came longer than `BEGINNINGS_KEPT` ago.

    Topics are matched against two weeks' papers. Looks at the next `most` of these vectors, from
    the first again after the last; returns how many it looked at, 0 at the end of a round.
    """
    done = await watermarks.get(conn, _BEGINNINGS)
    models = [key for key in await _models(conn) if key.endswith(f"+{BEGINNING}")]
    row = row_of(vectors)
    # Through the index on models alone: those before are passed over, not read.
    some = (
        select(vectors.c.model, row.label("place"))
        .where(vectors.c.model.in_(models))
        .order_by(vectors.c.model, row)
        .offset(done)
        .limit(most)
    ).subquery()
    old = (
        select(some.c.place)
        .join(vectors, row == some.c.place)
        .join(papers, papers.c.id == vectors.c.paper_id)
        .where(papers.c.first_seen_at < now - BEGINNINGS_KEPT)
    )
    looked = await conn.scalar(select(func.count()).select_from(some)) or 0
    gone = (await conn.execute(delete(vectors).where(row.in_(old)))).rowcount
    await watermarks.put(conn, _BEGINNINGS, done + looked - gone if looked == most else 0)
    return looked if looked == most else 0


async def _models(conn: AsyncConnection) -> list[str]:
    """Return the keys that there are vectors under, one step along their index for each."""
    found: list[str] = []
    last = ""
    while (key := await conn.scalar(_NEXT_MODEL, {"last": last})) is not None:
        found.append(last := key)
    return found


async def newest(
    conn: AsyncConnection, model: str, dimensions: int, limit: int, *, above: int | None = None
) -> AsyncIterator[tuple[list[int], Floats]]:
    """Yield the rows and vectors of the `limit` newest papers, in portions, the newest first.

    With `above`, only of papers that came or changed after that revision, the last changed first.
    """
    statement = (
        select(papers.c.row, vectors.c.vector)
        .join(papers, papers.c.id == vectors.c.paper_id)
        # Without the index on models: it would have all vectors read before the first is returned.
        .where(vectors.c.model.concat("") == model)
        .limit(limit)
    )
    if above is None:
        statement = statement.order_by(papers.c.row.desc())
    else:
        changed = papers.c.revision > above
        statement = statement.where(changed).order_by(papers.c.revision.desc())
    result = await conn.stream(statement)
    async for portion in result.partitions(_READ):
        rows = [int(row) for row, _ in portion]
        packed = b"".join(vector for _, vector in portion)
        yield rows, np.frombuffer(packed, dtype=_STORED).reshape(-1, dimensions).astype(np.float32)
