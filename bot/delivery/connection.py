"""What the gateway says, corrected before discord.py hears it."""

from typing import Any

import discord

from papers.writable import writable_json


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


def clean_interactions(client: discord.Client) -> None:
    """Make every text of an interaction writable, from now on: options, what is typed into forms,
    names of files and people, and the messages that a command is used on."""
    state: Any = vars(client)["_connection"]
    parse = state.parsers["INTERACTION_CREATE"]

    def interaction_create(data: Any) -> None:
        parse(writable_json(data))

    state.parsers["INTERACTION_CREATE"] = interaction_create
