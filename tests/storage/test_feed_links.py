"""Links for feed readers: which papers they show, and when they end."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import feed_links, feeds, guilds, library, papers, personal_data, posts, subscriptions
from storage.database import Database
from storage.engines.statements import insert
from storage.feed_links import OfFeed, OfList, OfTopic, Target
from storage.subscriptions import Mode
from storage.tables import feed_links as rows
from storage.tables import saves, topic_matches, users
from storage.topic_matches import NewMatch, remember
from tests.storage.posted import DAY, NINE, PAPERS, TUESDAY, got, planned
from tests.storage.shared import NOON, record

ADA, GRACE = 7, 8
HOST = "papers.example.org"


@pytest.fixture
async def conn(database: Database) -> Any:
    async with database.write() as connection:
        yield connection


async def linked(conn: AsyncConnection, target: Target) -> str:
    return await feed_links.create(conn, target, HOST, NOON)


async def shown(conn: AsyncConnection, target: OfFeed | OfTopic | OfList) -> list[str]:
    return [each.paper.paper.id for each in await feed_links.papers_in(conn, target, 50)]


async def follow(conn: AsyncConnection, user_id: int, key: str, min_votes: int = 0) -> OfTopic:
    await conn.execute(insert(users).values(id=user_id, created_at=NOON).on_conflict_do_nothing())
    await subscriptions.subscribe(
        conn, user_id, key=key, query=key, mode=Mode.STRICT, min_votes=min_votes, now=NOON
    )
    topic = await subscriptions.topic_of_key(conn, Mode.STRICT, key)
    assert topic is not None
    return OfTopic(user_id, topic.id)


async def a_list(conn: AsyncConnection, user_id: int, number: int = 0) -> OfList:
    return OfList(user_id, (await library.ensure(conn, user_id, NOON))[number].id)


async def a_feed(conn: AsyncConnection) -> OfFeed:
    await planned(conn)
    return OfFeed((await feeds.of_guild(conn, 1))[0].id)


async def save(conn: AsyncConnection, target: OfList, paper_id: str, hours: int, **known: Any):
    values = {"via": "button", "kept": 1, "saved_at": NOON + timedelta(hours=hours), **known}
    await conn.execute(
        insert(saves).values(
            user_id=target.user_id, list_id=target.list_id, paper_id=paper_id, **values
        )
    )


async def test_only_a_hash_of_a_link_is_stored(conn: AsyncConnection) -> None:
    token = await linked(conn, await a_list(conn, ADA))
    assert len(token) >= 43
    row = (await conn.execute(select(rows))).one()
    assert token.encode() not in bytes(row.token_hash)
    assert len(row.token_hash) == 32
    assert await linked(conn, OfList(ADA, row.list_id)) != token


async def test_a_link_is_found_by_its_token_until_it_is_revoked(conn: AsyncConnection) -> None:
    target = await a_list(conn, ADA)
    token, other = await linked(conn, target), await linked(conn, target)
    link = await feed_links.find(conn, token)
    assert link is not None
    assert (link.target, link.host, link.created_at) == (target, HOST, NOON)
    for wrong in ("", token[:-1], token + "a", token.swapcase()):
        assert await feed_links.find(conn, wrong) is None
    assert await feed_links.revoke(conn, link.id)
    assert await feed_links.find(conn, token) is None
    assert not await feed_links.revoke(conn, link.id)
    assert await feed_links.find(conn, other) is not None


async def test_a_channels_link_shows_what_its_threads_posted_the_newest_first(
    conn: AsyncConnection,
) -> None:
    for day, ids in ((TUESDAY, PAPERS), (TUESDAY + DAY, ["2506.00009"])):
        at = NINE + (day - TUESDAY)
        post_id = await planned(conn, day, paper_ids=ids, now=at)
        await posts.mark_sending(conn, post_id, at)
        await posts.mark_thread(conn, post_id, 80)
        for step in await posts.steps(conn, post_id):
            if step.paper_id != PAPERS[1]:
                await posts.mark_card(
                    conn, await got(conn, post_id), step, 90 + int(step.paper_id[-1]), at
                )
    target = OfFeed((await feeds.of_guild(conn, 1))[0].id)
    found = await feed_links.papers_in(conn, target, 50)
    assert [(each.paper.paper.id, each.at) for each in found] == [
        ("2506.00009", NINE + DAY),
        (PAPERS[0], NINE),
    ]
    assert len(await feed_links.papers_in(conn, target, 1)) == 1


async def test_a_topics_link_shows_what_matched_with_enough_votes(conn: AsyncConnection) -> None:
    await papers.upsert(
        conn,
        [record("2603.00001", 3), record("2603.00002", 30), record("2603.00003", 40)],
        now=NOON,
    )
    mine, hers = await follow(conn, ADA, "robots", 20), await follow(conn, GRACE, "robots")
    for number, paper_id in enumerate(("2603.00001", "2603.00002", "2603.00003")):
        match = NewMatch(mine.topic_id, paper_id, 0.5, "robots")
        await remember(conn, [match], at=NOON + timedelta(hours=number))
    assert await shown(conn, mine) == ["2603.00003", "2603.00002"]
    assert await shown(conn, hers) == ["2603.00003", "2603.00002", "2603.00001"]
    assert await conn.scalar(select(func.count()).select_from(topic_matches)) == 3


async def test_a_lists_link_shows_that_list_alone_the_newest_save_first(
    conn: AsyncConnection,
) -> None:
    await papers.upsert(conn, [record(f"2603.0000{n}") for n in range(1, 6)], now=NOON)
    mine, hers = await a_list(conn, ADA), await a_list(conn, GRACE)
    other = await a_list(conn, ADA, 1)
    await save(conn, mine, "2603.00001", 1)
    await save(conn, mine, "2603.00002", 2)
    await save(conn, mine, "2603.00001", 9, via="reaction", emoji_key="a", message_id=1)
    await save(conn, mine, "2603.00003", 3, kept=0, via="reaction", emoji_key="a", message_id=2)
    await save(conn, other, "2603.00004", 4)
    await save(conn, hers, "2603.00005", 5)
    found = await feed_links.papers_in(conn, mine, 50)
    assert [(each.paper.paper.id, each.at.hour) for each in found] == [
        ("2603.00002", 14),
        ("2603.00001", 13),
    ]


async def test_a_link_ends_with_the_feed_the_topic_or_the_list(conn: AsyncConnection) -> None:
    feed, topic = await a_feed(conn), await follow(conn, ADA, "robots")
    await follow(conn, GRACE, "robots")  # so that the topic itself stays
    mine = await a_list(conn, ADA, 1)
    tokens = [await linked(conn, target) for target in (feed, topic, mine)]
    await feeds.remove(conn, feed.feed_id)
    await subscriptions.unsubscribe(conn, ADA, topic.topic_id)
    assert await library.drop(conn, ADA, mine.list_id)
    assert [await feed_links.find(conn, token) for token in tokens] == [None] * 3
    assert await conn.scalar(select(func.count()).select_from(rows)) == 0


async def test_following_again_does_not_bring_an_old_link_back(conn: AsyncConnection) -> None:
    topic = await follow(conn, ADA, "robots")
    await follow(conn, GRACE, "robots")
    token = await linked(conn, topic)
    await subscriptions.unsubscribe(conn, ADA, topic.topic_id)
    assert await follow(conn, ADA, "robots") == topic
    assert await feed_links.find(conn, token) is None


async def test_a_server_that_removes_the_bot_loses_its_links_for_good(
    conn: AsyncConnection,
) -> None:
    token = await linked(conn, await a_feed(conn))
    await guilds.left(conn, 1, NOON)
    assert await feed_links.find(conn, token) is None
    await guilds.joined(conn, 1, NOON)
    assert await feed_links.find(conn, token) is None


async def test_the_links_of_a_person_are_exported_and_erased_with_their_data(
    conn: AsyncConnection,
) -> None:
    feed, topic = await a_feed(conn), await follow(conn, ADA, "robots")
    mine, hers = await a_list(conn, ADA), await a_list(conn, GRACE)
    tokens = [await linked(conn, target) for target in (feed, topic, mine, hers)]
    exported = (await personal_data.export(conn, ADA))["feed_links"]
    assert [(row["topic_id"], row["list_id"]) for row in exported] == [
        (topic.topic_id, None),
        (None, mine.list_id),
    ]
    assert (await personal_data.counts(conn, ADA))["feed_links"] == 2
    await personal_data.erase(conn, ADA, NOON)
    alive = [await feed_links.find(conn, token) is not None for token in tokens]
    assert alive == [True, False, False, True]


async def test_a_link_follows_its_topic_when_that_is_edited(conn: AsyncConnection) -> None:
    old, new = await follow(conn, ADA, "robots"), await follow(conn, ADA, "robot arms")
    hers = await follow(conn, GRACE, "robots")
    token, other = await linked(conn, old), await linked(conn, hers)
    await subscriptions.move_links(conn, ADA, old.topic_id, new.topic_id)
    await subscriptions.unsubscribe(conn, ADA, old.topic_id)
    links = [await feed_links.find(conn, each) for each in (token, other)]
    assert [link and link.target for link in links] == [new, hers]


async def test_a_link_follows_its_topic_when_that_is_matched_more_widely(
    conn: AsyncConnection,
) -> None:
    mine, hers = await follow(conn, ADA, "robots"), await follow(conn, GRACE, "robots")
    token, other = await linked(conn, mine), await linked(conn, hers)
    wide = await subscriptions.change_mode(conn, ADA, mine.topic_id, Mode.BROAD, NOON)
    assert wide is not None
    links = [await feed_links.find(conn, each) for each in (token, other)]
    assert [link and link.target for link in links] == [OfTopic(ADA, wide.id), hers]
