"""A journal club from its start over several sessions."""

from pathlib import Path

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
    nominate,
    open_session,
    poll_message,
    posts,
    status,
    thread_texts,
    until,
)

DAY = "12 June 2025"


async def test_a_club_goes_from_nominations_to_a_discussion(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        (opening,) = posts(here, "Journal club of")
        assert DAY in opening
        assert "### Nominated" in await nominate(here, here.member, FIRST)
        await nominate(here, here.admin, SECOND, THIRD)
        await until(here, POLL)
        poll = poll_message(here)
        assert [answer.text for answer in poll.poll.answers] == [
            "1. Paper number 900",
            "2. Paper number 901",
            "3. Paper number 902",
        ]
        assert "[Paper number 901](https://arxiv.org/abs/2506.00901)" in poll.content
        await here.member.vote(poll, answer=2)
        close_poll(here)
        await until(here, DECIDED)
        (chosen,) = posts(here, "We'll discuss this paper")
        assert "It has the most votes: 1." in chosen
        assert "Paper number 901" in chosen
        (event,) = events(here)
        assert event.name == "Journal club: Paper number 901"
        await until(here, REMINDED)
        (reminder,) = posts(here, "Journal club soon")
        assert "Paper number 901" in reminder
        await until(here, STARTS)
        assert len(posts(here, "Discussion of")) == 1
        (first,) = thread_texts(here)
        assert "What problem does the paper solve, and for whom?" in first
        assert "https://huggingface.co/papers/2506.00901" in first
        (thread,) = here.channel.threads
        assert any(message.pinned for message in thread.history())


async def test_the_next_session_opens_when_one_ends_and_the_read_paper_is_off_the_list(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as here:
        await nominate(here, here.member, FIRST)
        await until(here, POLL, DECIDED, REMINDED, STARTS, ENDS)
        assert (await open_session(here)).day.isoformat() == "2025-06-19"
        assert len(posts(here, "Journal club of")) == 2
        assert "has discussed it" in await nominate(here, here.admin, FIRST)
        await nominate(here, here.admin, SECOND)
        await until(here, *(each + WEEK for each in (POLL, DECIDED, REMINDED, STARTS, ENDS)))
        assert len(here.channel.threads) == 2
        assert len(posts(here, "Journal club of")) == 3
        read = (await status(here)).partition("Read before")[2]
        assert "Paper number 900" in read
        assert "Paper number 901" in read
