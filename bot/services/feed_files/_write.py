"""A server's feeds written as YAML, with comments."""

import json
from collections.abc import Callable, Mapping, Sequence

from bot.services.feed_files._settings import Written, settings_of
from storage.feeds import Feed, FeedState


def write(
    server: tuple[int, str],
    feeds: Sequence[Feed],
    *,
    opening: Sequence[str],
    explained: Mapping[str, str],
    name_of: Callable[[int], str | None],
    paused: str,
) -> str:
    """Return a file of feeds.

    Args:
        server: its id and name.
        feeds: what it has.
        opening: lines that say what the file is for.
        explained: what each setting is, by its key; written beside the first feed.
        name_of: returns the name of a channel or role, `None` for one that is gone.
        paused: what is written beside a feed that does not post.
    """
    lines = [*(f"# {_plain(line)}" for line in opening), ""]
    lines.append(f"server: {server[0]}{_comment(server[1])}")  # not shown
    lines.append("feeds:" if feeds else "feeds: []")
    for number, feed in enumerate(feeds):
        lines.append("")
        if feed.state is not FeedState.ACTIVE:
            lines.append(f"  # {_plain(paused)}")
        name = _comment(name_of(feed.channel_id))
        lines.append(f"  - channel: {feed.channel_id}{name}")  # not shown
        for setting in settings_of(feed):
            value = setting.write(getattr(feed, setting.field))
            note = explained.get(setting.key) if number == 0 else None
            if setting.key == "ping" and feed.ping_role_id is not None:
                note = name_of(feed.ping_role_id)
            lines.append(f"    {setting.key}: {_yaml(value)}{_comment(note)}")
    return "\n".join(lines) + "\n"


def _yaml(value: Written) -> str:
    """Return a value in YAML: JSON is a part of it."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case tuple():
            return json.dumps(list(value), ensure_ascii=False)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _comment(text: str | None) -> str:
    return f"  # {_plain(text)}" if text else ""


def _plain(text: str) -> str:
    """Return a text that cannot end a comment."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
