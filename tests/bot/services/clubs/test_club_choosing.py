"""Which paper a session gets, by votes or nomination, and what admins delete meanwhile."""

from pathlib import Path

import pytest

from bot.services.clubs import COUNTED_WITHIN
from tests.bot.clubs import (
    DECIDED,
    ENDS,
    FIRST,
    POLL,
    REMINDED,
    SECOND,
    STARTS,
    THIRD,
    WEEK,
    close_poll,
    club,
    events,
    message_with,
    nominate,
    open_session,
    poll_message,
    posts,
    status,
    thread_texts,
    until,
)
from tests.bot.world import World

CHOSEN = "We'll discuss this paper"


async def chosen(here: World) -> str:
    """Return the message that says which paper was chosen."""
    (found,) = posts(here, CHOSEN)
    return found


async def test_a_tie_goes_to_the_paper_nominated_first_and_it_is_said(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST, SECOND, THIRD)
        await until(here, POLL)
        await here.member.set_poll_votes(poll_message(here), answers=[2, 3])
        close_poll(here)
        await until(here, DECIDED)
        said = await chosen(here)
        assert "Paper number 901" in said
        assert "Several papers have the most votes (1). This one was nominated first." in said


async def test_papers_that_got_votes_stay_nominated_and_others_leave(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST, SECOND, THIRD)
        await until(here, POLL)
        await here.member.set_poll_votes(poll_message(here), answers=[1, 3])
        await here.admin.set_poll_votes(poll_message(here), answers=[3])
        close_poll(here)
        await until(here, DECIDED, STARTS, ENDS)
        listed = (await status(here)).partition("Nominated")[2].partition("Read before")[0]
        assert "Paper number 900" in listed
        assert "Paper number 901" not in listed
        assert "Paper number 902" not in listed


async def test_without_votes_the_first_nomination_is_read_and_all_others_stay(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, SECOND, FIRST)
        await until(here, POLL)
        close_poll(here)
        await until(here, DECIDED)
        said = await chosen(here)
        assert "Paper number 901" in said
        assert "No one voted" in said
        assert "Paper number 900" in (await status(here)).partition("Nominated")[2]


async def test_a_poll_that_is_not_counted_yet_is_awaited_and_then_taken_as_it_is(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST, SECOND)
        await until(here, POLL)
        await here.member.vote(poll_message(here), answer=2)
        await until(here, DECIDED)
        assert posts(here, CHOSEN) == []
        await until(here, DECIDED + COUNTED_WITHIN)
        assert "Paper number 901" in await chosen(here)


async def test_one_nomination_is_read_without_a_poll(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, SECOND)
        await until(here, POLL, DECIDED)
        assert not [each for each in here.channel.history() if each.poll is not None]
        said = await chosen(here)
        assert "It is the only nomination." in said
        assert "Paper number 901" in said


async def test_a_session_without_nominations_says_so_asks_the_presenter_and_takes_the_next(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as here:
        await here.member.click(message_with(here, "Journal club of"), label="I'll present")
        await until(here, POLL, DECIDED)
        (said,) = posts(here, "No paper yet")
        assert f"<@{here.member.id}>" in said
        assert "There is no paper yet" in await status(here)
        assert events(here)[0].name == "Journal club"
        late = await nominate(here, here.member, THIRD)
        assert "It will be discussed on Thursday 12 June 2025." in late
        assert "It will be discussed" not in await nominate(here, here.admin, FIRST)
        await until(here, REMINDED, STARTS)
        (reminder,) = posts(here, "Journal club soon")
        assert "Paper number 902" in reminder
        assert "Paper number 902" in thread_texts(here)[0]


async def test_a_session_without_any_paper_still_has_its_thread(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await until(here, POLL, DECIDED, REMINDED, STARTS)
        assert "No paper was nominated this time." in thread_texts(here)[0]
        await until(here, ENDS)
        assert (await open_session(here)).day.day == 19


async def test_without_the_permission_for_polls_the_first_nomination_is_read(
    tmp_path: Path,
) -> None:
    async with club(tmp_path, lacking=("send_polls",)) as here:
        assert "I'm missing **Create Polls**" in await status(here)
        await nominate(here, here.member, THIRD, FIRST)
        await until(here, POLL, DECIDED)
        said = await chosen(here)
        assert "Paper number 902" in said
        assert "There was no poll" in said


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        (("create_events",), "I'm missing **Create Events**"),
        (("pin_messages",), "I'm missing **Pin Messages**"),
    ],
)
async def test_without_a_permission_that_part_is_left_out_and_the_rest_goes_on(
    tmp_path: Path, lacking: tuple[str, ...], said: str
) -> None:
    async with club(tmp_path, lacking=lacking) as here:
        assert said in await status(here)
        await nominate(here, here.member, FIRST)
        await until(here, POLL, DECIDED, REMINDED, STARTS, ENDS)
        assert len(posts(here, "Discussion of")) == 1
        assert len(posts(here, "Journal club of")) == 2
        (thread,) = here.channel.threads
        pinned = [each for each in thread.history() if each.pinned]
        assert (len(events(here)), len(pinned)) == (
            (0, 1) if "create_events" in lacking else (1, 0)
        )


async def test_a_deleted_poll_leaves_the_first_nomination_and_it_is_said(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST, SECOND)
        await until(here, POLL)
        here.env.backend.delete_message(here.channel.id, poll_message(here).id)
        await until(here, DECIDED)
        said = await chosen(here)
        assert "The poll was deleted" in said
        assert "Paper number 900" in said
        await until(here, STARTS)
        assert len(here.channel.threads) == 1


@pytest.mark.parametrize("moment", [REMINDED, STARTS])
async def test_a_deleted_event_cancels_that_session_only(tmp_path: Path, moment: object) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST)
        await until(here, POLL, DECIDED)
        if moment == STARTS:
            await until(here, REMINDED)
        here.env.backend.delete_scheduled_event(here.guild.id, events(here)[0].id)
        await until(here, *(each for each in (REMINDED, STARTS) if each >= moment), ENDS)  # pyright: ignore[reportOperatorIssue]
        (said,) = posts(here, "Journal club of Thursday 12 June 2025 cancelled")
        assert "Its event was deleted." in said
        assert here.channel.threads == []
        await until(here, *(each + WEEK for each in (POLL, DECIDED, REMINDED, STARTS)))
        assert len(here.channel.threads) == 1
        assert "Paper number 900" in thread_texts(here)[0]


async def test_a_deleted_thread_or_opening_message_ends_nothing_but_itself(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST, SECOND)
        await until(here, POLL)
        close_poll(here)
        await until(here, DECIDED, REMINDED, STARTS)
        (thread,) = here.channel.threads
        here.env.backend.delete_channel(thread.id)
        await until(here, ENDS, *(each + WEEK for each in (POLL, DECIDED, REMINDED, STARTS, ENDS)))
        assert len(posts(here, "Discussion of")) == 2
        assert len(here.channel.threads) == 1
