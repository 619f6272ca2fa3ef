"""Permissions and mentions as Discord works them out."""

import re
from collections.abc import Sequence

from discord import Permissions

from tests.discord_server.objects import Channel
from tests.discord_server.rules import DiscordError, Json, text_of
from tests.discord_server.state import GUILDS, State
from tests.discord_server.users import MEMBER_PERMISSIONS, Overwrite, Role, User


class PermissionRules(State):
    """Works out permissions and mentions as Discord does."""

    def __init__(self) -> None:
        super().__init__()
        self.pingable: set[int] = set()
        """The roles and people that a test lets the bot mention; any other is a violation."""

    def permissions(self, user: User, channel: Channel) -> Permissions:
        """Return what somebody may do in a channel, as Discord works it out."""
        if channel.recipient is not None:
            return MEMBER_PERMISSIONS
        guild = self.guild_of(channel)
        place = self.channel(channel.parent_id) if channel.parent_id is not None else channel
        member = guild.members.get(user.id)
        if member is None:
            return Permissions.none()
        if user.id == guild.owner_id:
            return Permissions.all()
        value = guild.roles[guild.id].permissions.value
        for role_id in member.role_ids:
            value |= guild.roles[role_id].permissions.value
        if Permissions(value).administrator:
            return Permissions.all()
        for ids in ([guild.id], member.role_ids, [user.id]):
            applying = [place.overwrites[each] for each in ids if each in place.overwrites]
            for overwrite in applying:
                value &= ~overwrite.deny.value
            for overwrite in applying:
                value |= overwrite.allow.value
        return Permissions(value) if Permissions(value).view_channel else Permissions.none()

    def require(self, channel: Channel, *needed: str) -> None:
        """Refuse the bot what it may not do.

        Raises:
            DiscordError: 50001 (it does not see the channel) or 50013 (a permission is missing).
        """
        if channel.recipient is not None:
            return
        allowed = self.permissions(self.bot, channel)
        if not allowed.view_channel:
            raise DiscordError(403, 50001, "Missing Access")
        if not all(getattr(allowed, name) for name in needed):
            raise DiscordError(403, 50013, "Missing Permissions")

    def pings(self, channel: Channel, content: str, components: Sequence[Json], body: Json) -> Json:
        """Return whom a message notifies: what it names, of what it allows to be named."""
        text = text_of(content, components)
        allowed: Json | None = body.get("allowed_mentions")
        parse = ["users", "roles", "everyone"] if allowed is None else allowed.get("parse") or []
        given: Json = allowed or {}

        def named(kind: str, pattern: str) -> list[int]:
            found = [int(number) for number in re.findall(pattern, text)]
            if kind in parse:
                return found
            return [each for each in found if str(each) in map(str, given.get(kind) or ())]

        may_ping = self.permissions(self.bot, channel).mention_everyone
        roles = self.guild_of(channel).roles if channel.guild_id is not None else {}
        users = [self.users[each] for each in named("users", r"<@!?(\d+)>") if each in self.users]
        return {
            "mentioned_users": users,
            "mentioned_roles": [
                each
                for each in named("roles", r"<@&(\d+)>")
                if each in roles and (may_ping or roles[each].mentionable)
            ],
            "mentions_everyone": may_ping
            and "everyone" in parse
            and bool(re.search("@everyone|@here", text)),
        }

    def uninvited(self, pings: Json) -> list[str]:
        """Return whom a message of the bot's notifies although nobody asked for it."""
        people: list[User] = pings["mentioned_users"]
        named = [f"a person, {user.name}" for user in people if user.id not in self.pingable]
        named += [f"a role, {each}" for each in set(pings["mentioned_roles"]) - self.pingable]
        named += ["everyone"] if pings["mentions_everyone"] else []
        return [f"the message mentions {each}" for each in named]

    def set_permissions(
        self,
        channel: Channel,
        target: Role | User | None = None,
        *,
        allow: Sequence[str] = (),
        deny: Sequence[str] = (),
    ) -> None:
        """Put an overwrite on a channel, by default for the bot itself."""
        who = self.bot if target is None else target
        channel.overwrites[who.id] = Overwrite(
            who.id,
            0 if isinstance(who, Role) else 1,
            Permissions(**dict.fromkeys(allow, True)),
            Permissions(**dict.fromkeys(deny, True)),
        )
        self.emit("CHANNEL_UPDATE", channel.to_json(), channel.guild_id, GUILDS)
