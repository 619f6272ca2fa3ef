"""The commands of a club, and nominating papers."""

from pathlib import Path
from typing import Any

import discord
import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.ui.text import timestamp
from storage import clubs
from storage.clubs import MAX_OF_ONE
from tests.bot.clubs import (
    DECIDED,
    ENDS,
    FIRST,
    OPENS,
    POLL,
    REMINDED,
    SECOND,
    STARTS,
    THIRD,
    WEEK,
    close_poll,
    club,
    create,
    events,
    message_with,
    nominate,
    open_session,
    poll_message,
    posts,
    status,
    until,
)
from tests.bot.library_fakes import answer, said
from tests.bot.world import MONDAY, World, at, text_of, votes, world
from tests.cogs.test_feed_setup import form_fields


async def menu(here: World, who: Any, content: str) -> Any:
    """Use *Nominate* on a message that says this."""
    message = await who.send(here.channel, content)
    return await who.context_menu(here.channel, "Nominate", message)


async def forbid(here: World, *names: str) -> None:
    """Let the bot not do this in the club's channel, and everything else."""
    denied = discord.Permissions(**dict.fromkeys(names, True)).value
    backend = here.env.backend
    overwrite = Overwrite(backend.bot_user.id, OverwriteType.MEMBER, deny=denied)
    backend.set_overwrite(here.channel.id, overwrite)
    await here.env.settle()


