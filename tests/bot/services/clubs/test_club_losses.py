"""One answer that something is gone ends no club; what an admin deleted is left out."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage import clubs
from storage.clubs import ClubState
from tests.bot.clubs import (
    DECIDED,
    FIRST,
    OPENS,
    POLL,
    REMINDED,
    SECOND,
    STARTS,
    close_poll,
    create,
    events,
    message_with,
    nominate,
    poll_message,
    posts,
    thread_texts,
    until,
)
from tests.bot.world import World, world

SOON = timedelta(minutes=10)
MOMENTS = (OPENS, POLL, DECIDED, REMINDED, STARTS)
ALL = ("Journal club of", "Who presents", "Which paper", "We'll discuss", "Journal club soon")
SENDING = ("POST", "/channels/*/messages")
REQUESTS = {
    "call": (OPENS, *SENDING),
    "poll": (POLL, *SENDING),
    "reading the poll": (DECIDED, "GET", "/channels/*/messages/*"),
    "paper": (DECIDED, *SENDING),
    "event": (DECIDED, "POST", "/guilds/*/scheduled-events"),
    "looking for the event": (REMINDED, "GET", "/guilds/*/scheduled-events/*"),
    "reminder": (REMINDED, *SENDING),
    "discussion": (STARTS, *SENDING),
}


async def standing(here: World) -> tuple[ClubState, list[int], int]:
    """Return whether the club works, how many messages of each kind are there, and events."""
    async with here.bot.services.database.read() as conn:
        (own,) = await clubs.all_of(conn, here.guild.id)
    counts = [len(posts(here, each)) for each in (*ALL, "Discussion of")]
    return own.state, [*counts, len(thread_texts(here))], len(events(here))


@pytest.mark.parametrize("code", [10003, 10004, 0], ids=["no channel", "no server", "no reason"])
@pytest.mark.parametrize("name", REQUESTS)
async def test_one_wrong_answer_that_something_is_gone_only_delays_a_step(
    tmp_path: Path, name: str, code: int
) -> None:
    moment, method, path = REQUESTS[name]
    async with world(tmp_path, now=OPENS) as here:
        moderators = here.guild.create_text_channel("moderators")
        await here.tick(OPENS)
        await create(here, presenters=here.member.mention)
        for each in MOMENTS:
            if each == moment:
                here.env.inject_error(method, path, status=404, code=code)
            await until(here, each, each + SOON)
            if each == OPENS:
                await nominate(here, here.member, FIRST, SECOND)
            if each == POLL:
                await here.member.vote(poll_message(here), answer=2)
                close_poll(here)
        assert await standing(here) == (ClubState.ACTIVE, [1] * 7, 1)
        assert "Paper number 901" in posts(here, "We'll discuss")[0]
        assert list(moderators.history()) == []


@pytest.mark.parametrize(
    ("deleted", "at", "lacks"),
    [
        ("Journal club of", OPENS, ["Journal club of"]),
        ("Who presents", OPENS, ["Who presents"]),
        ("We'll discuss", DECIDED, ["We'll discuss"]),
        ("Journal club soon", REMINDED, ["Journal club soon"]),
    ],
)
async def test_a_message_that_an_admin_deletes_is_not_sent_again_and_stops_nothing(
    tmp_path: Path, deleted: str, at: datetime, lacks: list[str]
) -> None:
    async with world(tmp_path, now=OPENS) as here:
        await here.tick(OPENS)
        await create(here, presenters=here.member.mention)
        for each in MOMENTS:
            await until(here, each)
            if each == OPENS:
                await nominate(here, here.member, FIRST, SECOND)
            if each == at:
                message = message_with(here, deleted)
                here.env.backend.delete_message(here.channel.id, message.id)
            if each == POLL:
                close_poll(here)
            await until(here, each + SOON)
        state, counts, made = await standing(here)
        expected = [int(each not in lacks) for each in ALL]
        assert (state, counts, made) == (ClubState.ACTIVE, [*expected, 1, 1], 1)
