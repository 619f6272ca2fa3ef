"""Which servers a gateway session is in: discord.py keeps those that a new session leaves out."""

from typing import Any

import discord


def forget_unlisted(client: discord.AutoShardedClient) -> None:
    """Drop servers from the cache that the READY of their shard does not list, from now on.

    A session that cannot be resumed reports nothing that happened since the one before. Each
    server that removed the bot meanwhile is dispatched as `guild_remove`, as if it were just left.
    """
    state: Any = vars(client)["_connection"]
    parse_ready = state.parsers["READY"]

    def ready(data: Any) -> None:
        shard_id: int = (data.get("shard") or (0, 1))[0]
        listed = {int(guild["id"]) for guild in data["guilds"]}
        for guild in client.guilds:
            if guild.shard_id == shard_id and guild.id not in listed:
                state._remove_guild(guild)
                client.dispatch("guild_remove", guild)
        parse_ready(data)

    state.parsers["READY"] = ready
