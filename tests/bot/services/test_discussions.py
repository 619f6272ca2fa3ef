"""Discuss on a card: the one thread about a paper in a server, opened once and found again."""

import asyncio
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from sqlalchemy import delete, select, update

from papers.model import Metrics, Record
from storage.feeds import Kind, Layout
from storage.tables import discussions
from tests.bot.topics import answer
from tests.bot.world import MONDAY, World, at, paper, text_of, world
from tests.power import Disk

FIRST = "2506.00900"
TITLE = "Paper number 900"
DAYS = {
    MONDAY: [
        Record(paper(900), Metrics(30, comments=4), MONDAY),
        Record(paper(901), Metrics(20), MONDAY),
    ]
}


def card_of(channel: simcord.ChannelHandle, paper_id: str = FIRST) -> discord.Message:
    """Return the card of a paper in a day's thread."""
    thread = min(channel.threads, key=lambda each: each.id)
    return next(each for each in thread.history() if f"abs/{paper_id}" in text_of(each))


async def posted(here: World) -> discord.Message:
    """Post the day's thread, and return the card of the first paper."""
    await here.add_feed()
    await here.tick(at(MONDAY, 9))
    return card_of(here.channel)


async def press(here: World, card: Any, who: simcord.MemberActor | None = None) -> str:
    """Press Discuss on a card, and return the answer."""
    result = await (who or here.member).click(card, custom_id=f"v1:discuss:{FIRST}")
    assert result.ephemeral
    return answer(result)


def about(channel: simcord.ChannelHandle, title: str = TITLE) -> list[simcord.ChannelHandle]:
    """Return the threads that are called like a paper."""
    return [each for each in channel.threads if each.name == title]


def message_of(channel: simcord.ChannelHandle, message_id: int) -> discord.Message:
    """Return a message of a channel."""
    return next(each for each in channel.history() if each.id == message_id)


def ours(here: World) -> int:
    """Count the messages with text in the channel."""
    return sum(bool(text_of(each)) for each in here.channel.history())


async def rows(here: World) -> list[tuple[int, str, int | None]]:
    """Return what is recorded of every discussion."""
    columns = (discussions.c.guild_id, discussions.c.paper_id, discussions.c.thread_id)
    async with here.bot.services.database.read() as conn:
        return [tuple(row) for row in await conn.execute(select(*columns))]


def real(here: World, thread: simcord.ChannelHandle) -> discord.Thread:
    """Return a thread as the bot sees it."""
    found = here.bot.get_channel(thread.id)
    assert isinstance(found, discord.Thread)
    return found


