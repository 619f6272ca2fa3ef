"""What digests know of people's libraries: a Save button beside each paper, and nothing twice."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ui.pages import Hit
from bot.ui.parts import AnyItem

save_button: Callable[[Hit], AnyItem] | None = None
"""Builds what stands beside a paper; a link to arXiv without it."""


async def saved_papers(conn: AsyncConnection, user_id: int) -> set[str]:
    """Return what a person has saved, which no digest brings."""
    return set()
