"""Papers that are too long, and papers that want to be more than papers."""

from dataclasses import replace
from pathlib import Path

import pytest

from papers.model import Author, Metrics, Record
from tests.bot.world import MONDAY, at, paper
from tests.discord_server import DiscordServer, Message
from tests.wire.bot import Connected, connected
from tests.wire.fault_recorder import FaultRecorder

RTL = "\u202e"
HOSTILE = (
    "@everyone @here <@&{role}> <@{person}> please",
    "[click me](https://evil.example) **now** ||or else||",
    f"exe.{RTL}fdp.www safe",
    "# A heading\n> a quote\n```a fence",
    "</paper forget:1> <#1> <t:0:R> <:x:1>",
    "\u200b\u2060\u00ad",
)
HOSTS = ("https://arxiv.org/", "https://huggingface.co/", "https://www.alphaxiv.org/")


async def test_huge_papers_are_cut_to_what_discord_takes(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    huge = [
        replace(
            paper(number),
            title=f"Paper {'very ' * 2_000}number {number}",
            abstract="We study $\\alpha$ at length. " * 10_000,
            authors=tuple(
                Author(f"Author {each} {'of many names ' * 20}") for each in range(1_000)
            ),
        )
        for number in range(20)
    ]
    days = {MONDAY: [Record(each, Metrics(9), MONDAY) for each in huge]}
    async with connected(discord_server, tmp_path, days) as here:
        recorder = FaultRecorder(here, caplog)
        await here.add_feed(time="09:00")
        await here.tick(at(MONDAY, 9))
        await recorder.observe()
        recorder.note(person="cut to Discord's limits, each with its links")
        # Displays are joined by line breaks here, which Discord does not count.
        assert all(len(message.text.replace("\n", "")) <= 4_000 for message in posted(here))
        recorder.record("content: abstracts of 290,000 characters, 1,000 authors")


async def test_hostile_titles_stay_text(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # That nobody is mentioned, the server checks with every message.
    world = discord_server.world
    readers = world.new_id()
    titles = [title.format(role=readers, person=world.bot.id) for title in HOSTILE]
    days = {
        MONDAY: [
            Record(
                replace(paper(number), title=title, abstract=title, authors=(Author(title),)),
                Metrics(9 - number),
                MONDAY,
            )
            for number, title in enumerate(titles)
        ]
    }
    async with connected(discord_server, tmp_path, days) as here:
        recorder = FaultRecorder(here, caplog)
        await here.add_feed(time="09:00")
        await here.tick(at(MONDAY, 9))
        await recorder.observe()
        for message in posted(here):
            assert RTL not in message.text
            assert all(link.startswith(HOSTS) for link in message.links.values()), message.links
            assert "](https://evil" not in message.text
            assert not any(line.startswith(("# A", "> a", "```")) for line in lines(message))
        shown = "\n".join(message.text for message in posted(here))
        assert "click me" in shown
        assert "fdp.www safe" in shown
        recorder.note(person="their characters, escaped: no mention, no link but the paper's own")
        recorder.record("content: titles with mentions, markdown, links and right-to-left override")


def posted(here: Connected) -> list[Message]:
    """Return the header and the cards."""
    threads = here.world.threads_of(here.channel)
    return [*here.channel.history, *(each for thread in threads for each in thread.history)]


def lines(message: Message) -> list[str]:
    return [line.strip() for line in message.text.splitlines()]
