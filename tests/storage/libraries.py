"""What the tests of libraries share: three papers, three messages that show them, two people."""

from datetime import timedelta

from storage import cards, library, papers
from storage.database import Database
from storage.library import Reacted, Reaction
from tests.storage.shared import NOON, record

ADA, GRACE = 1001, 1002
FIRST, SECOND, THIRD = (f"2603.0000{number}" for number in (1, 2, 3))
CARD, OTHER_CARD, DIGEST = 501, 502, 503
SAVE, STAR, READ = "🔖", "⭐", "✅"
MINUTE = timedelta(minutes=1)


async def prepare(database: Database) -> None:
    """Know three papers, a card of the first, one of the second, and a digest of all three."""
    async with database.write() as conn:
        await papers.upsert(conn, [record(FIRST, 5), record(SECOND, 9), record(THIRD)], now=NOON)
        for message_id, paper_id in (
            (CARD, FIRST),
            (OTHER_CARD, SECOND),
            (DIGEST, FIRST),
            (DIGEST, SECOND),
            (DIGEST, THIRD),
        ):
            await cards.add(
                conn,
                message_id=message_id,
                paper_id=paper_id,
                channel_id=70,
                guild_id=None if message_id == DIGEST else 7,
                now=NOON,
            )


def reacted(
    message_id: int = CARD, emoji: str = SAVE, user_id: int = ADA, *, added: bool = True
) -> Reacted:
    return Reacted(Reaction(message_id, user_id, emoji), NOON, added)


def took_off(message_id: int = CARD, emoji: str = SAVE, user_id: int = ADA) -> Reacted:
    return reacted(message_id, emoji, user_id, added=False)


async def happen(database: Database, *events: library.Event) -> None:
    async with database.write() as conn:
        await library.apply(conn, events)


async def shelf(database: Database, user_id: int = ADA) -> dict[str, set[str]]:
    """Return the papers on each of a person's lists, leaving out empty ones."""
    async with database.read() as conn:
        found = {
            each.name: await library.saved_papers(conn, user_id, each.id)
            for each in await library.of_user(conn, user_id)
        }
    return {name: on for name, on in found.items() if on}


async def list_id(database: Database, name: str, user_id: int = ADA) -> int:
    async with database.read() as conn:
        return next(each.id for each in await library.of_user(conn, user_id) if each.name == name)
