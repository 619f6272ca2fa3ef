"""What following a topic changes, and what the person is told of it, word for word."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.outcomes import Reason, Refused, Retry
from bot.interactions.errors import UserError
from bot.services.digests import MAX_TOPICS, Followed
from storage import digests, subscriptions
from storage.digests import DueDigest
from storage.subscriptions import Every, Mode, TopicDraft
from tests.bot.topics import FLOW, about, brought, dms, follower, subscriber
from tests.bot.world import MONDAY, TUESDAY, World, at, world

NOW = at(MONDAY, 8)


def draft(query: str, **known: object) -> TopicDraft:
    given: dict[str, object] = {"mode": Mode.STRICT, "every": None, "min_votes": 0, **known}
    return TopicDraft(id=1, query=query, **given)  # pyright: ignore[reportArgumentType]


async def follows(
    here: World, user_id: int, topic: TopicDraft, now: datetime = NOW, **known: int
) -> Followed:
    """Let somebody follow a topic, as its button does."""
    return await here.bot.services.following.follow(user_id, topic, now, **known)


async def topics(here: World) -> list[tuple[str, Mode, int]]:
    async with here.bot.services.database.read() as conn:
        followed = await subscriptions.of_user(conn, here.member.id)
    return [(each.topic.query, each.topic.mode, each.min_votes) for each in followed]


async def test_a_first_topic_brings_the_usual_settings_and_one_greeting(tmp_path: Path) -> None:
    async with world(tmp_path, {}) as here:
        done = await follows(here, here.member.id, draft("Flow  Matching", min_votes=3))
        assert (done.new, done.failure, done.replaced, done.rhythm) == (True, None, None, "")
        assert done.when == (
            f"Next digest: <t:{int(at(MONDAY, 9).timestamp())}:R>, if there are new papers."
        )
        person = await subscriber(here, here.member.id)
        assert (person.timezone, person.every, person.created_at) == ("UTC", Every.DAY, NOW)
        assert f"{person.at:%H:%M}" == "09:00"
        assert person.dm_channel_id == here.member.user.dm_channel.id
        assert await topics(here) == [("Flow Matching", Mode.STRICT, 3)]
        (hello,) = dms(here.member)
        assert hello.split("\n") == [
            "### You follow a new topic",
            "**Flow Matching**",
            done.when,
            "It brings what is new on your topics, and no paper twice.",
            "-# You get this because you pressed Subscribe.",
            "Unsubscribe…",
            "Settings",
        ]


async def test_the_same_topic_again_is_not_new_and_a_rhythm_is_the_whole_digests(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {}) as here:
        me = here.member.id
        await follows(here, me, draft("flow matching", every=Every.DAY))
        again = await follows(here, me, draft("flow matching", every=Every.WEEK))
        assert not again.new
        assert again.rhythm == (
            "Your digest, with all your topics, now comes: every Monday (before: every day)."
        )
        assert (await subscriber(here, me)).every is Every.WEEK
        same = await follows(here, me, draft("graphs", every=Every.WEEK))
        assert (same.new, same.rhythm) == (True, "")


async def test_a_topic_in_anothers_place_ends_that_one_without_a_message(tmp_path: Path) -> None:
    async with world(tmp_path, {}) as here:
        me = here.member.id
        await follows(here, me, draft("flow matching"))
        async with here.bot.services.database.read() as conn:
            (old,) = await subscriptions.of_user(conn, me)
        changed = await follows(
            here,
            me,
            draft("flow matching", min_votes=5, every=Every.WEEKDAYS),
            replaces=old.topic.id,
        )
        assert (changed.new, changed.replaced) == (False, "flow matching")
        assert changed.when.startswith("Next digest: <t:")
        assert changed.rhythm.startswith(
            "Your digest, with all your topics, now comes: Monday to Friday"
        )
        assert await topics(here) == [("flow matching", Mode.STRICT, 5)]
        other = await follows(here, me, draft("graphs"), replaces=old.topic.id)
        assert (other.new, other.replaced) == (True, "flow matching")
        assert (other.when, other.failure) == (changed.when, None)
        assert await topics(here) == [("graphs", Mode.STRICT, 0)]
        assert len(dms(here.member)) == 1


async def test_trending_is_a_topic_of_its_own(tmp_path: Path) -> None:
    async with world(tmp_path, {}) as here:
        await follows(here, here.member.id, draft("Trending", mode=Mode.TRENDING))
        await follows(here, here.member.id, draft("trending", mode=Mode.TRENDING))
        assert await topics(here) == [("trending", Mode.TRENDING, 0)]


async def test_a_topic_too_many_is_refused_and_nothing_is_kept_of_it(tmp_path: Path) -> None:
    async with world(tmp_path, {}) as here:
        me = here.member.id
        for number in range(MAX_TOPICS):
            await follower(here, me, f"topic {number}")
        with pytest.raises(UserError) as refused:
            await follows(here, me, draft("one more", every=Every.WEEK))
        assert str(refused.value) == (
            "You already follow 25 topics, the most there can be. Remove one with"
            f" {here.bot.mention('paper unsubscribe')} first."
        )
        assert len(await topics(here)) == 25
        assert (await subscriber(here, me)).every is Every.DAY
        async with here.bot.services.database.read() as conn:
            (first, *_) = await subscriptions.of_user(conn, me)
        await follows(here, me, draft("one more"), replaces=first.topic.id)
        assert len(await topics(here)) == 25


async def test_what_kept_a_greeting_back_is_told_with_what_to_do(tmp_path: Path) -> None:
    async with world(tmp_path, {}) as here:
        inbox = here.bot.mention("paper inbox")
        settings = here.bot.mention("paper digest settings")
        assert here.bot.services.following.describe_failure(Refused(Reason.DM_CLOSED)) == (
            "⚠️ I can't send you direct messages. Allow them in the privacy settings of a server"
            f" we share, then change any setting with {settings}. Until then, your digests are in"
            f" {inbox}."
        )
        assert here.bot.services.following.describe_failure(Retry(Reason.UNAVAILABLE, 30)) == (
            "I couldn't send you the confirmation just now. You'll still get your digests. Any"
            f" that don't arrive are in {inbox}."
        )


async def test_closed_messages_are_tried_again_once_somebody_comes_back(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        me = here.member.id
        assert await here.bot.services.subscriptions.reopen(None) == ""
        await follower(here, me)
        assert await here.bot.services.subscriptions.reopen(await subscriber(here, me)) == ""
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql("UPDATE subscribers SET closed_at = created_at, strikes = 3")
        closed = await subscriber(here, me)
        assert await here.bot.services.subscriptions.reopen(closed) == (
            "⚠️ My last DMs didn't reach you. I'll try again with your next digest. Please allow"
            " direct messages in the privacy settings of a server we share. Until then, your"
            f" digests are in {here.bot.mention('paper inbox')}."
        )
        assert await here.bot.services.subscriptions.reopen(closed) == ""
        await here.tick(at(MONDAY, 9))
        assert len(brought(here.member)) == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (50007, Reason.DM_CLOSED),
        (40003, Reason.DM_BLOCKED),
    ],
)
async def test_a_greeting_that_does_not_arrive_says_why(
    tmp_path: Path, code: int, reason: Reason
) -> None:
    async with world(tmp_path, {}) as here:
        path = "/users/@me/channels" if code == 40003 else "/channels/*/messages"
        here.env.inject_error("POST", path, status=403, code=code, times=1)
        done = await follows(here, here.member.id, draft("flow"))
        assert done.failure == Refused(reason)
        async with here.bot.services.database.read() as conn:
            until = await digests.broken_until(conn, NOW)
        assert until == (at(TUESDAY, 8) if code == 40003 else None)
        here.env.backend.faults.clear()
        second = await follows(here, here.admin.id, draft("flow"))
        assert second.failure == (Refused(reason) if code == 40003 else None)


@pytest.mark.parametrize(
    ("setting", "seconds"), [("dm_opens_per_day", 86_400), ("dm_sends_per_hour", 3_600)]
)
async def test_a_greeting_over_the_budget_says_when_there_is_room(
    tmp_path: Path, setting: str, seconds: int
) -> None:
    settings: dict[str, Any] = {setting: 1}
    async with world(tmp_path, {}, now=NOW, **settings) as here:
        first = await follows(here, here.member.id, draft("flow"))
        assert first.failure is None
        later = NOW + timedelta(minutes=10)
        second = await follows(here, here.admin.id, draft("flow"), later)
        assert second.failure == Retry(Reason.RATE_LIMITED, seconds - 600)
        assert dms(here.admin) == []


async def test_the_next_digest_is_not_on_a_day_that_had_its_own(tmp_path: Path) -> None:
    async with world(tmp_path, {}) as here:
        me = here.member.id
        await follower(here, me, timezone="Asia/Tokyo")
        person = await subscriber(here, me)

        def at_hour(day: date, hour: int) -> str:
            return f"<t:{int(at(day, hour).timestamp())}:R>"

        assert at_hour(TUESDAY, 0) in await here.bot.services.subscriptions.next_digest(
            person, at(MONDAY, 23)
        )
        async with here.bot.services.database.write() as conn:
            due = DueDigest(me, TUESDAY, Every.DAY, at(TUESDAY, 0), at(TUESDAY, 15))
            await digests.plan(conn, due, [], payload=None, state=digests.EMPTY, now=NOW)
        after = await here.bot.services.subscriptions.next_digest(person, at(MONDAY, 23))
        assert at_hour(TUESDAY + timedelta(days=1), 0) in after
        async with here.bot.services.database.write() as conn:
            (mine,) = await subscriptions.of_user(conn, me)
            await subscriptions.set_paused(conn, me, mine.topic.id, paused=True)
        nothing = await here.bot.services.subscriptions.next_digest(person, NOW)
        assert nothing == "You don't follow any active topics, so you'll get no digest."


async def test_the_day_that_had_its_digest_is_the_readers_own(tmp_path: Path) -> None:
    async with world(tmp_path, {}) as here:
        me = here.member.id
        await follower(here, me, timezone="America/Los_Angeles")
        evening = at(TUESDAY, 3)  # Monday 20:00 there
        async with here.bot.services.database.write() as conn:
            due = DueDigest(me, MONDAY, Every.DAY, at(MONDAY, 16), at(TUESDAY, 7))
            await digests.plan(conn, due, [], payload=None, state=digests.EMPTY, now=NOW)
        said = await here.bot.services.subscriptions.next_digest(
            await subscriber(here, me), evening
        )
        assert f"<t:{int(at(TUESDAY, 16).timestamp())}:R>" in said


async def test_topics_followed_in_a_row_share_one_confirmation(tmp_path: Path) -> None:
    async with world(tmp_path, {}) as here:
        me = here.member.id
        await follows(here, me, draft("flow matching"))
        second = await follows(here, me, draft("graphs"))
        assert second.added
        assert second.failure is None
        (hello,) = dms(here.member)
        assert hello.split("\n")[:3] == [
            "### You follow 2 new topics",
            "- **flow matching**",
            "- **graphs**",
        ]


async def test_a_topic_followed_later_or_after_a_restart_has_a_confirmation_of_its_own(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {}) as here:
        me = here.member.id
        await follows(here, me, draft("flow matching"))
        later = await follows(here, me, draft("graphs"), NOW + timedelta(minutes=31))
        assert not later.added
        await here.restart()
        assert not (await follows(here, me, draft("robots"), NOW + timedelta(minutes=32))).added
        assert [each.split("\n")[1] for each in dms(here.member)] == [
            "**flow matching**",
            "**graphs**",
            "**robots**",
        ]


async def test_a_confirmation_that_is_gone_is_sent_again(tmp_path: Path) -> None:
    async with world(tmp_path, {}) as here:
        me = here.member.id
        await follows(here, me, draft("flow matching"))
        here.env.backend.messages[here.member.user.dm_channel.id].clear()
        again = await follows(here, me, draft("graphs"))
        assert not again.added
        assert again.failure is None
        (hello,) = dms(here.member)
        assert "**graphs**" in hello
