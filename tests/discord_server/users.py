"""Users, their roles in a server, and what a channel allows to either."""

from dataclasses import dataclass
from datetime import UTC, datetime

from discord import Permissions

from tests.discord_server.rules import Json

MEMBER_PERMISSIONS = Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
    add_reactions=True,
    embed_links=True,
    attach_files=True,
    use_application_commands=True,
)


def iso(at: float) -> str:
    """Write a moment as Discord does."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")


def seconds_of(written: str) -> float:
    """Return a moment that was written as Discord does, in seconds since 1970."""
    return datetime.fromisoformat(written).timestamp()


@dataclass
class User:
    """A person or a bot."""

    id: int
    name: str
    bot: bool = False
    takes_dms: bool = True
    installed_app: bool = False

    def to_json(self) -> Json:
        """Return the user as others see it."""
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0000" if self.bot else "0",
            "global_name": self.name,
            "avatar": None,
            "bot": self.bot,
            "flags": 0,
            "public_flags": 0,
            "primary_guild": None,
        }


@dataclass
class Role:
    """A role of one server; the one with the server's id is everyone's."""

    id: int
    name: str
    permissions: Permissions
    position: int = 0
    mentionable: bool = False

    def to_json(self) -> Json:
        """Return the role."""
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions.value),
            "position": self.position,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": self.mentionable,
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
        }


@dataclass
class Member:
    """Somebody in a server."""

    user: User
    role_ids: list[int]
    joined_at: float

    def to_json(self) -> Json:
        """Return the member with its user."""
        return {
            "user": self.user.to_json(),
            "roles": [str(role_id) for role_id in self.role_ids],
            "joined_at": iso(self.joined_at),
            "nick": None,
            "avatar": None,
            "banner": None,
            "communication_disabled_until": None,
            "premium_since": None,
            "pending": False,
            "flags": 0,
            "mute": False,
            "deaf": False,
        }


@dataclass
class Overwrite:
    """What a channel allows and denies to one role (kind 0) or member (kind 1)."""

    id: int
    kind: int
    allow: Permissions
    deny: Permissions

    def to_json(self) -> Json:
        """Return the overwrite."""
        return {
            "id": str(self.id),
            "type": self.kind,
            "allow": str(self.allow.value),
            "deny": str(self.deny.value),
        }
