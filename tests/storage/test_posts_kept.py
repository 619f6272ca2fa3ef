"""What is kept of old posts: first their texts go, then their rows."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, update

from storage import posts
from storage.database import Database
from storage.tables import posts as rows
from storage.tables import shown_papers
from tests.storage.posted import DAY, HOUR, NINE, PAPERS, SECOND, TUESDAY, got, planned


async def test_texts_of_old_posts_go_the_oldest_first(database: Database) -> None:
    async with database.write() as conn:
        made = [
            await planned(conn, TUESDAY + n * DAY, now=NINE - n * SECOND, paper_ids=[])
            for n in range(3)
        ]
        unsent = await planned(conn, TUESDAY + 5 * DAY, now=NINE - HOUR)
        now = NINE + posts.PAYLOADS_KEPT
        assert await posts.forget_payloads(conn, now, most=1) == 1
        texts = [(await got(conn, each)).payload for each in (*made, unsent)]
        assert texts == [{"a": 1}, {"a": 1}, None, {"a": 1}]
        assert await posts.forget_payloads(conn, now) == 1
        assert await posts.forget_payloads(conn, now) == 0
        assert (await got(conn, made[0])).payload == {"a": 1}


async def test_old_posts_are_folded_into_what_the_channel_was_shown(database: Database) -> None:
    new_year = date(2024, 12, 31)
    now = NINE + posts.POSTS_KEPT + 7 * DAY
    async with database.write() as conn:
        await planned(conn, new_year, now=NINE - 99 * DAY, paper_ids=["x"])
        await planned(conn, now=NINE)
        await planned(conn, TUESDAY - DAY, now=NINE, paper_ids=["z"])
        await planned(conn, TUESDAY + DAY, now=NINE, paper_ids=[])
        await planned(conn, TUESDAY, 12, now=NINE, paper_ids=["y"])
        await conn.execute(update(rows).values(state=posts.DONE))
        unsent = await planned(conn, TUESDAY + 2 * DAY, now=NINE)
        fresh = await planned(conn, TUESDAY + 9 * DAY, now=NINE + 9 * DAY, paper_ids=["v"])
        await posts.finish(conn, fresh, posts.DONE, NINE)
        assert await posts.fold(conn, now, most=1) == 4
        assert await posts.fold(conn, now) == 1
        assert await posts.fold(conn, now) == 0
        assert sorted((await conn.execute(select(rows.c.id))).scalars()) == [unsent, fresh]
        kept = await conn.execute(select(shown_papers).order_by("channel_id", "year"))
        assert [
            (row.channel_id, row.year, row.guild_id, row.since, sorted(row.papers)) for row in kept
        ] == [
            (11, 2024, 1, new_year, ["x"]),
            (11, 2025, 1, TUESDAY - DAY, [*PAPERS, "z"]),
            (12, 2025, 1, TUESDAY, ["y"]),
        ]
        assert await posts.shown(conn, 11) == {*PAPERS, "v", "x", "z"}
        assert await posts.first_batch(conn, 11) == new_year
        assert await posts.first_batch(conn, 12) == TUESDAY
        assert await posts.fold(conn, now + 14 * DAY) == 1
        known = select(shown_papers.c.papers, shown_papers.c.since).where(
            shown_papers.c.channel_id == 11, shown_papers.c.year == 2025
        )
        row = (await conn.execute(known)).one()
        assert (sorted(row.papers), row.since) == ([*PAPERS, "v", "z"], TUESDAY - DAY)
        assert await conn.scalar(select(func.count()).select_from(rows)) == 1


async def test_five_channels_are_folded_at_a_time_those_with_the_oldest_posts_first(
    database: Database,
) -> None:
    week = datetime(2025, 6, 9, tzinfo=UTC)
    now = week + posts.POSTS_KEPT
    async with database.write() as conn:
        for channel in range(11, 18):
            # The last channel's post is the oldest; that of the first is not a week old.
            await planned(conn, channel=channel, now=week - (channel - 11) * HOUR)
        await conn.execute(update(rows).values(state=posts.DONE))

        async def left() -> list[int]:
            query = select(rows.c.channel_id).order_by(rows.c.channel_id)
            return list((await conn.execute(query)).scalars())

        assert await posts.fold(conn, now) == 5
        assert await left() == [11, 12]
        assert await posts.fold(conn, now + SECOND) == 1
        assert await posts.fold(conn, now + SECOND) == 0
        assert await left() == [11]


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (NINE, datetime(2025, 6, 9, tzinfo=UTC)),
        (datetime(2025, 6, 9, tzinfo=UTC), datetime(2025, 6, 9, tzinfo=UTC)),
        (datetime(2025, 6, 8, 23, 59, tzinfo=UTC), datetime(2025, 6, 2, tzinfo=UTC)),
    ],
)
def test_a_week_begins_on_monday_at_midnight(moment: datetime, week: datetime) -> None:
    assert posts.week_before(moment) == week
