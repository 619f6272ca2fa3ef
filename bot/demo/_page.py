"""The demo's page: simcord's preview of one place at a time; the terminal changes places."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import click
import simcord
from simcord import SetupError
from simcord.preview import Preview

from bot.demo._pictures import stand_ins
from bot.demo._stage import ADMIN, FORUM, READER, DemoError, Stage
from bot.demo._terminal import Terminal

log = logging.getLogger(__name__)

PLACES: Final = ("channel", "thread", FORUM, ADMIN, READER)
"""What the page can show, by the word that chooses it: two are people's direct messages."""
DIRECT_MESSAGES: Final = "dms"
"""Chooses the member's direct messages, too: the admin has less to expect there."""

TICK: Final = 60.0
"""Seconds between two looks at what is due, as `paperboy run` has them."""
BUSY: Final = 0.2
"""Seconds until the simulated Discord is asked again while a person's action is under way."""
SENT: Final = 0.5
"""Seconds that the page gets to learn that its message was sent, before it is served anew."""
LONGEST_WAIT: Final = 240.0
"""Hours that can be let pass at once."""

SUGGESTIONS: Final = (
    ("paper trending", "/paper trending", "the day's, week's or month's most upvoted papers"),
    ("paper search", "/paper search query: video generation", "by words and by meaning"),
    ("paper subscribe", "/paper subscribe topic: diffusion", "preview a topic, then subscribe"),
    ("paper digest now", "/paper digest now", "new papers on your topics"),
    ("library show", "/library show", "papers you saved"),
    ("library export", "/library export format: bibtex", "your library as a file"),
    ("paper status", "/paper status", "the newest batch and the next thread"),
    ("feed list", "/feed list", "as Ada: this server's daily threads"),
    ("feed add", "/feed add channel: reading", "as Ada: set up a thread in another channel"),
    ("feed post-now", "/feed post-now channel: reading", "then post its first thread now"),
    ("feed copy", "/feed copy to: forum", "the same as a post in a forum"),
)
"""Commands worth trying: shown as far as this bot has them."""

_Viewers = Sequence[simcord.MemberActor | simcord.UserHandle]


