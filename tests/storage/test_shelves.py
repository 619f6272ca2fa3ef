"""Servers' shelves: who added what, and what stays when someone takes it back."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from storage import feed_links, guilds, library, papers, personal_data, shelves
from storage.database import Database
from storage.feed_links import OfShelf
from storage.library import Cleared, Member, Reacted, Reaction
from storage.shelves import AddedVia, Adding, Shelf, ShelfPostState, ShelfSort
from storage.tables import shelf_additions
from tests.storage.libraries import (
    ADA,
    CARD,
    DIGEST,
    FIRST,
    GRACE,
    MINUTE,
    OTHER_CARD,
    SECOND,
    prepare,
)
from tests.storage.libraries import shelf as lists_of
from tests.storage.shared import NOON

HERE, ELSEWHERE = 7, 8
PIN = "📌"
DAY = timedelta(days=1)


def pinned(
    user_id: int = ADA,
    message_id: int = CARD,
    emoji: str = PIN,
    *,
    added: bool = True,
    member: Member | None = None,
    at: datetime = NOON,
) -> Reacted:
    return Reacted(Reaction(message_id, user_id, emoji), at, added, member)


async def happen(database: Database, *events: library.Event) -> None:
    async with database.write() as conn:
        await library.apply(conn, events)
        await shelves.apply(conn, events)


async def on_shelf(database: Database, guild_id: int = HERE) -> dict[str, int]:
    """Return the papers on a shelf, each with how many people added it."""
    async with database.read() as conn:
        found = await shelves.papers_on(conn, guild_id)
        assert len(found) == await shelves.count(conn, guild_id)
    return {each.stored.paper.id: each.people for each in found}


async def put(database: Database, **values: object) -> Shelf:
    wanted = replace(Shelf(HERE), **values)  # pyright: ignore[reportArgumentType] - its fields
    async with database.write() as conn:
        await shelves.put(conn, wanted, NOON)
    return wanted


async def test_a_reaction_adds_to_the_servers_shelf_and_not_to_the_persons_library(
    database: Database,
) -> None:
    await prepare(database)
    await happen(database, pinned(), pinned(GRACE), pinned(GRACE, OTHER_CARD))
    assert await on_shelf(database) == {FIRST: 2, SECOND: 1}
    assert await on_shelf(database, ELSEWHERE) == {}
    assert await lists_of(database) == {}


async def test_taking_ones_reaction_off_takes_back_ones_own_addition_alone(
    database: Database,
) -> None:
    await prepare(database)
    await happen(database, pinned(), pinned(GRACE))
    await happen(database, pinned(added=False))
    assert await on_shelf(database) == {FIRST: 1}
    await happen(database, pinned(GRACE, added=False))
    assert await on_shelf(database) == {}


async def test_reactions_that_a_moderator_clears_are_taken_back(database: Database) -> None:
    await prepare(database)
    await happen(database, pinned(), pinned(GRACE), pinned(ADA, OTHER_CARD))
    await happen(database, Cleared(CARD, "🔖"))
    assert await on_shelf(database) == {FIRST: 2, SECOND: 1}
    await happen(database, Cleared(CARD, PIN), Cleared(OTHER_CARD))
    assert await on_shelf(database) == {}


async def test_a_message_that_only_one_person_sees_adds_nothing(database: Database) -> None:
    await prepare(database)
    await happen(database, pinned(message_id=DIGEST), pinned(message_id=999))
    assert await on_shelf(database) == {}


@pytest.mark.parametrize(
    ("adding", "member", "may"),
    [
        (Adding.EVERYONE, None, True),
        (Adding.ROLE, None, False),
        (Adding.ROLE, Member(frozenset({4, 6})), False),
        (Adding.ROLE, Member(frozenset({4, 5})), True),
        (Adding.ROLE, Member(manages=True), True),
        (Adding.MANAGERS, Member(frozenset({5})), False),
        (Adding.MANAGERS, Member(manages=True), True),
        (Adding.MANAGERS, None, False),
    ],
)
async def test_only_those_who_may_add_do(
    database: Database, adding: Adding, member: Member | None, may: bool
) -> None:
    await prepare(database)
    await put(database, adding=adding, role_id=5)
    await happen(database, pinned(member=member))
    assert await on_shelf(database) == ({FIRST: 1} if may else {})


async def test_an_emoji_of_a_persons_own_list_saves_there_and_publishes_nothing(
    database: Database,
) -> None:
    await prepare(database)
    async with database.write() as conn:
        await library.create(conn, ADA, "pins", PIN, NOON)
    await happen(database, pinned(), pinned(GRACE))
    assert await lists_of(database) == {"pins": {FIRST}}
    assert await on_shelf(database) == {FIRST: 1}


async def test_a_server_may_choose_another_emoji_in_any_skin_tone(database: Database) -> None:
    await prepare(database)
    await put(database, emoji="👍")
    await happen(database, pinned(), pinned(GRACE, emoji="👍🏽"))
    assert await on_shelf(database) == {FIRST: 1}


async def test_every_origin_keeps_a_paper_until_it_is_taken_back(database: Database) -> None:
    await prepare(database)
    await happen(database, pinned())
    async with database.write() as conn:
        assert await shelves.add_on_purpose(
            conn, HERE, ADA, FIRST, via=AddedVia.COMMAND, now=NOON + MINUTE
        )
    assert await on_shelf(database) == {FIRST: 1}
    await happen(database, pinned(added=False))
    assert await on_shelf(database) == {FIRST: 1}
    async with database.write() as conn:
        await shelves.take_back(conn, HERE, ADA, FIRST)
    assert await on_shelf(database) == {}


async def test_what_was_taken_back_by_command_does_not_return_with_a_reaction_that_still_stands(
    database: Database,
) -> None:
    await prepare(database)
    await happen(database, pinned())
    async with database.write() as conn:
        await shelves.take_back(conn, HERE, ADA, FIRST)
        seen = {pinned().reaction: NOON + DAY}
        await shelves.add(conn, seen, {}, again=False)
    assert await on_shelf(database) == {}
    await happen(database, pinned(added=False), pinned(at=NOON + DAY))
    assert await on_shelf(database) == {FIRST: 1}


async def test_an_admin_takes_a_paper_off_for_all_and_members_may_add_it_again(
    database: Database,
) -> None:
    await prepare(database)
    await happen(database, pinned(), pinned(GRACE))
    async with database.write() as conn:
        await shelves.pin(conn, HERE, FIRST, NOON)
        await shelves.take_off(conn, HERE, FIRST)
    assert await on_shelf(database) == {}
    await happen(database, pinned(GRACE, at=NOON + DAY))
    assert await on_shelf(database) == {FIRST: 1}


async def test_a_blocked_paper_is_added_by_no_one_until_it_is_unblocked(database: Database) -> None:
    await prepare(database)
    await happen(database, pinned())
    async with database.write() as conn:
        await shelves.block(conn, HERE, FIRST, NOON)
        assert await shelves.blocked(conn, HERE, 5) == [(FIRST, f"On the matter of {FIRST}")]
        assert not await shelves.add_on_purpose(
            conn, HERE, ADA, FIRST, via=AddedVia.BUTTON, now=NOON
        )
    await happen(database, pinned(GRACE), pinned(ADA, OTHER_CARD))
    assert await on_shelf(database) == {SECOND: 1}
    async with database.write() as conn:
        await shelves.unblock(conn, HERE, FIRST)
        assert await shelves.blocked(conn, HERE, 5) == []
    await happen(database, pinned(GRACE))
    assert await on_shelf(database) == {FIRST: 1, SECOND: 1}


async def test_a_pinned_paper_stays_without_anyone_and_pinning_unblocks(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        await shelves.block(conn, HERE, FIRST, NOON)
        await shelves.pin(conn, HERE, FIRST, NOON)
        there = await shelves.of_paper(conn, HERE, ADA, FIRST)
    assert (there.pinned, there.blocked, there.there, there.people) == (True, False, True, 0)
    assert await on_shelf(database) == {FIRST: 0}
    async with database.write() as conn:
        await shelves.unpin(conn, HERE, FIRST)
    assert await on_shelf(database) == {}


async def test_erasing_a_person_leaves_what_others_added_or_an_admin_pinned(
    database: Database,
) -> None:
    await prepare(database)
    await happen(database, pinned(), pinned(GRACE), pinned(ADA, OTHER_CARD))
    async with database.read() as conn:
        mine = (await personal_data.export(conn, ADA))["shelf_additions"]
    assert [(row["guild_id"], row["paper_id"], row["via"]) for row in mine] == [
        (HERE, FIRST, "reaction"),
        (HERE, SECOND, "reaction"),
    ]
    async with database.write() as conn:
        await personal_data.erase(conn, ADA, NOON)
    assert await on_shelf(database) == {FIRST: 1}
    async with database.write() as conn:
        await shelves.pin(conn, HERE, FIRST, NOON)
        await personal_data.erase(conn, GRACE, NOON)
        assert await conn.scalar(select(func.count()).select_from(shelf_additions)) == 0
    assert await on_shelf(database) == {FIRST: 0}


async def test_only_those_who_agreed_are_named_and_only_while_they_agree(
    database: Database,
) -> None:
    await prepare(database)
    await happen(database, pinned(at=NOON + MINUTE), pinned(GRACE))
    async with database.write() as conn:
        assert await shelves.named(conn, HERE, [FIRST]) == {}
        for user_id in (ADA, GRACE):
            await shelves.set_named(conn, user_id, NOON, named=True)
        assert await shelves.named(conn, HERE, [FIRST, SECOND]) == {FIRST: [GRACE, ADA]}
        assert await shelves.named(conn, ELSEWHERE, [FIRST]) == {}
        await shelves.set_named(conn, GRACE, NOON, named=False)
        assert await shelves.named(conn, HERE, [FIRST]) == {FIRST: [ADA]}
        assert await library.counts(conn, ADA)
        await shelves.take_back(conn, HERE, ADA, FIRST)
        assert await shelves.named(conn, HERE, [FIRST]) == {}


async def test_a_shelf_is_read_in_every_order(database: Database) -> None:
    await prepare(database)
    await happen(
        database,
        pinned(),
        pinned(ADA, OTHER_CARD, at=NOON + MINUTE),
        pinned(GRACE, at=NOON + 2 * MINUTE),
    )
    orders = {
        ShelfSort.NEWEST: [SECOND, FIRST],
        ShelfSort.OLDEST: [FIRST, SECOND],
        ShelfSort.ADDED: [FIRST, SECOND],
        ShelfSort.VOTES: [SECOND, FIRST],
        ShelfSort.PUBLISHED: [SECOND, FIRST],
        ShelfSort.TITLE: [FIRST, SECOND],
    }
    async with database.read() as conn:
        for sort, wanted in orders.items():
            found = await shelves.papers_on(conn, HERE, sort=sort)
            assert [each.stored.paper.id for each in found] == wanted, sort
        rest = await shelves.papers_on(conn, HERE, offset=1, limit=5)
    assert [each.stored.paper.id for each in rest] == [FIRST]


async def test_cards_say_how_many_saved_only_where_an_admin_and_enough_members_allow_it(
    database: Database,
) -> None:
    await prepare(database)
    people = range(2001, 2005)
    await happen(database, *(Reacted(Reaction(CARD, user, "🔖"), NOON) for user in people))
    await happen(database, pinned(2001), pinned(2009))

    async def shown() -> dict[str, int]:
        async with database.read() as conn:
            return await shelves.saved_here(conn, HERE, [FIRST, SECOND], NOON - DAY, 5)

    assert await shown() == {}
    await put(database, shows_saves=True)
    assert await shown() == {}  # four members saved something
    await happen(database, Reacted(Reaction(OTHER_CARD, 2005, "🔖"), NOON))
    assert await shown() == {FIRST: 5, SECOND: 1}
    async with database.write() as conn:
        await library.set_counts(conn, 2005, NOON, counted=False)
    assert await shown() == {}
    async with database.read() as conn:
        assert await shelves.saved_here(conn, HERE, [FIRST], NOON + DAY, 1) == {}


MONDAY = datetime.fromisoformat("2025-06-09T09:00:00+00:00")


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (MONDAY - MINUTE, None),
        (MONDAY, MONDAY),
        (MONDAY + shelves.GRACE - MINUTE, MONDAY),
        (MONDAY + shelves.GRACE, None),
        (MONDAY + 7 * DAY - MINUTE, None),
        (MONDAY + 7 * DAY, MONDAY + 7 * DAY),
    ],
)
def test_a_weekly_post_is_open_from_its_hour_for_some_days(
    now: datetime, found: datetime | None
) -> None:
    here = shelves.opened(now, 0, time(9), "UTC")
    assert here == (None if found is None else (found.date(), found))


def test_the_weeks_hour_is_that_of_the_servers_own_clock() -> None:
    # Sunday 23:00 in UTC is Monday morning in Tokyo, and there are no summer clocks there.
    assert shelves.opened(MONDAY - timedelta(hours=9), 0, time(9), "Asia/Tokyo") is not None
    assert shelves.opened(MONDAY - timedelta(hours=9, minutes=1), 0, time(9), "Asia/Tokyo") is None
    # An hour that the change of the clocks skips comes when it has passed.
    sunday = datetime.fromisoformat("2025-03-30T01:00:00+00:00")
    found = shelves.opened(sunday, 6, time(2, 30), "Europe/Berlin")
    assert found is not None
    assert found[1] == sunday


async def test_a_weekly_post_is_owed_once_and_not_from_before_it_was_turned_on(
    database: Database,
) -> None:
    await prepare(database)
    await put(database, channel_id=70, weekly_since=MONDAY - DAY)

    async def due(now: datetime) -> list[int]:
        async with database.read() as conn:
            return [each.guild_id for each in await shelves.claim_due(conn, now)]

    assert await due(MONDAY - MINUTE) == []
    assert await due(MONDAY) == [HERE]
    async with database.write() as conn:
        (owed,) = await shelves.claim_due(conn, MONDAY)
        assert await shelves.plan(conn, owed, payload=None, now=MONDAY) is not None
        assert await shelves.plan(conn, owed, payload={}, now=MONDAY) is None
        assert await shelves.unfinished(conn, MONDAY) == []
    assert await due(MONDAY + DAY) == []
    assert await due(MONDAY + 7 * DAY) == [HERE]
    await put(database, channel_id=70, weekly_since=MONDAY + 7 * DAY + MINUTE)
    assert await due(MONDAY + 8 * DAY) == []
    await put(database, channel_id=70, weekly_since=MONDAY)
    async with database.write() as conn:
        await shelves.stop_weekly(conn, HERE, "gone")
    assert await due(MONDAY + 7 * DAY) == []
    await put(database, channel_id=70, weekly_since=MONDAY)
    async with database.write() as conn:
        await guilds.left(conn, HERE, MONDAY)
    assert await due(MONDAY + 7 * DAY) == []


async def test_a_weekly_post_that_failed_leaves_its_papers_to_the_next_one(
    database: Database,
) -> None:
    await prepare(database)
    await put(database, channel_id=70, weekly_since=NOON)
    await happen(database, pinned(), pinned(ADA, OTHER_CARD))

    async def new() -> set[str]:
        async with database.read() as conn:
            found = await shelves.papers_on(conn, HERE, unposted_since=NOON)
        return {each.stored.paper.id for each in found}

    async with database.write() as conn:
        owed = shelves.DueShelf(HERE, 70, NOON.date(), NOON)
        post_id = await shelves.plan(conn, owed, payload={}, now=NOON)
        assert post_id is not None
        await shelves.mark_sending(conn, post_id, NOON)
        await shelves.mark_retry(conn, post_id, at=NOON + DAY, reason="later")
        assert await shelves.unfinished(conn, NOON) == []
        assert await shelves.unfinished(conn, NOON + DAY) == [post_id]
        await shelves.mark_failed(conn, post_id, "no", NOON)
        assert await shelves.last_planned(conn, HERE) == NOON
    assert await new() == {FIRST, SECOND}
    async with database.write() as conn:
        await shelves.mark_sent(conn, post_id, HERE, 900, [FIRST], NOON)
        sent = await shelves.post(conn, post_id)
    assert sent is not None
    assert (sent.state, sent.message_id) == (ShelfPostState.DONE, 900)
    assert await new() == {SECOND}


async def test_everything_of_a_shelf_goes_with_its_server(database: Database) -> None:
    await prepare(database)
    await happen(database, pinned())
    async with database.write() as conn:
        await feed_links.create(conn, OfShelf(HERE), "example.org", NOON)
        await feed_links.create(conn, OfShelf(ELSEWHERE), "example.org", NOON)
        await guilds.left(conn, HERE, NOON)
        assert await feed_links.of_target(conn, OfShelf(HERE)) == []
        assert len(await feed_links.of_target(conn, OfShelf(ELSEWHERE))) == 1
        later = NOON + guilds.LEFT_KEPT + DAY
        while await guilds.forget_left(conn, later):
            pass
        assert await shelves.get(conn, HERE) == Shelf(HERE)
        assert await conn.scalar(select(func.count()).select_from(shelf_additions)) == 0
        assert await papers.get(conn, FIRST) is not None
