"""The demo's page: simcord's preview of one place at a time, the terminal to change places."""

import asyncio
import errno
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from bot.demo import Stage

WIDTH, HEIGHT = 960, 900

PLACES: Final = {
    "channel": "the channel",
    "thread": "the day's thread",
    "dms": "grace's direct messages",
}
"""What can be shown, by the word that chooses it."""
_TRY: Final = (
    "Type /paper search, /paper trending or /paper status in the page's composer, press the"
    " buttons, or react with 🔖 in the thread. You can be ada (an admin) or grace (a member)."
)


async def serve(stage: "Stage", place: str, port: int) -> int:
    """Serve the simulated Discord until a signal, or until the person leaves."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    lines: asyncio.Queue[str] = asyncio.Queue()
    listening = sys.stdin.isatty()
    if listening:
        loop.add_reader(sys.stdin, lambda: lines.put_nowait(sys.stdin.readline()))
    try:
        click.echo(f"\n{_TRY}")
        shown: str | None = place
        while shown is not None:
            shown = await _show(stage, shown, port, stop, lines if listening else None)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        click.echo(f"paperboy: port {port} is taken; choose another with --port, or 0.", err=True)
        return 1
    finally:
        if listening:
            loop.remove_reader(sys.stdin)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    return 0


async def _show(
    stage: "Stage", place: str, port: int, stop: asyncio.Event, lines: asyncio.Queue[str] | None
) -> str | None:
    """Show one place and return the next one, `None` to leave."""
    channel, viewers = _place(stage, place)
    preview = stage.env.preview(
        channel,
        viewers=viewers,
        layout="channel",
        width=WIDTH,
        height=HEIGHT,
        presentation_time=stage.bot.clock.now(),
        port=port or None,
    )
    async with preview:
        click.echo(f"\nOpen {PLACES[place]}:\n\n    {preview.url}\n")
        if lines is not None:
            others = " or ".join(key for key in PLACES if key != place)
            click.echo(f"Type {others} to go there, or quit to leave.")
        sys.stdout.flush()
        waits: dict[asyncio.Task[Any], Callable[[Any], str | None]] = {
            asyncio.create_task(stop.wait()): lambda _: None,
            asyncio.create_task(preview.wait_closed()): lambda _: None,
        }
        if lines is not None:
            waits[asyncio.create_task(_next_place(lines))] = lambda chosen: chosen
        done, waiting = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        answers = [waits[task](task.result()) for task in done]
        return None if None in answers else answers[0]


async def _next_place(lines: asyncio.Queue[str]) -> str | None:
    while True:
        line = await lines.get()
        typed = line.strip().lower()
        if not line or (typed and "quit".startswith(typed)):
            return None
        chosen = [place for place in PLACES if typed and place.startswith(typed)]
        if chosen:
            return chosen[0]
        click.echo(f"Type one of {', '.join(PLACES)}, or quit.")


def _place(stage: "Stage", place: str) -> tuple[Any, list[Any]]:
    if place == "dms":
        return stage.user.dm_channel, [stage.user]
    members = [stage.admin, stage.reader]
    if place == "thread" and stage.channel.threads:
        return stage.channel.threads[-1], members
    return stage.channel, members
