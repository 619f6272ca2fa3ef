"""The demo's page: simcord's preview of one place at a time, with lists to change it."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

import click
import simcord
from simcord import SetupError
from simcord.preview import Preview

from bot.demo._pictures import Pictures, stand_ins
from bot.demo._scene import Scene
from bot.demo._server import DemoServer
from bot.demo._stage import ADMIN, FORUM, READER, DemoError, Stage
from bot.demo._suggestions import say_what_to_try, say_what_to_type
from bot.demo._terminal import Terminal
from bot.demo._waiting import first, hours, when_free
from bot.runtime.logs import log_failure

log = logging.getLogger(__name__)

PLACES: Final = ("channel", "thread", FORUM, ADMIN, READER)
"""What the page can show, by the word that chooses it: two are people's direct messages."""
DIRECT_MESSAGES: Final = "dms"
"""Chooses the member's direct messages, too: the admin has less to expect there."""

REACTIONS: Final = ("🔖", "⭐", "✅", "📌")
"""What the page offers to react with: to save a paper, and to add it to the server's shelf."""

TICK: Final = 60.0
"""Seconds between two looks at what is due, as `paperboy run` has them."""


class Pages:
    """Serves one place of the simulated Discord after the other, under one port.

    The preview shows one channel to some viewers; for another channel, or another person first, a
    new preview is opened behind the same address.
    """

    def __init__(self, stage: Stage, port: int, place: str = PLACES[0]) -> None:
        self._stage = stage
        self._port = port
        self._scene = Scene(stage)
        self._server = DemoServer(self)
        self._place = self._named(READER if place == DIRECT_MESSAGES else place)
        self._viewer: int | None = None
        """Who looks first, by id; the admin by default."""
        self._focus: simcord.InteractionResult | None = None
        """The answer that the next preview shows."""
        self._preview: Preview | None = None
        self._pictures: Pictures = {}
        self._drawn_on: date | None = None
        self._capability: str | None = None
        """The secret of the page's address, where the next preview is to have the same."""
        self._reopening = asyncio.Event()
        self._opened = asyncio.Event()
        self._ticking = asyncio.Lock()

    async def serve(self) -> None:
        """Serve until the person leaves; cancel it to stop earlier.

        Raises:
            DemoError: the port cannot be had.
        """
        try:
            await self._server.start(self._port)
        except OSError as error:
            await self._server.close()
            raise DemoError(
                f"port {self._port} is in use; choose another with --port, or 0 for a free one"
            ) from error
        say_what_to_try(self._stage)
        subscribers = self._stage.env.backend.subscribers
        subscribers += (self._tell_of_messages, self._set_page_clock)
        living = asyncio.create_task(self._live(), name="demo-minutes")
        try:
            with Terminal() as typed:
                if typed.listening:
                    say_what_to_type()
                while await self._show(typed):
                    pass
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
            await self._server.close()

    async def _show(self, typed: Terminal) -> bool:
        """Serve one place until another one is wanted; false to leave."""
        try:
            channel = self._scene.handle(self._place)
        except KeyError:  # it was deleted
            channel = self._stage.channel
            self._place = channel.id
        preview = self._stage.env.preview(
            channel,
            viewers=self._scene.viewers(channel.id, self._viewer),
            layout="channel",
            assets=await self._drawn(),
            port=0,
        )
        again = self._capability is not None
        if self._capability is not None:
            preview.capability, self._capability = self._capability, None
        await preview.__aenter__()
        self._preview = preview
        try:
            inner = urlsplit(preview.url)
            self._server.inner = f"{inner.scheme}://{inner.netloc}"
            self._server.capability = preview.capability
            if self._focus is not None:
                focus, self._focus = self._focus, None
                await preview.show(focus)
            if not again:
                click.echo(f"\nOpen {self._name()}:\n\n    {self._server.url}\n")
            self._reopening.clear()
            self._opened.set()
            return await first(
                self._command(preview, typed), self._reopened(preview), self._closed(preview, typed)
            )
        finally:
            await self._server.leave()
            self._preview = None
            await preview.close()

    async def _drawn(self) -> Pictures:
        """Return the pictures of papers, drawn once a day."""
        today = self._stage.clock.now().date()
        if self._drawn_on != today:
            self._pictures |= await stand_ins(self._stage)
            self._drawn_on = today
        return self._pictures

    async def overview(self, given: dict[str, Any]) -> Any:
        """Return what stands beside the conversation."""
        del given
        return self._scene.overview(self._place)

    async def posts(self, given: dict[str, Any]) -> Any:
        """Return a forum's posts."""
        return self._scene.posts(int(given["place"]))

    async def pins(self, given: dict[str, Any]) -> Any:
        """Return the pinned messages of the place."""
        return self._scene.pins(int(given["place"]))

    async def open(self, given: dict[str, Any]) -> Any:
        """Show another place.

        Raises:
            KeyError: there is none.
        """
        self._place = self._scene.handle(int(given["place"])).id
        return await self._reopen(given)

    async def menu(self, given: dict[str, Any]) -> Any:
        """Use a command of a message's menu, and show its answer.

        Raises:
            ValueError: the message, or the command in direct messages, is not there.
        """
        people = {person.id: person for person in self._stage.people.values()}
        person = people[int(given["viewer"])]
        channel = self._scene.handle(self._place)
        messages = {each.id: each for each in channel.history(viewer=person)}
        message, name = messages[int(given["message"])], str(given["name"])
        if channel.guild is None:
            raise ValueError("menus are for the server's channels here")
        self._focus = await when_free(lambda: person.context_menu(channel, name, message))
        if self._focus.modal is None and self._focus.response is None:
            self._focus = None
        return await self._reopen(given)

    async def react(self, given: dict[str, Any]) -> Any:
        """Add a reaction to a message, as the person who looks.

        Raises:
            ValueError: that emoji is not offered.
        """
        emoji = str(given["emoji"])
        if emoji not in REACTIONS:
            raise ValueError("that emoji is not offered")
        person = {each.id: each for each in self._stage.people.values()}[int(given["viewer"])]
        channel = self._scene.handle(self._place)
        messages = {each.id: each for each in channel.history(viewer=person)}
        message = messages[int(given["message"])]
        await when_free(lambda: person.set_reaction(message, emoji, reacted=True))
        return await self._reopen(given)

    async def wait(self, given: dict[str, Any]) -> Any:
        """Let hours pass.

        Raises:
            ValueError: it is no number of hours.
        """
        passing = hours(str(given["hours"]))
        if passing is None:
            raise ValueError("hours are needed")
        await self._wait(passing)
        return await self._reopen(given)

    async def cancel(self, given: dict[str, Any]) -> Any:
        """Delete an event, as an admin does.

        Raises:
            ValueError: it is not there.
        """
        events = self._stage.env.backend.get_guild(self._stage.guild.id).scheduled_events
        if (event := int(given["event"])) not in events:
            raise ValueError("there is no such event")
        self._stage.env.backend.delete_scheduled_event(self._stage.guild.id, event)
        return await self._reopen(given)

    async def _reopen(self, given: dict[str, Any]) -> dict[str, Any]:
        """Open a preview of the place for who looks, at the same address."""
        self._viewer = int(given["viewer"]) if given.get("viewer") else self._viewer
        if self._preview is not None:
            self._capability = self._preview.capability
        self._opened.clear()
        self._reopening.set()
        await self._opened.wait()
        return {}

    async def _command(self, preview: Preview, typed: Terminal) -> bool:
        while True:
            word, _, argument = (await typed.line()).lower().partition(" ")
            place = READER if word == DIRECT_MESSAGES else word
            if place in PLACES:
                self._place = self._named(place)
                return True
            if word == "wait" and (passing := hours(argument)) is not None:
                await self._wait(passing)
                await when_free(preview.refresh)
                continue
            if word in ("quit", "exit", "q"):
                return False
            if word:
                click.echo(f"Type {', '.join(PLACES)}, wait and a number of hours, or quit.")

    async def _reopened(self, preview: Preview) -> bool:
        """Wait until the page asks for another place, or the same one again."""
        await self._reopening.wait()
        with suppress(SetupError):  # what a person began takes too long: leave it
            await when_free(preview.refresh)
        return True

    async def _closed(self, preview: Preview, typed: Terminal) -> bool:
        """Wait until the page's own button ends it; where no input can come, so does the demo."""
        await preview.wait_closed()
        if typed.listening:
            click.echo(
                f"The page is closed. Type {', '.join(PLACES)} to open another one, or quit."
            )
            await asyncio.Event().wait()
        return False

    async def _live(self) -> None:
        """Do each minute what is due, and bring the page up to date where that changed it."""
        stage = self._stage
        while True:
            await asyncio.sleep(TICK)
            before = len(stage.env.http_requests)
            async with self._ticking:
                await self._tick()
            if len(stage.env.http_requests) > before and self._preview is not None:
                await when_free(self._preview.refresh)

    async def _tick(self) -> None:
        stage = self._stage
        stage.env.backend.expire_due_polls()
        try:
            await stage.bot.tick(stage.clock.now())
        except Exception as error:
            log_failure(log, error, "the minute's work failed")

    async def _wait(self, passing: float) -> None:
        """Let time pass in steps of an hour, so that each thing happens at its own time."""
        async with self._ticking:
            while passing > 0:
                self._stage.clock.put_forward(min(passing, 1) * 3600)
                passing -= 1
                await self._tick()
        click.echo(f"It is {self._stage.clock.now():%A, %H:%M} UTC now.")

    def _named(self, word: str) -> int:
        """Return the place that a word of `PLACES` means."""
        stage = self._stage
        if word in stage.people:
            return stage.direct_messages(word)[0].id
        if word == FORUM and stage.forum_posts:
            return stage.forum_posts[-1].id
        return (stage.threads[-1] if word == "thread" and stage.threads else stage.channel).id

    def _name(self) -> str:
        stage = self._stage
        for name in stage.people:
            if stage.direct_messages(name)[0].id == self._place:
                return f"{name.title()}'s direct messages"
        channel = self._scene.handle(self._place)
        return f"the thread, “{channel.name}”" if channel.is_thread else f"#{channel.name}"

    def _tell_of_messages(self, event: str, payload: Mapping[str, Any]) -> None:
        backend = self._stage.env.backend
        if event != "MESSAGE_CREATE" or payload["author"]["id"] != str(backend.bot_user.id):
            return
        for name, person in self._stage.people.items():
            dm_channel_id = backend.dm_channels.get(person.id)
            if payload["channel_id"] == str(dm_channel_id) and self._place != dm_channel_id:
                click.echo(f"{name.title()} has a new direct message. To read it, type {name}.")

    def _set_page_clock(self, event: str, payload: Mapping[str, Any]) -> None:
        """Let the page count relative times from now, not from when it was opened or refreshed."""
        del event, payload
        if self._preview is not None:
            self._preview.capture_time = self._stage.clock.now()
