"""Searching the database itself, while there is no index: slow and plain, but an answer."""

from datetime import UTC, datetime, time

from sqlalchemy import Integer, and_, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.search import QueryWords
from storage.engines.statements import place
from storage.search._types import SearchRequest, Sort
from storage.tables import papers

_WORDS = 8  # each is looked for in every paper


async def find(
    conn: AsyncConnection, request: SearchRequest, words: QueryWords, limit: int
) -> list[str]:
    """Return the ids of papers whose title or text holds most of the words, titles first."""
    asked = list(dict.fromkeys(words.content))[:_WORDS]
    if not asked:
        return []
    in_title = [place(func.lower(papers.c.title), word) > 0 for word in asked]
    said = func.lower(papers.c.abstract + " " + func.coalesce(papers.c.summary, ""))
    in_text = [place(said, word) > 0 for word in asked]
    points = sum(
        (
            case((title, 3), (text, 1), else_=0)
            for title, text in zip(in_title, in_text, strict=True)
        ),
        cast(0, Integer),
    )
    conditions = [or_(*in_title, *in_text)]
    if request.since is not None:
        since = datetime.combine(request.since, time.min, UTC)
        conditions.append(func.coalesce(papers.c.published_at, papers.c.first_seen_at) >= since)
    if request.categories:
        # Stored as JSON text: a category stands in it between quotes.
        text = func.lower(cast(papers.c.categories, papers.c.title.type))
        conditions.append(
            or_(
                *(
                    or_(
                        place(text, f'"{name.lower()}"') > 0,
                        place(text, f'"{name.lower()}.') > 0,
                    )
                    for name in request.categories
                )
            )
        )
    order = {
        Sort.BEST: [points.desc()],
        Sort.NEWEST: [papers.c.published_at.desc().nulls_last()],
        Sort.VOTES: [papers.c.upvotes.desc().nulls_last()],
    }[request.sort]
    statement = (
        select(papers.c.id).where(and_(*conditions)).order_by(*order, papers.c.row).limit(limit)
    )
    return list((await conn.execute(statement)).scalars())
