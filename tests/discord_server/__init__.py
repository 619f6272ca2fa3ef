"""A Discord of one's own: REST and gateway over real sockets, held against Discord's own schema.

simcord (the other simulated Discord here) replaces discord.py's HTTP layer; this one is spoken to
over the wire, so that rate limits, lost answers, broken connections and killed processes are real.
"""

from tests.discord_server.app import DiscordServer, Request
from tests.discord_server.fake_discord import FakeDiscord
from tests.discord_server.interactions import Interaction
from tests.discord_server.objects import Channel, Guild, Message
from tests.discord_server.users import Role, User

__all__ = [
    "Channel",
    "DiscordServer",
    "FakeDiscord",
    "Guild",
    "Interaction",
    "Message",
    "Request",
    "Role",
    "User",
]
