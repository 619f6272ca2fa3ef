"""Ranked rows as papers of the database: named, put into another order, held to conditions."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.search import Ranked
from papers.topics import Field, FieldName, Topic
from storage import papers as stored_papers
from storage.chunks import chunks
from storage.database import Database
from storage.search._ranking import Ranking
from storage.search._types import Answer, Hit, SearchRequest, Sort
from storage.tables import papers


async def answer(database: Database, request: SearchRequest, ranking: Ranking) -> Answer:
    """Return the answer that a ranking gives to a request."""
    rows = [hit.row for hit in ranking.hits]
    if request.sort is Sort.BEST:
        async with database.read() as conn:
            ids = await ids_of(conn, rows)
        hits = tuple(_hit(ids[hit.row], hit) for hit in ranking.hits if hit.row in ids)
    else:
        hits = await _sorted(database, request.sort, ranking.hits)
    if request.expression is not None and _names_abstract(request.expression):
        found = [hit.paper_id for hit in hits]
        meeting = set(await allowed(database, request.expression, found))
        hits = tuple(hit for hit in hits if hit.paper_id in meeting)
    plan = ranking.plan
    return Answer(
        hits,
        plan.corrections,
        plan.missing,
        plan.rare,
        common=bool(plan.terms) and plan.words.common,
        by_meaning=ranking.by_meaning,
    )


async def allowed(database: Database, topic: Topic, paper_ids: Sequence[str]) -> list[str]:
    """Return the papers that meet a topic's conditions by their text, not by the index."""
    async with database.read() as conn:
        known = await stored_papers.get_many(conn, paper_ids)
    entries = known.items()
    return await asyncio.to_thread(
        lambda: [paper_id for paper_id, entry in entries if topic.allows(entry.paper)]
    )


async def ids_of(conn: AsyncConnection, rows: Sequence[int]) -> dict[int, str]:
    """Return the ids of papers by row."""
    found: dict[int, str] = {}
    for part in chunks(rows):
        statement = select(papers.c.row, papers.c.id).where(papers.c.row.in_(part))
        for row, paper_id in await conn.execute(statement):
            found[row] = paper_id
    return found


async def _sorted(database: Database, sort: Sort, ranked: Sequence[Ranked]) -> tuple[Hit, ...]:
    async with database.read() as conn:
        facts = await _facts(conn, [hit.row for hit in ranked])
    hits = [hit for hit in ranked if hit.row in facts]
    by = 1 if sort is Sort.NEWEST else 2
    hits.sort(key=lambda hit: facts[hit.row][by], reverse=True)
    return tuple(_hit(facts[hit.row][0], hit) for hit in hits)


async def _facts(
    conn: AsyncConnection, rows: Sequence[int]
) -> dict[int, tuple[str, datetime, int]]:
    """Return id, time of publication and votes of papers by row."""
    found: dict[int, tuple[str, datetime, int]] = {}
    for part in chunks(rows):
        statement = select(
            papers.c.row,
            papers.c.id,
            papers.c.published_at,
            papers.c.first_seen_at,
            papers.c.upvotes,
        ).where(papers.c.row.in_(part))
        for row, paper_id, published, seen, votes in await conn.execute(statement):
            found[row] = paper_id, published or seen, votes or 0
    return found


def _names_abstract(topic: Topic) -> bool:
    leaves = (condition.leaf for branch in topic.branches for condition in branch.conditions)
    return any(isinstance(leaf, Field) and leaf.name is FieldName.ABSTRACT for leaf in leaves)


def _hit(paper_id: str, hit: Ranked) -> Hit:
    return Hit(paper_id, hit.score, hit.tier, hit.cosine)
