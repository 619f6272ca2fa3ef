"""Direct messages that Discord or their reader does not want: the papers wait in the inbox."""

from pathlib import Path

import pytest

from tests.bot.topics import about
from tests.bot.world import MONDAY, TUESDAY, WEDNESDAY, at
from tests.discord_server import DiscordServer
from tests.wire.bot import Connected, connected
from tests.wire.fault_recorder import FaultRecorder

DAYS = {
    MONDAY: about(MONDAY, "Flow Matching for Video"),
    TUESDAY: about(TUESDAY, "Flow Matching for Sound"),
    WEDNESDAY: about(WEDNESDAY, "Flow Matching for Light"),
}


async def follow(here: Connected) -> None:
    """Subscribe the member to a topic, as people do."""
    world = here.world
    preview = await world.slash(here.member, here.office, "paper subscribe", topic="flow matching")
    await world.click(here.member, preview.message, "Subscribe")
    # A word comes at once: the conversation is opened by what the person did.
    await here.server.until(lambda: (dm := world.dm_of(here.member)) and dm.messages)


async def received(here: Connected) -> str:
    """Return what the member has got: by message, and in the inbox."""
    conversation = here.world.dm_of(here.member)
    texts = [message.text for message in conversation.history] if conversation else []
    digests = sum("Your papers of" in text for text in texts)
    inbox = await here.world.slash(here.member, here.office, "paper inbox")
    waiting = [word for word in ("Video", "Sound", "Light") if word in inbox.text]
    return f"{digests} by message, {len(waiting)} in the inbox"


REFUSALS = [
    ("50007 the reader takes none", 403, 50007),
    ("50278 no server in common", 403, 50278),
    ("40003 the bot opens too many", 403, 40003),
    ("10013 the account is gone", 404, 10013),
    ("503 for a moment", 503, 0),
    ("50035 invalid form", 400, 50035),
]


@pytest.mark.parametrize(("name", "status", "code"), REFUSALS, ids=[n for n, *_ in REFUSALS])
async def test_a_digest_that_is_refused_is_not_lost(
    discord_server: DiscordServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    status: int,
    code: int,
) -> None:
    async with connected(discord_server, tmp_path, DAYS) as here:
        recorder = FaultRecorder(here, caplog)
        await here.tick(at(MONDAY, 9))
        await follow(here)
        conversation = here.world.dm_of(here.member)
        assert conversation is not None
        discord_server.fail(f"POST /channels/{conversation.id}/messages", status=status, code=code)
        for day, minute in ((TUESDAY, 0), (TUESDAY, 5), (WEDNESDAY, 10)):
            await here.tick(at(day, 9, minute))
            await recorder.observe()
            recorder.person[-1] = await received(here)
        assert discord_server.count(f"POST /channels/{conversation.id}/messages") <= 4
        recorder.record(f"direct message: {name}")
