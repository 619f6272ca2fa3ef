"""How a digest goes out: its one message, its tries, and where it waits when it cannot arrive."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot import limits
from bot.delivery.retry import FIRST_RETRY, LONGEST_RETRY
from bot.services.digests import compose, due_of, render_digest
from storage import digests, subscriptions
from storage.digests import Digest
from storage.subscriptions import Mode
from storage.tables import subscribers
from tests.bot.topics import (
    FLOW,
    about,
    answer,
    brought,
    digest_of,
    dms,
    follow,
    follower,
    subscriber,
)
from tests.bot.ui.layout import texts
from tests.bot.world import MONDAY, TUESDAY, World, at, votes, world
from tests.power import Disk

TO_ALL = "/channels/*/messages"


async def mondays(here: World, user_id: int) -> Digest:
    found = await digest_of(here, user_id, MONDAY)
    assert found is not None
    return found


def sent(here: World) -> list[dict[str, Any]]:
    """Return the bodies of the messages that were posted, also of those that were refused."""
    return [
        dict(request.json or {})
        for request in here.env.http_requests
        if request.method == "POST" and request.path.endswith("/messages")
    ]


async def test_a_digest_keeps_its_nonce_and_its_tries_are_further_and_further_apart(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        here.env.inject_error("POST", TO_ALL, status=503, times=None)
        now = at(MONDAY, 9)
        waits: list[float] = []
        for _ in range(8):
            await here.tick(now)
            waiting = await mondays(here, here.member.id)
            assert waiting.state == digests.SENDING
            assert waiting.reason == "Discord did not answer"
            assert waiting.next_try_at is not None
            waits.append((waiting.next_try_at - now).total_seconds())
            await here.tick(waiting.next_try_at - timedelta(seconds=1))
            now = waiting.next_try_at
        assert waits == [FIRST_RETRY * 2**n for n in range(6)] + [LONGEST_RETRY] * 2
        here.env.backend.faults.clear()
        await here.tick(now)
        nonces = {message["nonce"] for message in sent(here)}
        assert len(sent(here)) == 9
        (nonce,) = nonces
        assert len(nonce) == limits.MESSAGE_NONCE - 1
        done = await mondays(here, here.member.id)
        assert (done.state, done.sent_at, done.finished_at) == (digests.SENT, now, now)
        (message,) = here.member.user.dm_channel.history()
        assert done.message_id == message.id
        assert await here.member.user.click(message, label="Save")


async def test_a_digest_whose_next_try_is_after_its_day_waits_in_the_inbox(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id, hour=23)
        here.env.inject_error("POST", TO_ALL, status=503, times=None)
        await here.tick(at(MONDAY, 23, 59))
        assert (await mondays(here, here.member.id)).state == digests.SENDING
        last = at(TUESDAY, 0) - timedelta(seconds=30)
        await here.tick(last)
        kept = await mondays(here, here.member.id)
        assert (kept.state, kept.reason) == (digests.INBOX, "Discord did not answer")
        assert kept.finished_at == last
        here.env.backend.faults.clear()
        assert FLOW in answer(await here.member.slash(here.channel, "paper inbox"))
        assert brought(here.member) == []


@pytest.mark.parametrize("tried", [True, False])
async def test_a_digest_whose_day_is_over_waits_in_the_inbox_with_why(
    tmp_path: Path, tried: bool
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        here.env.inject_error("POST", TO_ALL, status=503, times=None)
        await here.tick(at(MONDAY, 9))
        here.env.backend.faults.clear()
        if not tried:
            async with here.bot.services.database.write() as conn:
                await conn.exec_driver_sql("UPDATE digests SET state = 'planned', reason = NULL")
        await here.tick(at(TUESDAY, 0))
        kept = await mondays(here, here.member.id)
        why = "Discord did not answer" if tried else "its day was over"
        assert (kept.state, kept.reason) == (digests.INBOX, why)
        assert dms(here.member) == []


@pytest.mark.parametrize(
    ("status", "code", "reason", "strikes"),
    [
        (403, 50007, "their direct messages are closed", 1),
        (404, 10013, "the account no longer exists", 0),
        (400, 50035, "Discord refused the message's form", 0),
    ],
)
async def test_a_digest_that_discord_refuses_waits_in_the_inbox(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    status: int,
    code: int,
    reason: str,
    strikes: int,
) -> None:
    caplog.set_level(logging.INFO, "bot.services.digests")
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        here.env.inject_error("POST", TO_ALL, status=status, code=code, times=None)
        for minute in range(2):
            await here.tick(at(MONDAY, 9, minute))
        kept = await mondays(here, here.member.id)
        assert (kept.state, kept.reason, kept.finished_at) == (
            digests.INBOX,
            reason,
            at(MONDAY, 9),
        )
        assert (await subscriber(here, here.member.id)).strikes == strikes
        assert len(sent(here)) == 1
        # Only a form that is wrong is for the people who run the bot to mend.
        (level,) = (each.levelno for each in caplog.records if reason in each.message)
        assert level == (logging.ERROR if code == 50035 else logging.INFO)


async def test_an_account_that_cannot_be_opened_has_its_digest_in_the_inbox(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        here.env.inject_error("POST", "/users/@me/channels", status=404, code=10013, times=1)
        await here.tick(at(MONDAY, 9))
        kept = await mondays(here, here.member.id)
        assert (kept.state, kept.reason) == (digests.INBOX, "the account no longer exists")
        assert sent(here) == []


async def test_a_word_from_discord_holds_this_digest_and_all_others_back_for_a_day(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        await follower(here, here.admin.id, hour=10)
        here.env.inject_error("POST", TO_ALL, status=403, code=40003, times=1)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 10))
        async with here.bot.services.database.read() as conn:
            assert await digests.broken_until(conn, at(MONDAY, 10)) == at(TUESDAY, 9)
        reason = "Discord is holding back the bot's direct messages"
        for person, moment in ((here.member, 9), (here.admin, 10)):
            kept = await mondays(here, person.id)
            assert (kept.state, kept.reason) == (digests.INBOX, reason)
            assert kept.finished_at == at(MONDAY, moment)
        assert len(sent(here)) == 1


async def test_the_days_budget_of_new_conversations_is_waited_for_to_the_second(
    tmp_path: Path,
) -> None:
    days = {MONDAY: about(MONDAY, FLOW)}
    async with world(tmp_path, days, dm_opens_per_day=1) as here:
        await follower(here, here.member.id)
        await follower(here, here.admin.id, hour=20)
        await here.tick(at(MONDAY, 9))
        here.clock.at = at(MONDAY, 12)
        told = await follow(here, here.admin, "proteins")
        assert "couldn't send you the confirmation just now" in told
        assert dms(here.admin) == []
        await here.tick(at(MONDAY, 20))
        kept = await mondays(here, here.admin.id)
        assert (kept.state, kept.reason) == (digests.INBOX, "Discord asked us to slow down")


async def test_the_hours_budget_is_waited_for_to_the_second(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, FLOW)}
    async with world(tmp_path, days, dm_sends_per_hour=1) as here:
        await follower(here, here.member.id)
        await follower(here, here.admin.id)
        await here.tick(at(MONDAY, 9))
        states = [await mondays(here, each.id) for each in (here.member, here.admin)]
        (waiting,) = (each for each in states if each.state != digests.SENT)
        assert waiting.state == digests.PLANNED
        assert waiting.next_try_at == at(MONDAY, 10)
        assert waiting.reason == "too many direct messages in this hour"
        await here.tick(at(MONDAY, 9, 59))
        assert len(sent(here)) == 1
        await here.tick(at(MONDAY, 10))
        assert len(sent(here)) == 2


async def test_a_digest_now_is_counted_as_the_days_and_says_nothing_without_papers(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}, now=at(MONDAY, 0)) as here:
        digester, member = here.bot.services.digester, here.member.id
        assert await digester.now(member, at(MONDAY, 8)) is None
        await follower(here, member, "proteins")
        await here.bot.app.cycle.ingest(at(MONDAY, 8))
        assert await digester.now(member, at(MONDAY, 8)) is None
        await follower(here, member)
        await here.tick(at(MONDAY, 8, 1))
        made = await digester.now(member, at(MONDAY, 8, 2))
        assert made is not None
        digest, payload = made
        assert (digest.state, digest.local_date) == (digests.SHOWN, MONDAY)
        assert digest.expires_at == at(TUESDAY, 0)
        assert (payload.day, payload.topics) == (MONDAY, 2)
        assert [entry.title for entry in payload.entries] == [FLOW]
        again = await digester.now(member, at(MONDAY, 8, 3))
        assert again is not None
        assert again[0].id == digest.id
        assert again[1] == payload
        assert [each.paper_id for each in await digester.inbox(member, at(MONDAY, 9))] == [
            payload.entries[0].paper_id
        ]
        kept = at(MONDAY, 9) + digests.INBOX_KEPT
        assert len(await digester.inbox(member, kept)) == 1
        assert await digester.inbox(member, kept + timedelta(days=1)) == ()


async def test_an_empty_morning_is_on_record_and_a_reader_who_is_closed_gets_the_inbox(
    tmp_path: Path,
) -> None:
    days = {MONDAY: about(MONDAY, FLOW)}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await follower(here, here.admin.id, "proteins")
        async with here.bot.services.database.write() as conn:
            theirs = subscribers.c.user_id == here.member.id
            await conn.execute(
                update(subscribers).where(theirs).values(closed_at=subscribers.c.created_at)
            )
        await here.tick(at(MONDAY, 9))
        assert (await mondays(here, here.member.id)).state == digests.INBOX
        empty = await mondays(here, here.admin.id)
        assert (empty.state, empty.payload) == (digests.EMPTY, None)
        assert sent(here) == []


async def test_the_best_of_trending_fill_what_the_topics_leave_and_say_their_topic(
    tmp_path: Path,
) -> None:
    titles = [f"Flow Matching {n}" for n in range(20)]
    days = {
        MONDAY: [*about(MONDAY, *titles, upvotes=0), *votes(MONDAY, *range(90, 78, -1))],
        TUESDAY: votes(TUESDAY, 5),
    }
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await follower(here, here.member.id, "trending", mode=Mode.TRENDING)
        await here.tick(at(MONDAY, 9))
        found = await here.bot.services.digester.now(here.member.id, at(MONDAY, 9))
        assert found is not None
        digest, payload = found
        assert digest.batch_day == MONDAY
        assert len(payload.entries) == 25
        assert [each.topic for each in payload.entries[20:]] == ["trending"] * 5
        assert [each.title for each in payload.entries[20:22]] == [
            "Paper number 900",
            "Paper number 901",
        ]
        assert [each.topic for each in payload.more] == ["trending"] * 5
        assert payload.left_out == 0
        assert payload.topics == 2
        assert payload.entries[20].reason.startswith("90 upvotes")
        await here.tick(at(TUESDAY, 9))
        later = await here.bot.services.digester.now(here.member.id, at(TUESDAY, 9))
        assert later is not None
        assert [each.title for each in later[1].entries] == ["Paper number 1000"]


async def test_five_hundred_papers_are_brought_at_most_and_the_others_counted(
    tmp_path: Path,
) -> None:
    days = {MONDAY: about(MONDAY, *(f"Flow Matching {n}" for n in range(9)))}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 8))
        due = due_of(await subscriber(here, here.member.id), at(MONDAY, 9))
        services = here.bot.services
        async with services.database.read() as conn:
            composed = await compose(
                services.ranking, services.folding, conn, due, at(MONDAY, 9), longest=2, max_more=3
            )
        assert composed.payload is not None
        text = "".join(texts(render_digest(1, composed.payload)))
        assert "1 to 2 of 2 papers" in text
        assert "3 more papers · 4 papers left out" in text


async def test_twenty_digests_of_one_minute_are_not_spread(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, FLOW)}
    async with world(tmp_path, days, dm_opens_per_day=100, dm_spread_minutes=60) as here:
        people = [here.env.create_user(f"reader{number}") for number in range(20)]
        for person in people:
            await follower(here, person.id)
        await here.tick(at(MONDAY, 9))
        assert [len(brought(person)) for person in people] == [1] * 20


async def test_a_paused_topic_is_not_counted(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        await follower(here, here.member.id, "trending", mode=Mode.TRENDING)
        async with here.bot.services.database.write() as conn:
            for each in await subscriptions.of_user(conn, here.member.id):
                paused = each.topic.mode is Mode.TRENDING
                await subscriptions.set_paused(conn, here.member.id, each.topic.id, paused=paused)
        await here.tick(at(MONDAY, 9))
        assert "because you follow 1 topic." in brought(here.member)[0]


async def test_a_digest_does_not_come_again_after_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        disk = Disk(monkeypatch, here.bot.services.database)
        await here.tick(at(MONDAY, 9))
        assert len(brought(here.member)) == 1
        url = here.bot.settings.database_url
        await here.restart(disk.after_a_power_cut(url, tmp_path / "left.db"))
        await here.tick(at(MONDAY, 10))
        assert len(brought(here.member)) == 1
        assert (await mondays(here, here.member.id)).state == digests.SENT


async def test_a_conversation_is_opened_once_for_all_digests(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, FLOW), TUESDAY: about(TUESDAY, "Flow Matching Two")}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        known = await subscriber(here, here.member.id)
        assert known.dm_channel_id == here.member.user.dm_channel.id
        await here.restart()
        await here.tick(at(TUESDAY, 9))
        assert len(brought(here.member)) == 2
        opened = [each for each in here.env.http_requests if each.path.endswith("@me/channels")]
        assert len(opened) == 1


async def test_a_digest_that_may_have_arrived_is_withdrawn_only_once_that_can_be_seen(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        here.env.inject_error("POST", TO_ALL, status=503, times=None)
        await here.tick(at(MONDAY, 9))
        here.env.backend.faults.clear()
        async with here.bot.services.database.write() as conn:
            (mine,) = await subscriptions.of_user(conn, here.member.id)
            await subscriptions.unsubscribe(conn, here.member.id, mine.topic.id)
        here.env.inject_error("GET", TO_ALL, status=503, times=None)
        await here.tick(at(MONDAY, 9, 1))
        waiting = await mondays(here, here.member.id)
        assert waiting.state == digests.SENDING
        assert waiting.next_try_at is not None
        assert waiting.next_try_at > at(MONDAY, 9, 1)
        here.env.backend.faults.clear()
        await here.tick(waiting.next_try_at)
        assert await digest_of(here, here.member.id, MONDAY) is None
        assert dms(here.member) == []


async def test_a_digest_is_found_again_among_other_direct_messages(tmp_path: Path) -> None:
    days = {MONDAY: about(MONDAY, FLOW), TUESDAY: about(TUESDAY, "Flow Matching Two")}
    async with world(tmp_path, days) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        first = await mondays(here, here.member.id)
        await here.tick(at(TUESDAY, 9))
        await here.member.user.send_dm("Your papers of Monday 9 June 2025?")
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql(
                "UPDATE digests SET state = 'sending', message_id = NULL, sent_at = NULL,"
                " finished_at = NULL, expires_at = 2 * expires_at"
                " WHERE local_date = '2025-06-09'"
            )
        await here.restart()
        await here.tick(at(TUESDAY, 10))
        async with here.bot.services.database.read() as conn:
            again = await digests.get(conn, first.id)
        assert again is not None
        assert (again.state, again.message_id) == (digests.SENT, first.message_id)
        assert len(brought(here.member)) == 2


async def test_a_waiting_digest_of_a_reader_whose_messages_are_closed_by_now_is_in_the_inbox(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: about(MONDAY, FLOW)}) as here:
        await follower(here, here.member.id)
        here.env.inject_error("POST", TO_ALL, status=503, times=1)
        await here.tick(at(MONDAY, 9))
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql("UPDATE subscribers SET closed_at = created_at")
        await here.tick(at(MONDAY, 10))
        kept = await mondays(here, here.member.id)
        reason = "their direct messages are closed"
        assert (kept.state, kept.reason) == (digests.INBOX, reason)
        assert kept.finished_at == at(MONDAY, 10)
        assert len(sent(here)) == 1