async def test_discuss_on_a_card_of_the_days_thread_opens_a_thread_beside_it(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        text = await press(here, card)
        (thread,) = about(here.channel)
        assert "Discussion opened" in text
        assert f"<#{thread.id}>" in text
        assert "4 comments on Hugging Face" in text
        assert f"https://huggingface.co/papers/{FIRST}" in text
        begun = message_of(here.channel, thread.id)
        said = text_of(begun)
        assert f"Discussion: **[{TITLE}]" in said
        assert card.jump_url in said
        assert "4 comments on Hugging Face" in said
        assert await rows(here) == [(here.guild.id, FIRST, thread.id)]


async def test_a_second_press_links_to_the_same_thread(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        await press(here, card)
        sent = ours(here)
        text = await press(here, card, here.admin)
        (thread,) = about(here.channel)
        assert "Discussion opened" not in text
        assert f"<#{thread.id}>" in text
        await here.restart()
        assert f"<#{thread.id}>" in await press(here, card)
        assert ours(here) == sent


async def test_a_second_press_links_to_the_same_thread_after_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        disk = Disk(monkeypatch, here.bot.services.database)
        await press(here, card)
        (thread,) = about(here.channel)
        sent = ours(here)
        url = here.bot.settings.database_url
        await here.restart(disk.after_a_power_cut(url, tmp_path / "left.db"))
        here.clock.at = at(MONDAY, 10)
        assert f"<#{thread.id}>" in await press(here, card)
        assert ours(here) == sent
        assert await rows(here) == [(here.guild.id, FIRST, thread.id)]


async def test_two_who_press_at_once_get_one_thread(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        shown = await posted(here)
        thread = here.bot.get_channel(shown.channel.id)
        assert isinstance(thread, discord.Thread)
        card = await thread.fetch_message(shown.id)
        people = [
            await thread.guild.fetch_member(who.id)
            for who in (here.member, here.admin, here.member)
        ]
        before = ours(here)
        service = here.bot.services.discussions
        await asyncio.gather(*(service.open(FIRST, card, who) for who in people))
        await here.env.settle()
        (opened,) = about(here.channel)
        assert ours(here) == before + 1
        assert await rows(here) == [(here.guild.id, FIRST, opened.id)]


async def test_a_card_in_a_text_channel_carries_its_thread_itself(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        await posted(here)
        shown = await here.member.slash(here.channel, "paper show", id_or_link=FIRST, public=True)
        card = here.channel.history()[-1]
        assert not shown.ephemeral
        await press(here, card)
        (thread,) = about(here.channel)
        assert thread.id == card.id
        # The card in the day's thread leads to it, too.
        assert f"<#{thread.id}>" in await press(here, card_of(here.channel))


async def test_a_card_that_only_its_reader_sees_has_no_button(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        await posted(here)
        shown = await here.member.slash(here.channel, "paper show", id_or_link=FIRST)
        assert shown.ephemeral
        assert "\nDiscuss\n" not in answer(shown)


async def test_a_thread_that_was_deleted_may_be_opened_again(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        await press(here, card)
        (old,) = about(here.channel)
        await real(here, old).delete()
        assert "Discussion opened" in await press(here, card)
        (new,) = about(here.channel)
        assert new.id != old.id
        assert await rows(here) == [(here.guild.id, FIRST, new.id)]


async def test_a_card_whose_own_thread_was_deleted_gets_one_beside_it(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        await posted(here)
        await here.member.slash(here.channel, "paper show", id_or_link=FIRST, public=True)
        card = here.channel.history()[-1]
        await press(here, card)
        await real(here, about(here.channel)[0]).delete()
        await press(here, card)
        (new,) = about(here.channel)
        assert new.id != card.id


async def test_an_archived_thread_is_brought_back(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        await press(here, card)
        (thread,) = about(here.channel)
        await real(here, thread).edit(archived=True)
        assert f"<#{thread.id}>" in await press(here, card)
        assert not real(here, thread).archived


async def test_a_locked_thread_is_linked_with_what_that_means(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        await press(here, card)
        (thread,) = about(here.channel)
        await real(here, thread).edit(locked=True)
        assert "The thread is locked" in await press(here, card)


@pytest.mark.parametrize(
    ("lacking", "name"),
    [
        ("create_public_threads", "Create Public Threads"),
        ("send_messages", "Send Messages"),
        ("read_message_history", "Read Message History"),
    ],
)
async def test_a_permission_that_the_bot_lacks_is_named_and_nothing_sent(
    tmp_path: Path, lacking: str, name: str
) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        before = len(here.channel.history())
        channel = here.bot.get_channel(here.channel.id)
        assert isinstance(channel, discord.TextChannel)
        denied = discord.PermissionOverwrite(**{lacking: False})
        await channel.set_permissions(channel.guild.me, overwrite=denied)
        text = await press(here, card)
        assert f"**{name}**" in text
        assert "I need more permissions" in text
        assert len(here.channel.history()) == before
        assert await rows(here) == []


async def test_who_may_not_start_threads_opens_none_and_still_finds_the_one_there_is(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        channel = here.bot.get_channel(here.channel.id)
        assert isinstance(channel, discord.TextChannel)
        grace = channel.guild.get_member(here.member.id) or await channel.guild.fetch_member(
            here.member.id
        )
        await channel.set_permissions(grace, create_public_threads=False)
        text = await press(here, card)
        assert "you can't start one in" in text
        assert "**Create Public Threads**" in text
        assert about(here.channel) == []
        await press(here, card, here.admin)
        (thread,) = about(here.channel)
        assert f"<#{thread.id}>" in await press(here, card)


async def test_a_refusal_leaves_nothing_behind_and_the_next_press_tries_again(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        here.env.inject_error(
            "POST", f"/channels/{here.channel.id}/messages", status=403, code=50013
        )
        assert "I couldn't open the thread." in await press(here, card)
        assert await rows(here) == []
        assert "Discussion opened" in await press(here, card)


async def test_what_discord_did_not_answer_is_finished_in_the_next_minute(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        where = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", where, status=503, code=0, times=None)
        text = await press(here, card)
        assert "I'll try again in a minute." in text
        await here.tick(at(MONDAY, 9, 1))
        assert about(here.channel) == []
        here.env.backend.faults.clear()
        await here.tick(at(MONDAY, 9, 2))
        (thread,) = about(here.channel)
        assert await rows(here) == [(here.guild.id, FIRST, thread.id)]


async def test_what_discord_does_not_answer_for_an_hour_is_given_up(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        where = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", where, status=503, code=0, times=None)
        await press(here, card)
        await here.tick(at(MONDAY, 10))
        assert len(await rows(here)) == 1
        await here.tick(at(MONDAY, 10, 1))
        assert await rows(here) == []


async def test_a_thread_that_a_stop_left_unrecorded_is_found_hours_later(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        await press(here, card)
        (thread,) = about(here.channel)
        async with here.bot.services.database.write() as conn:
            await conn.execute(update(discussions).values(thread_id=None))
        await here.tick(at(MONDAY, 12))
        assert await rows(here) == [(here.guild.id, FIRST, thread.id)]
        await press(here, card)
        assert [each.id for each in about(here.channel)] == [thread.id]


async def test_an_admin_turns_the_button_off_and_on_for_the_server(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        off = await here.admin.slash(here.channel, "feed discussions", on="off")
        assert "Discussions are off" in answer(off)
        assert "turned discussions off" in await press(here, card)
        shown = await here.member.slash(here.channel, "paper show", id_or_link=FIRST, public=True)
        assert "\nDiscuss\n" not in answer(shown)
        other = here.guild.create_text_channel("other")
        await here.add_feed(other)
        await here.tick(at(MONDAY, 9, 5))
        assert "\nDiscuss\n" not in text_of(card_of(other))
        on = await here.admin.slash(here.channel, "feed discussions", on="on")
        assert "Discussions are on" in answer(on)
        assert "Discussion opened" in await press(here, card)


async def test_a_paper_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        card = await posted(here)
        from storage.tables import papers

        async with here.bot.services.database.write() as conn:
            await conn.execute(delete(papers).where(papers.c.id == FIRST))
        assert "paper search" in await press(here, card)


async def test_the_post_of_a_forum_that_is_about_a_paper_is_its_thread(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS) as here:
        forum = here.guild.create_forum_channel("papers-forum")
        await here.add_feed(forum, kind=Kind.FORUM, layout=Layout.PAPER)
        card = await posted(here)
        (post,) = (each for each in forum.threads if TITLE in (each.name or ""))
        assert "\nDiscuss\n" not in "\n".join(map(text_of, post.history()))
        assert f"<#{post.id}>" in await press(here, card)
        assert about(here.channel) == []
        assert await rows(here) == []
