"""What the tests of topics share: papers with subjects, and the way from a command to a digest."""

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import simcord

from papers.model import Metrics, Record
from storage import digests, subscriptions
from storage.digests import Digest
from storage.subscriptions import Every, Mode, Subscriber
from tests.bot.world import World, paper, text_of

FLOW = "Flow Matching for Video"


def about(batch: date, *titles: str, upvotes: int = 5, first: int = 0) -> list[Record]:
    """Make a batch of papers with these titles."""
    start = batch.month * 3_000 + batch.day * 90 + first
    return [
        Record(
            paper(start + number, title, keywords=("video generation", "flow matching")),
            Metrics(upvotes),
            batch,
        )
        for number, title in enumerate(titles)
    ]


def answer(result: Any) -> str:
    """Return what a command or button answered, its follow-ups included."""
    messages = [result.response, *result.followups]
    return "\n".join(
        message.content or text_of(message.message) for message in messages if message is not None
    )


def dms(person: simcord.MemberActor | simcord.UserHandle) -> list[str]:
    """Return the text of every direct message that a person has, oldest first."""
    user = person if isinstance(person, simcord.UserHandle) else person.user
    return [text_of(message) for message in user.dm_channel.history()]


def brought(person: simcord.MemberActor | simcord.UserHandle) -> list[str]:
    """Return a person's digests among their direct messages."""
    return [text for text in dms(person) if "Your papers of" in text]


async def follow(
    here: World, person: simcord.MemberActor, topic: str = "flow matching", **options: Any
) -> str:
    """Subscribe as people do: look at the preview and press the button; return the answer."""
    preview = await person.slash(here.channel, "paper subscribe", topic=topic, **options)
    assert preview.response is not None
    return answer(await person.click(preview.response, label="Subscribe"))


async def follower(
    here: World,
    user_id: int,
    topic: str = "flow matching",
    *,
    hour: int = 9,
    timezone: str = "UTC",
    every: Every = Every.DAY,
    mode: Mode = Mode.STRICT,
) -> None:
    """Let somebody follow a topic without saying a word to them."""
    now = here.clock.now()
    async with here.bot.services.database.write() as conn:
        await subscriptions.ensure_subscriber(
            conn, user_id, at=time(hour), timezone=timezone, every=every, now=now
        )
        await subscriptions.subscribe(
            conn, user_id, key=topic, query=topic, mode=mode, min_votes=0, now=now
        )


async def subscriber(here: World, user_id: int) -> Subscriber:
    """Return a person's settings as they are now."""
    async with here.bot.services.database.read() as conn:
        found = await subscriptions.subscriber(conn, user_id)
    assert found is not None
    return found


async def digest_of(here: World, user_id: int, day: date) -> Digest | None:
    """Return what became of a person's digest of a day."""
    async with here.bot.services.database.read() as conn:
        return await digests.of_day(conn, user_id, day)


def working_days(first: date, count: int) -> Iterator[date]:
    """Yield days with batches."""
    day = first
    while count:
        if day.weekday() < 5:
            yield day
            count -= 1
        day = date.fromordinal(day.toordinal() + 1)
