"""What is read back of messages that show papers, and the list that means "read"."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert

from storage import cards, library
from storage.database import Database
from storage.library import DEFAULT_LISTS, MAX_LISTS, Card, ReadingList, Via
from storage.tables import guilds, post_papers, posts
from tests.storage.libraries import (
    ADA,
    CARD,
    DIGEST,
    FIRST,
    GRACE,
    OTHER_CARD,
    READ,
    SECOND,
    THIRD,
    prepare,
)
from tests.storage.shared import NOON

HOUR = timedelta(hours=1)


async def test_messages_are_read_back_newest_first_or_in_order(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        await cards.add(
            conn, message_id=900, paper_id=THIRD, channel_id=71, guild_id=8, now=NOON + HOUR
        )
        await cards.add(
            conn, message_id=900, paper_id=FIRST, channel_id=71, guild_id=8, now=NOON + 2 * HOUR
        )
        assert await library.card_ids(conn, 0, 9) == [CARD, OTHER_CARD, DIGEST, 900]
        assert await library.card_ids(conn, CARD, 2) == [OTHER_CARD, DIGEST]
        assert await library.recent_cards(conn, NOON, 2) == [
            Card(900, 71, 8, NOON + HOUR),
            Card(DIGEST, 70, None, NOON),
        ]
        newer = await library.recent_cards(conn, NOON + HOUR, 9)
        assert newer == [Card(900, 71, 8, NOON + HOUR)]


async def test_cards_of_threads_are_those_of_posts_begun_since(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        await conn.execute(insert(guilds).values(id=7, joined_at=NOON))
        for number, at in ((1, NOON), (2, NOON + HOUR)):
            await conn.execute(
                insert(posts).values(
                    id=number,
                    guild_id=7,
                    channel_id=70,
                    batch_day=NOON.date(),
                    state="done",
                    planned_at=at,
                    started_at=at,
                )
            )
            for position, paper_id in enumerate((FIRST, SECOND)):
                await conn.execute(
                    insert(post_papers).values(
                        post_id=number,
                        position=position,
                        paper_id=paper_id,
                        message_id=number * 10 + position,
                    )
                )
        assert await library.thread_cards(conn, NOON, 10) == {11, 20, 21}
        assert await library.thread_cards(conn, NOON + HOUR, 0) == {20, 21}
        assert await library.thread_cards(conn, NOON + HOUR, 21) == set()


async def test_saved_papers_are_known_and_placed_for_their_owner(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        first, second, _ = await library.ensure(conn, ADA, NOON)
        assert await library.saved_papers(conn, ADA) == set()
        assert await library.rows(conn, ADA) == {}
        await library.save(conn, ADA, first.id, {FIRST: NOON, THIRD: NOON}, via=Via.BUTTON)
        await library.save(conn, ADA, second.id, {THIRD: NOON}, via=Via.BUTTON)
        assert await library.saved_papers(conn, GRACE) == set()
        assert await library.rows(conn, ADA) == {FIRST: 1, THIRD: 3}
        assert await library.rows(conn, ADA, second.id) == {THIRD: 3}


async def test_a_deleted_list_for_read_papers_comes_back_under_a_free_name(
    database: Database,
) -> None:
    async with database.write() as conn:
        first, second, read = await library.ensure(conn, ADA, NOON)
        assert await library.read_list(conn, ADA, NOON) == read
        await library.drop(conn, ADA, read.id)
        back = await library.read_list(conn, ADA, NOON)
        assert back == replace(read, id=back.id)
        assert await library.read_list(conn, ADA, NOON) == back
        await library.drop(conn, ADA, back.id)
        # Its name and its emoji are somebody's other lists' now.
        assert await library.change(conn, replace(second, name="READ", emoji=READ))
        assert await library.create(conn, ADA, "Read 2", None, NOON)
        other = await library.read_list(conn, ADA, NOON)
        assert other == ReadingList(other.id, ADA, "read 3", None, False, True, 0)
        assert first.is_default


async def test_marking_as_read_makes_its_list_even_where_no_more_can_be_made(
    database: Database,
) -> None:
    async with database.write() as conn:
        *_, read = await library.ensure(conn, ADA, NOON)
        await library.drop(conn, ADA, read.id)
        for number in range(MAX_LISTS - len(DEFAULT_LISTS) + 1):
            assert await library.create(conn, ADA, f"list {number}", None, NOON)
        assert await library.create(conn, ADA, "one more", None, NOON) is None
        assert (await library.read_list(conn, ADA, NOON)).name == "read"
        assert len(await library.of_user(conn, ADA)) == MAX_LISTS + 1
