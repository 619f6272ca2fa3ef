"""What the log never holds, however much it is told to say: secrets, and what people wrote."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from bot.runtime.logs import logging_to_stderr
from tests.bot.world import MONDAY, TUESDAY, WEDNESDAY, at, make_settings, votes
from tests.discord_server import DiscordServer, Interaction
from tests.wire.bot import Connected, connected

SENDING = "POST /channels/{}/messages"
DIARY = "Dear diary, the xylophone was stolen: https://arxiv.org/abs/2506.00901"


async def a_day(here: Connected, server: DiscordServer) -> list[Interaction]:
    """Let people use everything that takes words, and Discord refuse some of it."""
    world, grace, channel = here.world, here.member, here.channel
    await here.add_feed(time="09:00")
    await here.tick(at(MONDAY, 9))
    answers = [
        await world.slash(grace, channel, "paper search", query="quixotic matter"),
        await world.slash(grace, channel, "paper search", query="quixotic AND (broken"),
        await world.slash(grace, channel, "library lists create", name="jeopardy"),
        await world.use_menu(grace, channel, "Save papers", world.say(grace, channel, DIARY)),
        await world.slash(grace, channel, "paper show", id_or_link="nothing like vermilion"),
    ]
    preview = await world.slash(grace, channel, "paper subscribe", topic='"paper number" OR wyvern')
    answers += [preview, await world.click(grace, preview.message, "Subscribe")]
    await server.until(lambda: (there := world.dm_of(grace)) and there.history)

    here.source.days[TUESDAY] = votes(TUESDAY, 9, 8)
    conversation = world.dm_of(grace)
    assert conversation is not None
    # Posts and digests are sent side by side, in no order: each kind has faults of its own.
    for place in (channel, conversation):
        server.fail(SENDING.format(place.id), status=500)
    server.fail(SENDING.format(channel.id), skip=1, status=400, code=50035)
    for hour in range(24):
        await here.tick(at(TUESDAY, 0) + timedelta(hours=hour))
    assert any("Paper number" in message.text for message in conversation.history)

    grace.takes_dms = False
    here.source.days[WEDNESDAY] = votes(WEDNESDAY, 7)
    server.fail(SENDING.format(channel.id), status=403, code=50013)
    await here.tick(at(WEDNESDAY, 11))
    return answers


async def test_a_day_at_the_greatest_detail_holds_no_secret_and_nothing_that_anybody_wrote(
    discord_server: DiscordServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = make_settings(tmp_path, log_level="DEBUG")
    with logging_to_stderr(settings):
        async with connected(discord_server, tmp_path) as here:
            answers = await a_day(here, discord_server)
            token, names = here.world.token, (here.admin.name, here.member.name)
    said = capsys.readouterr().err
    assert "posted feed_id=1" in said  # it is the log of this day
    assert token not in said
    for word in (
        "quixotic",
        "jeopardy",
        "xylophone",
        "vermilion",
        "wyvern",
        "Paper number",
        *names,
    ):
        assert word not in said, word
    assert len(answers) > 5


async def test_only_our_own_work_is_told_in_detail(tmp_path: Path) -> None:
    before = {name: logging.getLogger(name).level for name in ("discord", "aiosqlite", "bot")}
    with logging_to_stderr(make_settings(tmp_path, log_level="DEBUG")):
        assert logging.getLogger("bot.services.publishing").isEnabledFor(logging.DEBUG)
        for other in ("discord.http", "discord.gateway", "aiosqlite", "sqlalchemy.engine"):
            assert not logging.getLogger(other).isEnabledFor(logging.DEBUG), other
    assert {name: logging.getLogger(name).level for name in before} == before
