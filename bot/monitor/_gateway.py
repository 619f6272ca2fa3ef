"""How the connections to Discord's gateway are; `is_ready()` stays true when one has died."""

import math
import time
from typing import Any, Final, NamedTuple

import discord

MISSED: Final = 2.5
"""Heartbeats that may stay without an answer until a connection counts as dead."""


class Shard(NamedTuple):
    """One connection, as far as it is known."""

    id: int
    latency: float | None
    """Seconds from the last heartbeat to its answer."""
    ack_age: float | None
    """Seconds since a heartbeat was last answered."""
    trouble: str | None
    """What is wrong with it."""


def shards(client: discord.AutoShardedClient) -> list[Shard]:
    """Return every connection, none before the first one is open."""
    if client.is_closed():
        return []
    return [_shard(number, info) for number, info in sorted(client.shards.items())]


def _shard(number: int, info: Any) -> Shard:
    # discord.py shows a latency but not how old it is: a dead connection keeps its last one.
    socket = getattr(info, "_parent", None) and info._parent.ws
    heart = getattr(socket, "_keep_alive", None)
    if socket is None or heart is None or info.is_closed():
        return Shard(number, None, None, "not connected")
    latency = heart.latency if math.isfinite(heart.latency) else None
    age = time.perf_counter() - heart._last_ack
    trouble = None
    if age > MISSED * heart.interval:
        trouble = f"no heartbeat was answered for {age:.0f} s"
    elif info.is_ws_ratelimited():
        trouble = "it sends more than Discord takes"
    return Shard(number, latency, age, trouble)