class Pages:
    """Serves one place of the simulated Discord after the other, under one port."""

    def __init__(self, stage: Stage, port: int, place: str = PLACES[0]) -> None:
        self._stage = stage
        self._port = port
        self._place = READER if place == DIRECT_MESSAGES else place
        self._preview: Preview | None = None
        self._written: asyncio.Queue[str] = asyncio.Queue()
        """Places that people wrote as messages in the page."""
        self._capability: str | None = None
        """The secret of the page's address, where the next page is to have the same."""

    async def serve(self) -> None:
        """Serve until the person leaves; cancel it to stop earlier.

        Raises:
            DemoError: the port cannot be had.
        """
        _say_what_to_try(self._stage)
        subscribers = self._stage.env.backend.subscribers
        subscribers += (self._tell_of_messages, self._set_page_clock, self._note_places)
        with Terminal() as typed:
            if typed.listening:
                click.echo(
                    "\nThe page shows one place at a time. To open another, type it here, or send"
                    " it as a message in the page and reload it:"
                )
                for words, what in (
                    ("thread", "the day's thread, with one card per paper"),
                    ("forum", "the newest post in the forum, once /feed post-now made one"),
                    ("ada or grace", "that person's direct messages with the bot"),
                    ("channel", "back to the channel"),
                    ("wait 6", "let six hours pass: digests arrive, numbers change"),
                    ("quit", "end the demo"),
                ):
                    click.echo(f"  {words:<30} {what}".rstrip())
            while await self._show(typed):
                pass

    async def _show(self, typed: Terminal) -> bool:
        """Serve one place until another one is wanted; false to leave."""
        channel, viewers = self._where()
        try:
            preview = self._stage.env.preview(
                channel,
                viewers=viewers,
                layout="channel",
                assets=await stand_ins(self._stage),
                port=self._port,
            )
            if self._capability is not None:
                preview.capability, self._capability = self._capability, None
            await preview.__aenter__()
        except SetupError as error:
            if isinstance(error.__cause__, OSError):
                raise DemoError(
                    f"port {self._port} is in use; choose another with --port, or 0 for a free one"
                ) from error
            raise
        self._preview = preview
        try:
            self._port = urlsplit(preview.url).port or 0
            click.echo(f"\nOpen {self._name()}:\n\n    {preview.url}\n")
            return await _first(
                self._command(preview, typed),
                self._place_written(preview),
                self._closed(preview, typed),
                self._live(preview),
            )
        finally:
            await preview.close()

    async def _command(self, preview: Preview, typed: Terminal) -> bool:
        while True:
            word, _, argument = (await typed.line()).lower().partition(" ")
            place = READER if word == DIRECT_MESSAGES else word
            if place in PLACES:
                self._place = place
                return True
            if word == "wait" and (hours := _hours(argument)) is not None:
                await self._wait(hours)
                await _when_free(preview.refresh)
                continue
            if word in ("quit", "exit", "q"):
                return False
            if word:
                click.echo(f"Type {', '.join(PLACES)}, wait and a number of hours, or quit.")

    async def _place_written(self, preview: Preview) -> bool:
        """Wait until a place is written in the page, which then shows it when it is reloaded."""
        self._place = await self._written.get()
        await _when_free(preview.refresh)
        await asyncio.sleep(SENT)
        self._capability = preview.capability
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

    async def _live(self, preview: Preview) -> bool:
        """Do each minute what is due, and bring the page up to date where that changed it."""
        stage = self._stage
        while True:
            await asyncio.sleep(TICK)
            before = len(stage.env.http_requests)
            try:
                await stage.bot.tick(stage.clock.now())
            except Exception:
                log.exception("the minute's work failed")
            if len(stage.env.http_requests) > before:
                await _when_free(preview.refresh)

    async def _wait(self, hours: float) -> None:
        stage = self._stage
        stage.clock.put_forward(hours * 3600)
        await stage.bot.tick(stage.clock.now())
        click.echo(f"It is {stage.clock.now():%A, %H:%M} UTC now.")

    def _where(self) -> tuple[simcord.ChannelHandle, _Viewers]:
        stage = self._stage
        if self._place in stage.people:
            channel, user = stage.direct_messages(self._place)
            return channel, [user]
        members = list(stage.people.values())
        if self._place == FORUM and stage.forum_posts:
            return stage.forum_posts[-1], members
        return (stage.threads[-1] if self._place == "thread" else stage.channel), members

    def _name(self) -> str:
        if self._place in self._stage.people:
            return f"{self._place.title()}'s direct messages"
        if self._place == FORUM:
            posts = self._stage.forum_posts
            return f"the post, “{posts[-1].name}”" if posts else "the channel: no post yet"
        if self._place == "thread":
            return f"the thread, “{self._stage.threads[-1].name}”"
        return f"#{self._stage.channel.name} (type thread to open its thread)"

    def _tell_of_messages(self, event: str, payload: Mapping[str, Any]) -> None:
        backend = self._stage.env.backend
        if event != "MESSAGE_CREATE" or payload["author"]["id"] != str(backend.bot_user.id):
            return
        for name, person in self._stage.people.items():
            dm_channel_id = backend.dm_channels.get(person.id)
            if payload["channel_id"] == str(dm_channel_id) and self._place != name:
                click.echo(f"{name.title()} has a new direct message. To read it, type {name}.")

    def _note_places(self, event: str, payload: Mapping[str, Any]) -> None:
        if event != "MESSAGE_CREATE" or payload["author"].get("bot"):
            return
        word = str(payload["content"]).strip().lower()
        if (place := READER if word == DIRECT_MESSAGES else word) in PLACES:
            self._written.put_nowait(place)

    def _set_page_clock(self, event: str, payload: Mapping[str, Any]) -> None:
        """Let the page count relative times from now: by itself it looks at the clock when it is
        opened or refreshed only, and calls what came later the future."""
        del event, payload
        if self._preview is not None:
            self._preview.capture_time = self._stage.clock.now()


async def _first(*waits: Coroutine[Any, Any, bool]) -> bool:
    """Return what the first of these to end returns, and cancel the others."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task.done()).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _when_free(operation: Callable[[], Awaitable[None]]) -> None:
    """Do something to the simulated Discord once no action of a person is under way there."""
    while True:
        try:
            await operation()
        except SetupError:
            await asyncio.sleep(BUSY)
        else:
            return


def _hours(text: str) -> float | None:
    try:
        hours = float(text)
    except ValueError:
        return None
    return hours if 0 < hours <= LONGEST_WAIT else None


def _say_what_to_try(stage: Stage) -> None:
    shown = len(stage.threads[-1].history())
    click.echo(f"Posted in #{stage.channel.name}: “{stage.threads[-1].name}”, {shown} papers.")
    click.echo("\nThe page shows a simulated Discord in which the real bot answers. Try:")
    known = {command.qualified_name for command in stage.bot.tree.walk_commands()}
    for name, typed, what in SUGGESTIONS:
        if name in known:
            click.echo(f"  {typed:<38} {what}")
    if any(message.reactions for message in stage.threads[-1].history()):
        click.echo(f"  {'🔖 under a paper':<38} save it to your library")
    click.echo(
        "You are Ada, an admin. To be Grace, a member, use “Viewing as”. Answers that only you see"
        " are below the messages: scroll down."
    )
