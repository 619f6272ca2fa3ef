"""What a channel shows, as text: read back from the simulated Discord, not from what we meant to
send."""

from collections.abc import Iterable, Iterator

import discord
import simcord


def transcript(channel: simcord.ChannelHandle) -> list[str]:
    """Return the lines that everybody sees in a channel and in its threads, oldest first."""
    lines: list[str] = []
    for message in channel.history():
        if lines_of := shown(message):
            lines += ["", f"#{channel.name}", *lines_of]
    for thread in sorted(channel.threads, key=lambda thread: thread.id):
        lines += ["", f"Thread: {thread.name}"]
        for message in thread.history():
            if lines_of := shown(message):
                lines += ["", *lines_of]
    return lines


def shown(message: discord.Message) -> list[str]:
    """Return the lines of one message; none for Discord's own."""
    if message.is_system():
        return []  # Discord's own: that a thread was begun
    parts = [message.content] if message.content else []
    parts += _parts(message.components)
    parts += [f"{reaction.emoji} {reaction.count}" for reaction in message.reactions]
    return [f"  {line}" for part in parts for line in part.splitlines()]


def _parts(components: Iterable[object]) -> Iterator[str]:
    for component in components:
        match component:
            case discord.TextDisplay(content=str(content)):
                yield content
            case discord.Button(label=label, url=str(url)):
                yield f"{label}: {url}"
            case discord.Button(label=label, emoji=emoji):
                yield f"[{' '.join(str(part) for part in (emoji, label) if part)}]"
            case _:
                yield from _parts(getattr(component, "children", ()))
                if (accessory := getattr(component, "accessory", None)) is not None:
                    yield from _parts((accessory,))