async def test_starting_a_club_says_when_it_meets_and_calls_for_nominations(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.tick(OPENS)
        text = await create(here, every="month", timezone="Europe/Berlin", time="9pm")
        assert "Thursday, every month, 21:00 (Europe/Berlin)" in text
        assert "Next session: **Thursday 12 June 2025**" in text
        await here.tick(OPENS)
        assert len(posts(here, "Journal club of Thursday 12 June 2025")) == 1
        assert "has a journal club already" in await create(here)


@pytest.mark.parametrize(
    ("option", "typed", "sentence"),
    [
        ("time", "soon", "I couldn't read “soon” as a time"),
        ("timezone", "nowhere", "I don't know a time zone called “nowhere”"),
        ("presenters", "Ada and Grace", "Mention each presenter with @"),
        (
            "presenters",
            "".join(f"<@{10**17 + n}>" for n in range(26)),
            "Name 25 presenters at most",
        ),
    ],
)
async def test_what_cannot_be_read_is_named(
    tmp_path: Path, option: str, typed: str, sentence: str
) -> None:
    async with world(tmp_path) as here:
        assert sentence in await create(here, **{option: typed})
        assert posts(here, "Journal club") == []


async def test_without_a_zone_that_of_the_daily_thread_is_taken(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        options = {"channel": here.channel, "weekday": 3, "time": "17"}
        asked = await here.admin.slash(here.channel, "club create", **options)
        assert "Choose a time zone" in said(asked)
        await here.add_feed(timezone="Asia/Tokyo")
        done = await here.admin.slash(here.channel, "club create", **options)
        assert "17:00 (Asia/Tokyo)" in said(done)


@pytest.mark.parametrize("name", ["create", "edit", "skip", "end"])
async def test_only_who_manages_the_server_may_change_a_club(tmp_path: Path, name: str) -> None:
    async with club(tmp_path) as here:
        needed: dict[str, Any] = {}
        if name == "create":
            needed = {"channel": here.channel, "weekday": 3, "time": "17"}
        refused = await here.member.slash(here.channel, f"club {name}", **needed)
        assert "Manage Server" in said(refused)


async def test_a_changed_time_calls_anew_before_the_poll_and_moves_the_next_one_after(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST, SECOND)
        await here.admin.slash(here.channel, "club edit", weekday=4, time="12")
        await here.tick(OPENS)
        assert len(posts(here, "Journal club of Friday 13 June 2025")) == 1
        friday = at(MONDAY, 12) + 4 * (WEEK / 7)
        await until(here, friday - 2 * (WEEK / 7))
        poll = poll_message(here)
        assert "Friday 13 June 2025" in poll.content
        text = said(await here.admin.slash(here.channel, "club edit", weekday=0))
        assert "Next session: **Friday 13 June 2025**" in text
        close_poll(here)
        await until(here, friday - WEEK / 7, friday, friday + WEEK / 7)
        assert (await open_session(here)).day.isoformat() == "2025-06-16"


async def test_a_club_that_may_not_write_stops_says_so_and_is_started_again(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as here:
        moderators = here.guild.create_text_channel("moderators")
        await nominate(here, here.member, FIRST)
        await forbid(here, "send_messages")
        await until(here, POLL, DECIDED)
        assert posts(here, "We'll discuss") == []
        assert "It has stopped." in await status(here)
        (notice,) = map(text_of, moderators.history())
        assert "Journal club stopped" in notice
        assert "**Send Messages" in notice
        await forbid(here)
        text = said(await here.admin.slash(here.channel, "club edit"))
        assert "It has stopped." not in text
        await here.tick(DECIDED)
        assert len(posts(here, "We'll discuss")) == 1


async def test_a_skipped_session_is_cancelled_with_its_event_and_nominations_stay(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST)
        await until(here, POLL, DECIDED)
        assert len(events(here)) == 1
        text = said(await here.admin.slash(here.channel, "club skip"))
        assert "Thursday 12 June 2025 is cancelled" in text
        await here.tick(DECIDED)
        assert events(here) == []
        assert len(posts(here, "Journal club of Thursday 12 June 2025 cancelled")) == 1
        assert len(posts(here, "Journal club of Thursday 19 June 2025")) == 1
        assert "Paper number 900" in await status(here)
        await until(here, REMINDED, STARTS)
        assert here.channel.threads == []


@pytest.mark.parametrize("change", [{"time": "18"}, {"weekday": 3}, {"every": "fortnight"}])
async def test_a_cancelled_session_stays_cancelled_when_the_club_is_edited(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    async with club(tmp_path) as here:
        await here.admin.slash(here.channel, "club skip")
        await here.tick(OPENS)
        text = said(await here.admin.slash(here.channel, "club edit", **change))
        assert "Next session: **Thursday 19 June 2025**" in text
        await here.tick(OPENS)
        assert (await open_session(here)).day.isoformat() == "2025-06-19"


async def test_a_club_without_a_session_gets_one_when_it_is_edited(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        session = await open_session(here)
        async with here.bot.services.database.write() as conn:
            await clubs.finish(conn, session.id, clubs.SessionState.SKIPPED, OPENS)
        text = said(await here.admin.slash(here.channel, "club edit"))
        assert "Next session: **Thursday 19 June 2025**" in text


@pytest.mark.parametrize(("every", "then"), [("fortnight", "2025-06-26"), ("month", "2025-07-10")])
async def test_a_new_hour_keeps_the_dates_of_the_series(
    tmp_path: Path, every: str, then: str
) -> None:
    async with club(tmp_path, every=every) as here:
        await until(here, POLL, DECIDED, STARTS, ENDS)
        await here.admin.slash(here.channel, "club edit", time="18")
        session = await open_session(here)
        assert (session.day.isoformat(), session.at.hour) == (then, 18)


async def test_a_new_hour_replaces_the_call_and_keeps_who_presents(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        call = message_with(here, "Journal club of")
        await here.member.click(call, label="I'll present")
        await here.admin.slash(here.channel, "club edit", time="18")
        await here.tick(OPENS)
        (text,) = posts(here, "Journal club of Thursday 12 June 2025")
        assert timestamp(STARTS + WEEK / 7 / 24) in text
        assert f"Presenter: <@{here.member.id}>" in await status(here)


async def test_a_new_day_takes_back_the_call_and_the_question_to_a_presenter(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, now=OPENS) as here:
        await here.tick(OPENS)
        await create(here, presenters=f"<@{here.member.id}>")
        await here.tick(OPENS)
        await here.admin.slash(here.channel, "club edit", weekday=4)
        await here.tick(OPENS)
        assert len(posts(here, "Journal club of")) == len(posts(here, "Who presents on")) == 1
        assert len(posts(here, "Journal club of Friday 13 June 2025")) == 1


async def test_settings_that_stay_call_no_second_time(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        before = await open_session(here)
        await here.admin.slash(here.channel, "club edit", time="17", weekday=3, every="week")
        await here.tick(OPENS)
        assert (await open_session(here)).id == before.id
        assert len(posts(here, "Journal club of")) == 1


async def test_a_place_stands_in_the_messages_and_the_event_until_it_is_taken_back(
    tmp_path: Path,
) -> None:
    async with club(tmp_path, place="https://meet.example/a_b_c") as here:
        await nominate(here, here.member, FIRST)
        await until(here, POLL, DECIDED, REMINDED)
        (event,) = events(here)
        assert event.entity_metadata["location"] == "https://meet.example/a_b_c"
        for heading in ("Journal club of", "We'll discuss", "Journal club soon"):
            (post,) = posts(here, heading)
            assert "(https://meet.example/a_b_c)" in post
        text = said(await here.admin.slash(here.channel, "club edit", place="Room *7*"))
        assert "Where: Room \\*7\\*" in text
        assert "Where" not in said(await here.admin.slash(here.channel, "club edit", place="none"))


async def test_a_session_skipped_during_its_poll_ends_the_poll(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST, SECOND)
        await until(here, POLL)
        await here.admin.slash(here.channel, "club skip")
        await here.tick(POLL)
        assert poll_message(here).poll.is_finalised()


async def test_a_session_that_has_begun_is_not_skipped(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await until(here, POLL, DECIDED, REMINDED, STARTS)
        assert "no session to skip" in said(await here.admin.slash(here.channel, "club skip"))


async def test_an_ended_club_does_nothing_more_and_its_buttons_say_so(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST)
        await until(here, POLL, DECIDED)
        asked = await here.admin.slash(here.channel, "club end")
        await here.admin.click(answer(asked), label="End club")
        assert events(here) == []
        call = message_with(here, "Journal club of")
        await until(here, REMINDED, STARTS, ENDS)
        assert here.channel.threads == []
        form = await here.member.click(call, label="Nominate")
        done = await here.member.submit_modal(form, {"paper": FIRST})
        assert "This journal club has ended." in said(done)
        assert "This server has no journal club." in said(
            await here.member.slash(here.channel, "club status")
        )


async def test_papers_are_nominated_by_the_button_with_links_or_ids(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        form = await here.member.click(message_with(here, "Journal club of"), label="Nominate")
        await here.restart()
        typed = f"https://arxiv.org/abs/{FIRST} and {SECOND}"
        done = said(await here.member.submit_modal(form, {"paper": typed}))
        assert "### Nominated" in done
        assert "Paper number 900" in done
        assert "Paper number 901" in done
        again = await here.admin.click(message_with(here, "Journal club of"), label="Nominate")
        assert "It was nominated already." in said(
            await here.admin.submit_modal(again, {"paper": FIRST})
        )
        empty = await here.admin.click(message_with(here, "Journal club of"), label="Nominate")
        assert "I found no paper there." in said(
            await here.admin.submit_modal(empty, {"paper": "the one about cats"})
        )


async def test_papers_of_the_servers_shelf_can_be_chosen_without_typing(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await here.member.slash(here.channel, "shelf add", paper=THIRD)
        form = await here.member.click(message_with(here, "Journal club of"), label="Nominate")
        (option,) = form_fields(form)["shelved"]["options"]
        assert option["label"] == "Paper number 902"
        done = said(await here.member.submit_modal(form, {"paper": "", "shelved": [THIRD]}))
        assert "### Nominated" in done
        assert "Paper number 902" in await status(here)


async def test_of_several_papers_and_clubs_the_form_asks_which(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        other = here.guild.create_text_channel("theory")
        await create(here, channel=other)
        form = await menu(here, here.member, f"arXiv:{FIRST} and arXiv:{THIRD}")
        fields = form_fields(form)
        assert [each["label"] for each in fields["paper"]["options"]] == [
            "Paper number 900",
            "Paper number 902",
        ]
        assert [each["label"] for each in fields["club"]["options"]] == ["#papers", "#theory"]
        done = await here.member.submit_modal(form, {"paper": [THIRD], "club": ["2"]})
        assert f"For the journal club in <#{other.id}>." in said(done)
        asked = await here.member.slash(here.channel, "club status", channel=other)
        assert "Paper number 902" in said(asked)


async def test_one_person_cannot_fill_a_poll(tmp_path: Path) -> None:
    papers = {MONDAY: votes(MONDAY, *range(20, 10, -1))}
    async with world(tmp_path, papers) as here:
        await here.tick(OPENS)
        await create(here)
        mine = [f"2506.{number:05}" for number in range(900, 900 + MAX_OF_ONE + 1)]
        texts = await nominate(here, here.member, *mine)
        assert f"{MAX_OF_ONE} of your nominations are waiting already." in texts
        assert "### Nominated" in await nominate(here, here.admin, mine[-1])


async def test_a_server_without_a_club_says_how_to_start_one(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        refused = said(await menu(here, here.member, f"arXiv:{FIRST}"))
        assert "This server has no journal club." in refused
        assert "club create" in refused
