"""What everybody sees of a fault: the person, the admin, the log, and what the database holds."""

import logging
import re
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from bot.ui.text import plural
from tests import reliability
from tests.discord_server import Channel, Message
from tests.looking import look
from tests.wire.bot import Connected

OURS = ("bot", "cogs", "storage", "papers")
NOTHING = "nothing"


@dataclass
class FaultRecorder:
    """Looks at one fault while it lasts and after it, and puts it on the page."""

    here: Connected
    caplog: pytest.LogCaptureFixture
    person: list[str] = field(default_factory=list[str])
    admin: list[str] = field(default_factory=list[str])
    database: list[str] = field(default_factory=list[str])

    async def observe(self, *, status: bool = False) -> None:
        """Take down what is there now; with `status`, also what `/paper status` says of sources."""
        self.person.append(self.channel())
        told = self.notices()
        if status:
            sources, why = await self._status()
            told += sources
            if why:
                self.note(person=f"/paper status: “{why}”")
        self.admin.append("; ".join(told) or NOTHING)
        self.database.append(self.stored())

    def note(self, *, person: str | None = None, admin: str | None = None) -> None:
        """Add to what was just looked at."""
        for seen, more in ((self.person, person), (self.admin, admin)):
            if more is not None and seen:
                more = self._named(more)
                seen[-1] = more if seen[-1] == NOTHING else f"{seen[-1]}; {more}"

    def record(self, name: str, *, traceback: bool = False) -> None:
        """Hold the page to what was seen.

        Args:
            name: what went wrong.
            traceback: whether the log may hold one: that is for what nobody foresaw.
        """
        broke = [each for each in self._logged() if each.exc_info]
        assert traceback or not broke, f"a traceback in the log: {broke[0].getMessage()}"
        reliability.record(
            "faults",
            name,
            in_time(self.person),
            in_time(self.admin),
            in_time([self.log()]),
            in_time(self.database),
        )

    def channel(self, channel: Channel | None = None) -> str:
        """Return what a member finds in the channel."""
        channel = channel or self.here.channel
        threads = [
            each for each in self.here.world.threads_of(channel) if each.owner_id == self._bot_id
        ]
        cards = [message for thread in threads for message in thread.history]
        headers = self._own(channel.history)
        late = any("thread is late" in header.text for header in headers)
        counted = [
            (len(headers), "late header" if late else "header"),
            (len(threads), "thread"),
            (len(self._own(cards)), "card"),
        ]
        return ", ".join(plural(count, what) for count, what in counted if count) or NOTHING

    def notices(self) -> list[str]:
        """Return what the admins were told in their channel, without the welcome."""
        texts = [message.text for message in self._own(self.here.office.history)]
        notices = [self._named(text).removeprefix("### ") for text in texts]
        return [f"told: “{text}”" for text in notices if "Hi, I'm Paperboy" not in text]

    async def _status(self) -> tuple[list[str], str]:
        """Return what `/paper status` says of the sources, and why there is nothing newer."""
        world = self.here.world
        said = (await world.slash(self.here.member, self.here.office, "paper status")).text
        lines = [self._named(line) for line in said.splitlines()]
        sources = [f"/paper status: “{line}”" for line in lines if line.startswith(("🔴", "🟢"))]
        why = [line for line in lines if line.startswith("**Why nothing newer")]
        return sources, "".join(why).replace("*", "")

    def log(self) -> str:
        """Return the log's warnings and errors, each once."""
        lines = [f"{each.levelname} {each.getMessage()}" for each in self._logged()]
        return "; ".join(dict.fromkeys(map(self._named, lines))) or NOTHING

    def stored(self) -> str:
        """Return what the database holds of feeds, posts and saves."""
        with closing(look(self.here.bot.settings.database_url)) as database:
            feeds = database.rows("SELECT state, disabled_reason FROM feeds ORDER BY id")
            posts = database.rows(
                "SELECT posts.state, posts.header_message_id, posts.thread_id,"
                " count(message_id), count(*), posts.reason FROM posts"
                " LEFT JOIN post_papers ON post_id = posts.id GROUP BY posts.id"
                " ORDER BY posts.feed_id, posts.id"
            )
            digests = database.rows("SELECT state, reason FROM digests ORDER BY id")
        parts = [f"feed {state}{f' ({why})' if why else ''}" for state, why in feeds]
        for state, header, thread, cards, papers, reason in posts:
            have = [name for name, there in (("header", header), ("thread", thread)) if there]
            have.append(f"{cards} of {papers} cards")
            parts.append(f"post {state} ({', '.join(have)}{f': {reason}' if reason else ''})")
        parts += [f"digest {state}{f' ({why})' if why else ''}" for state, why in digests]
        return ", ".join(parts) or NOTHING

    @property
    def _bot_id(self) -> int:
        return self.here.world.bot.id

    def _own(self, messages: Iterable[Message]) -> list[Message]:
        return [message for message in messages if message.author.id == self._bot_id]

    def _logged(self) -> list[logging.LogRecord]:
        return [
            record
            for record in self.caplog.get_records("call")
            if record.levelno >= logging.WARNING and record.name.partition(".")[0] in OURS
        ]

    def _named(self, text: str) -> str:
        """Return a text without what differs from run to run."""
        text = text.replace(f"<#{self.here.channel.id}>", "#papers")
        text = re.sub(r"</([\w -]+):\d+>", r"/\1", text)
        text = re.sub(r" ?\(?<t:\d+:\w>\)?", " …", text)
        text = re.sub(r"http://127\.0\.0\.1:\d+", "…", text)
        text = re.sub(r"(error_id|post_id|feed_id|club_id)=\w+", r"\1=…", text)
        text = re.sub(r"\d+\.\d+ s\b", "… s", text)
        # How many the last ticks before the jump wrote depends on how quick the machine is.
        text = re.sub(r"\d+ entries dated", "… entries dated", text)
        text = re.sub(r"error `\w+`", "error `…`", text)
        return re.sub(r"\d{15,}", "…", " ".join(text.split()))


def in_time(seen: list[str]) -> str:
    """Join what was seen one after the other; what did not change is said once."""
    changes = [text for text, before in zip(seen, [None, *seen], strict=False) if text != before]
    return " → ".join(changes)
