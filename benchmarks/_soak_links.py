"""The feed reader of a soak: a channel's link, which shows what the channel has until revoked."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks._soak_channel_checks import PAPER, papers_of
from benchmarks._soak_people import People
from bot.services.feed_links import FeedLinks, Form

MAX_PAPERS = 50
_TOKEN = re.compile(r"/([\w-]{43})\.json")


@dataclass
class Reader:
    """Someone outside Discord who reads the first channel's papers."""

    people: People
    token: str = ""
    read: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])

    async def begin(self) -> None:
        """Let an admin make the link."""
        answer = await self._links()
        found = None if answer is None else _TOKEN.search(answer.text)
        self.token = "" if found is None else found[1]

    async def look(self, links: FeedLinks) -> None:
        """Read the link; then let the admin revoke it, and read it again."""
        link = await links.find(self.token)
        reading = None if link is None else await links.read(link, self.token, Form.JSON)
        if reading is None:
            self.wrong.append("the link answers nothing")
            return
        urls = [each["url"] for each in json.loads(reading.body)["items"]]
        self.read = [found[1] for url in urls if (found := PAPER.search(url))]
        answer = await self._links()
        if answer is not None:
            world = self.people.server.world
            admin = self.people.admins[self.people.guilds[0].id]
            await self.people.safely(world.click(admin, answer.message, "Revoke 1"), "Revoke 1")
        if await links.find(self.token) is not None:
            self.wrong.append("the link that was revoked answers")

    def broken(self) -> Iterator[str]:
        """Say what the link showed that the channel has not, and what it left out."""
        yield from self.wrong
        wanted = papers_of(self.people.server.world, self.people.channels[0])[:MAX_PAPERS]
        if self.read != wanted:
            yield f"the link shows {self.read}, the channel has {wanted}"

    async def _links(self) -> Any:
        people, guild = self.people, self.people.guilds[0]
        return await people.slash(
            people.admins[guild.id],
            people.offices[guild.id],
            "feed link",
            channel=people.channels[0],
        )
