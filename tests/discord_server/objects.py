"""What people write, and where: messages, channels, servers, each as it is written in an answer."""

from dataclasses import dataclass, field

from tests.discord_server.components import emoji_json
from tests.discord_server.rules import (
    BUTTON,
    COMPONENTS_V2,
    EPHEMERAL,
    Json,
    text_of,
    walk,
)
from tests.discord_server.users import Member, Overwrite, Role, User, iso

TEXT, DM, NEWS, NEWS_THREAD, PUBLIC_THREAD, FORUM, MEDIA = 0, 1, 5, 10, 11, 15, 16
FORUMS = (FORUM, MEDIA)
REQUIRE_TAG = 1 << 4
SILENT = 1 << 12

CROSSPOSTED = 1 << 1


@dataclass
class Poll:
    """A poll, and who voted for what."""

    question: str
    answers: list[str]
    """In the order of their ids, which count from 1."""
    expires_at: float
    multiple: bool
    voters: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    """By the answers' ids."""
    final: bool = False
    """Whether it has been counted for good."""

    def to_json(self, viewer_id: int) -> Json:
        """Return the poll as `viewer_id` gets it."""
        return {
            "question": {"text": self.question},
            "answers": [
                {"answer_id": number, "poll_media": {"text": text}}
                for number, text in enumerate(self.answers, 1)
            ],
            "expiry": iso(self.expires_at),
            "allow_multiselect": self.multiple,
            "layout_type": 1,
            "results": {
                "is_finalized": self.final,
                "answer_counts": [
                    {"id": number, "count": len(voters), "me_voted": viewer_id in voters}
                    for number, voters in sorted(self.voters.items())
                    if voters
                ],
            },
        }


@dataclass
class Message:
    """A message, as it stands now."""

    id: int
    channel_id: int
    author: User
    sent_at: float
    content: str = ""
    components: list[Json] = field(default_factory=list[Json])
    embeds: list[Json] = field(default_factory=list[Json])
    attachments: list[Json] = field(default_factory=list[Json])
    flags: int = 0
    nonce: str | int | None = None
    edited_at: float | None = None
    mentioned_users: list[User] = field(default_factory=list[User])
    mentioned_roles: list[int] = field(default_factory=list[int])
    mentions_everyone: bool = False
    reactions: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    application_id: int | None = None
    interaction: Json | None = None
    edits: int = 0
    pinned: bool = False
    poll: Poll | None = None

    @property
    def text(self) -> str:
        """Everything that a person can read in it."""
        embeds = [
            str(embed[key])
            for embed in self.embeds
            for key in ("title", "description")
            if embed.get(key)
        ]
        return "\n".join(filter(None, [text_of(self.content, self.components), *embeds]))

    @property
    def buttons(self) -> dict[str, str]:
        """Custom ids by label (or emoji): the buttons that call the bot."""
        return {
            item.get("label") or item["emoji"]["name"]: item["custom_id"]
            for item in walk(self.components)
            if item["type"] == BUTTON and item.get("custom_id") and not item.get("disabled")
        }

    @property
    def links(self) -> dict[str, str]:
        """Addresses by label: the buttons that open a page."""
        return {
            item.get("label") or "": item["url"]
            for item in walk(self.components)
            if item["type"] == BUTTON and item.get("url")
        }

    @property
    def ephemeral(self) -> bool:
        """Whether one person alone sees it."""
        return bool(self.flags & EPHEMERAL)

    def to_json(self, viewer_id: int, thread: "Channel | None" = None) -> Json:
        """Return the message as `viewer_id` gets it."""
        written: Json = {
            "id": str(self.id),
            "channel_id": str(self.channel_id),
            "type": 20 if self.interaction is not None else 0,
            "author": self.author.to_json(),
            "content": "" if self.flags & COMPONENTS_V2 else self.content,
            "timestamp": iso(self.sent_at),
            "edited_timestamp": None if self.edited_at is None else iso(self.edited_at),
            "tts": False,
            "pinned": self.pinned,
            "mention_everyone": self.mentions_everyone,
            "mentions": [user.to_json() for user in self.mentioned_users],
            "mention_roles": [str(role_id) for role_id in self.mentioned_roles],
            "attachments": self.attachments,
            "embeds": self.embeds,
            "components": self.components,
            "flags": self.flags,
        }
        if self.poll is not None:
            written["poll"] = self.poll.to_json(viewer_id)
        if self.nonce is not None:
            written["nonce"] = self.nonce
        if self.reactions:
            written["reactions"] = [
                {
                    "emoji": emoji_json(emoji),
                    "count": len(users),
                    "count_details": {"burst": 0, "normal": len(users)},
                    "burst_colors": [],
                    "me": viewer_id in users,
                    "me_burst": False,
                }
                for emoji, users in self.reactions.items()
            ]
        if self.application_id is not None:
            written["application_id"] = str(self.application_id)
            written["webhook_id"] = str(self.application_id)
        if self.interaction is not None:
            written["interaction_metadata"] = self.interaction
        if thread is not None:
            written["thread"] = thread.to_json()
        return written


