"""Papers of a digest that say nearly the same are one entry, and none comes again."""

from pathlib import Path

from bot.services.digests import compose, due_of
from storage import digests
from storage.subscriptions import Mode
from tests.bot.library_fakes import said
from tests.bot.services.publishing.test_restored import back_up, restore
from tests.bot.services.test_picks import readers, save
from tests.bot.topics import about, brought, dms, follower, subscriber
from tests.bot.world import MONDAY, TUESDAY, WEDNESDAY, World, at, votes, world

LONG = "Flow Matching for Video (extended version)"
SHORT = "Flow Matching for Video"
OTHER = "Flow Matching of Sound"
ID = f"2506.{6 * 3_000 + 9 * 90:05}"
"""The id of the first of Monday's papers."""


async def press(here: World, label: str) -> str:
    """Press a button under the latest digest; return the answer."""
    messages = [each for each in here.member.user.dm_channel.history() if each.components]
    return said(await here.member.user.click(messages[-1], label=label))


async def test_a_better_match_stands_for_a_paper_that_says_the_same(tmp_path: Path) -> None:
    days = {
        MONDAY: [*about(MONDAY, LONG, OTHER), *about(MONDAY, SHORT, upvotes=90, first=2)],
        TUESDAY: about(TUESDAY, "Flow Matching on Tuesday"),
    }
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        (digest,) = brought(here.member)
        assert "1 to 2 of 2 papers" in digest
        assert digest.index(f"1. [{SHORT}]") < digest.index("and 1 more about this")
        assert digest.index("and 1 more about this") < digest.index(f"[{OTHER}]")
        assert "extended" not in digest
        listed = await press(here, "Show 1 more about these")
        assert f"[{LONG}](https://arxiv.org/abs/{ID})" in listed
        await here.tick(at(TUESDAY, 9))
        assert "extended" not in "".join(dms(here.member)[1:])
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql("DELETE FROM digests")
        await here.restart()
        messages = [each for each in here.member.user.dm_channel.history() if each.components]
        again = await here.member.user.click(messages[0], label="Show 1 more about these")
        assert LONG in said(again)


async def test_what_folding_frees_is_filled_and_what_does_not_fit_is_folded_too(
    tmp_path: Path,
) -> None:
    titles = (SHORT, LONG, OTHER, f"{OTHER} [v2]", "Flow Matching of Tides")
    days = {MONDAY: about(MONDAY, *titles)}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 8))
        due = due_of(await subscriber(here, here.member.id), at(MONDAY, 9))
        services = here.bot.services
        async with services.database.read() as conn:
            composed = await compose(
                services.ranking, services.folding, conn, due, at(MONDAY, 9), longest=2, max_more=3
            )
        payload = composed.payload
        assert payload is not None
        assert len(payload.entries) == 2
        assert len(payload.more) == 1
        assert sorted(len(each.folded) for each in (*payload.entries, *payload.more)) == [0, 1, 1]
        assert payload.left_out == 0
        assert len(set(payload.paper_ids)) == 5


async def test_papers_that_a_digest_only_names_keep_what_is_folded_behind_them(
    tmp_path: Path,
) -> None:
    numbers = [f"Flow Matching, volume {number}" for number in range(25)]
    days = {MONDAY: [*about(MONDAY, *numbers, upvotes=50), *about(MONDAY, SHORT, LONG, first=25)]}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        more = await press(here, "Show 1 more")
        assert "and 1 more about this" in more
        async with here.bot.services.database.read() as conn:
            digest = await digests.of_day(conn, here.member.id, MONDAY)
            assert digest is not None
            rows = await conn.exec_driver_sql("SELECT paper_id FROM digest_papers")
            assert len(set(rows.scalars())) == 27


async def test_the_best_of_the_day_stands_behind_a_match_that_says_the_same(tmp_path: Path) -> None:
    days = {MONDAY: [*about(MONDAY, SHORT), *votes(MONDAY, 50)]}
    days[MONDAY] += about(MONDAY, LONG, upvotes=99, first=1)
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id, "title:video -extended")
        await follower(here, here.member.id, "trending", mode=Mode.TRENDING)
        await here.tick(at(MONDAY, 9))
        (digest,) = brought(here.member)
        assert "1 to 2 of 2 papers" in digest
        assert "and 1 more about this" in digest
        assert f"[{LONG}]" not in digest


async def test_a_pick_stands_behind_a_match_that_says_the_same_and_comes_no_more(
    tmp_path: Path,
) -> None:
    again = "Walking robots on ice with a new gait (extended version)"
    async with readers(tmp_path) as here:
        await follower(here, here.member.id, "title:extended")
        await save(here, 1, 2, 3)
        here.source.days[TUESDAY] += about(TUESDAY, again)
        await here.tick(at(TUESDAY, 9, 40))
        await here.tick(at(WEDNESDAY, 9))
        (digest,) = brought(here.member)
        assert digest.count("Walking robots on ice") == 1
        assert f"[{again}]" in digest
        assert "[Walking robots on ice with a new gait](" in await press(
            here, "Show 1 more about these"
        )
        for day in (12, 13, 16):
            await here.tick(at(WEDNESDAY.replace(day=day), 9))
        assert "Walking robots on ice" not in "".join(brought(here.member)[1:])


async def test_after_a_restore_what_a_digest_listed_behind_its_button_is_not_brought(
    tmp_path: Path,
) -> None:
    days = {
        MONDAY: about(MONDAY, "Flow Matching on Monday"),
        TUESDAY: [*about(TUESDAY, SHORT, upvotes=9), *about(TUESDAY, LONG, first=1)],
        WEDNESDAY: about(WEDNESDAY, "Flow Matching on Wednesday"),
    }
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        backup = await back_up(here)
        await here.tick(at(TUESDAY, 9))
        assert "and 1 more about this" in brought(here.member)[1]
        await restore(here, backup)
        for moment in (at(TUESDAY, 9, 30), at(WEDNESDAY, 9)):
            await here.tick(moment)
        assert len(brought(here.member)) == 3
        assert "for Video" not in brought(here.member)[2]
