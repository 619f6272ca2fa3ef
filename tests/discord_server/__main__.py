"""`python -m tests.discord_server`: a Discord as a process of its own.

Prints one line of JSON with the settings that point a bot at it, and stops by itself in the end.
"""

import argparse
import asyncio
import json
import sys

from tests.discord_server.app import DiscordServer
from tests.discord_server.control import Control


async def serve(port: int, seconds: float, pace: float) -> None:
    """Serve one server with one channel, an admin and a member."""
    server = DiscordServer()
    Control(server)
    server.buckets.pace = pace
    world = server.world
    guild = world.add_guild("Reading Group")
    channel = world.add_channel(guild, "papers")
    world.add_member(guild, "ada", world.add_role(guild, "admins", "manage_guild"))
    world.add_member(guild, "grace")
    await server.start(port)
    told = {
        "DISCORD_TOKEN": world.token,
        "DISCORD_API_URL": server.api_url,
        "DISCORD_GATEWAY_URL": server.gateway_url,
        "world": f"{server.base_url}/_world",
        "guild": str(guild.id),
        "channel": str(channel.id),
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    try:
        await asyncio.sleep(seconds)
    finally:
        await server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tests.discord_server")
    parser.add_argument("--port", type=int, default=0, help="a free one by default")
    parser.add_argument("--seconds", type=float, default=600, help="how long it stays")
    parser.add_argument(
        "--pace", type=float, default=1.0, help="0.1 makes rate limits ten times as quick"
    )
    arguments = parser.parse_args()
    try:
        asyncio.run(serve(arguments.port, arguments.seconds, arguments.pace))
    except KeyboardInterrupt:
        sys.exit(130)
