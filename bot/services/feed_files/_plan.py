"""What a file of feeds would change in a server, checked whole before anything is changed."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.delivery.messenger import Messenger
from bot.delivery.permissions import FeedChannel, kind_of
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.services.feed_files._read import Problem, Read, Wanted
from bot.services.feed_requirements import (
    require_forum,
    require_forum_options,
    require_permissions,
    require_pingable,
    require_publishing,
)
from bot.services.feeds import Feeds, require_trending, sources_for
from papers.cadence import Every
from storage import feeds
from storage.feeds import Feed, Tags


@dataclass(frozen=True, slots=True)
class Change:
    """A feed that a file adds or changes."""

    channel: FeedChannel
    before: Feed | None
    """`None` for one that is added."""
    values: dict[str, Any]
    """What differs, by the field of `Feed`; for one that is added, what the file says."""
    role: discord.Role | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file would change."""

    changes: tuple[Change, ...]
    alone: int
    """Feeds that are as the file has them."""
    unnamed: int
    """Feeds that the file does not name."""
    problems: tuple[Problem, ...]

    @property
    def mark(self) -> str:
        """What a button remembers of the plan, to be pressed for this one alone."""
        said = repr([(each.channel.id, each.before, each.values) for each in self.changes])
        return hashlib.blake2b(said.encode(), digest_size=6).hexdigest()


class FeedFiles:
    """Compares files with the feeds of servers, and makes the feeds like them."""

    def __init__(self, service: Feeds, messenger: Messenger) -> None:
        self._feeds = service
        self._messenger = messenger

    async def plan(self, said: Read, guild: discord.Guild) -> Plan:
        """Return what a file would change in a server, or what is wrong with it."""
        known = [each.feed for each in await self._feeds.of_guild(guild.id)]
        problems = list(said.problems)
        if said.server_id is not None and said.server_id != guild.id:
            problems.append(
                Problem(
                    said.server_line,
                    _(
                        "This file is from another server. Write `server: {id}`, and this server's"
                        " ids for the channels and roles.",
                        id=str(guild.id),
                    ),
                )
            )
        changes: list[Change] = []
        named: set[tuple[int, str]] = set()
        alone = 0
        sources = await self._feeds.named(guild.id)
        for wanted in said.feeds:
            try:
                change = self._change(wanted, guild, known, named, sources)
            except _WrongError as error:
                problems += error.problems
                continue
            if change is None:
                alone += 1
            else:
                changes.append(change)
        problems.sort(key=lambda each: each.line)
        unnamed = len(known) - alone - sum(each.before is not None for each in changes)
        return Plan(tuple(changes), alone, max(unnamed, 0), tuple(problems))

    def _change(
        self,
        wanted: Wanted,
        guild: discord.Guild,
        known: Sequence[Feed],
        named: set[tuple[int, str]],
        sources: Mapping[str, str],
    ) -> Change | None:
        channel = guild.get_channel_or_thread(wanted.channel_id)
        if not isinstance(channel, FeedChannel):
            raise _WrongError(
                wanted.line,
                _(
                    "I can't see a channel {id} here. Right-click one of this server's channels,"
                    " choose *Copy Channel ID*, and write that.",
                    id=str(wanted.channel_id),
                ),
            )
        values = dict(wanted.values)
        every = values.get("every", Every.DAY)
        kind = "day" if every.is_daily else str(every)
        if (channel.id, kind) in named:
            raise _WrongError(wanted.line, _("{channel} is there twice.", channel=channel.mention))
        named.add((channel.id, kind))
        before = feeds.of_kind(known, channel.id, every)
        role = None
        if (role_id := values.get("ping_role_id")) is not None:
            role = guild.get_role(role_id)
            if role is None:
                raise _WrongError(
                    wanted.lines["ping_role_id"],
                    _("There is no role {id} here. Write another, or `none`.", id=str(role_id)),
                )
        if before is not None:
            values = {name: new for name, new in values.items() if getattr(before, name) != new}
            if not values:
                return None
        self._check(wanted, channel, before, values, role, sources)
        return Change(channel, before, values, role)

    def _check(
        self,
        wanted: Wanted,
        channel: FeedChannel,
        before: Feed | None,
        values: dict[str, Any],
        role: discord.Role | None,
        sources: Mapping[str, str],
    ) -> None:
        """Raise for what `Feeds.add` and `Feeds.change` would refuse."""
        all_values = values if before is None else {**_fields(before), **values}
        add = self._messenger.mention("feed add")
        every = all_values.get("every", Every.DAY)

        def chosen() -> tuple[str, ...]:
            return sources_for(
                all_values.get("sources", ()),
                categories=all_values.get("categories", ()),
                min_votes=all_values.get("min_votes", 0),
                every=every,
                named=sources,
            )

        checks: tuple[tuple[str, Callable[[], object]], ...] = (
            ("", lambda: require_permissions(channel) if before is None else None),
            (
                "layout",
                lambda: require_forum_options(
                    kind_of(channel), values.get("layout"), values.get("tags")
                ),
            ),
            (
                "tags",
                lambda: (
                    require_forum(channel, all_values.get("tags", Tags.EXISTING))
                    if before is None or "tags" in values
                    else None
                ),
            ),
            ("ping_role_id", lambda: require_pingable(role, channel)),
            (
                "publish",
                lambda: require_publishing(channel, add) if values.get("publish") else None,
            ),
            ("sources", chosen),
            (
                "trending",
                lambda: (
                    require_trending(chosen(), every, all_values.get("layout"), sources)
                    if all_values.get("trending")
                    else None
                ),
            ),
        )
        for name, check in checks:
            try:
                check()
            except UserError as error:
                line = wanted.lines.get(name, wanted.line)
                raise _WrongError(line, error.sentence) from error

    async def apply(self, plan: Plan) -> int:
        """Make the feeds as a plan has them, all or none; return how many changed.

        Raises:
            UserError: a channel or role changed meanwhile.
        """
        changes: list[tuple[FeedChannel, Feed | None, dict[str, Any]]] = []
        for change in plan.changes:
            values = {**change.values, "ping": change.role}
            if change.before is None:
                values.pop("ping_role_id", None)
            changes.append((change.channel, change.before, values))
        await self._feeds.change_together(changes)
        return len(plan.changes)


class _WrongError(Exception):
    """What is wrong with one feed of a file."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.problems = (Problem(line, reason),)


def _fields(feed: Feed) -> dict[str, Any]:
    return {
        name: getattr(feed, name)
        for name in (
            *("tags", "layout", "sources", "categories", "min_votes", "every"),
            "trending",
        )
    }