@dataclass
class Tag:
    """A tag of a forum."""

    id: int
    name: str
    moderated: bool = False

    def to_json(self) -> Json:
        """Return the tag."""
        emoji: Json = {"emoji_id": None, "emoji_name": None}
        return {"id": str(self.id), "name": self.name, "moderated": self.moderated, **emoji}


@dataclass
class Channel:
    """A channel of a server, a thread, or a conversation with one person."""

    id: int
    kind: int
    name: str = ""
    guild_id: int | None = None
    parent_id: int | None = None
    owner_id: int = 0
    position: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict[int, Overwrite])
    recipient: User | None = None
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    archived: bool = False
    locked: bool = False
    archive_minutes: int = 1440
    active_at: float = 0.0
    flags: int = 0
    slow: int = 0
    nsfw: bool = False
    tags: list[Tag] = field(default_factory=list[Tag])
    """Those of a forum."""
    applied: list[int] = field(default_factory=list[int])
    """Those of a post in a forum."""

    @property
    def is_thread(self) -> bool:
        """Whether it hangs on another channel."""
        return self.kind in (NEWS_THREAD, PUBLIC_THREAD)

    @property
    def history(self) -> list[Message]:
        """Its messages, oldest first."""
        return [self.messages[message_id] for message_id in sorted(self.messages)]

    def to_json(self) -> Json:
        """Return the channel."""
        common: Json = {
            "id": str(self.id),
            "type": self.kind,
            "flags": self.flags,
            "last_message_id": str(max(self.messages)) if self.messages else None,
        }
        if self.recipient is not None:
            return {**common, "recipients": [self.recipient.to_json()]}
        common |= {
            "guild_id": str(self.guild_id),
            "name": self.name,
            "rate_limit_per_user": self.slow,
        }
        if self.is_thread:
            return {
                **common,
                "parent_id": str(self.parent_id),
                "applied_tags": [str(each) for each in self.applied],
                "owner_id": str(self.owner_id),
                "message_count": len(self.messages),
                "total_message_sent": len(self.messages),
                "member_count": 1,
                "thread_metadata": {
                    "archived": self.archived,
                    "locked": self.locked,
                    "archive_timestamp": iso(self.active_at),
                    "create_timestamp": iso(self.active_at),
                    "auto_archive_duration": self.archive_minutes,
                },
            }
        if self.kind in FORUMS:
            common["available_tags"] = [tag.to_json() for tag in self.tags]
        return {
            **common,
            "position": self.position,
            "parent_id": None,
            "topic": None,
            "nsfw": self.nsfw,
            "permission_overwrites": [each.to_json() for each in self.overwrites.values()],
        }


@dataclass
class Guild:
    """A server."""

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role]
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    system_channel_id: int | None = None
    active_threads: int = 1_000
    available: bool = True
    """Whether Discord has it at hand; during an outage it has not."""

    def to_json(self) -> Json:
        """Return the server without its channels and members."""
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner_id),
            "roles": [role.to_json() for role in self.roles.values()],
            "system_channel_id": None
            if self.system_channel_id is None
            else str(self.system_channel_id),
            "system_channel_flags": 0,
            "preferred_locale": "en-US",
            "features": [],
            "emojis": [],
            "stickers": [],
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw": False,
            "nsfw_level": 0,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "premium_progress_bar_enabled": False,
            "region": "deprecated",
            "afk_timeout": 300,
            "max_members": 500_000,
            "max_presences": None,
            "max_stage_video_channel_users": 50,
            "max_video_channel_users": 25,
            "widget_enabled": False,
            **dict.fromkeys(
                (
                    "icon",
                    "description",
                    "home_header",
                    "splash",
                    "discovery_splash",
                    "banner",
                    "application_id",
                    "afk_channel_id",
                    "widget_channel_id",
                    "vanity_url_code",
                    "rules_channel_id",
                    "safety_alerts_channel_id",
                    "public_updates_channel_id",
                    "incidents_data",
                )
            ),
        }
