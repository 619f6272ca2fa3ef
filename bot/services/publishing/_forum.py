"""A feed's posts in a forum: one with the day's papers, or one for each paper.

The request that makes one has no nonce. It is sent once (`single_attempt`), and before another is
sent for the same post, the forum is read back, no sooner than `READ_BACK_AFTER` the last.
"""

from collections.abc import Callable, Sequence

import discord
from discord import ui

from bot import limits
from bot.delivery.forum_posts import ForumPost, own_forum_posts
from bot.delivery.messenger import Messenger
from bot.delivery.outcomes import Failure, Gone, Outcome, Reason, Refused, Retry, Sent, failure_of
from bot.delivery.read_back import has_title, role_mention, strings_of
from bot.delivery.single_attempt import single_attempt
from bot.interactions.shown_papers import papers_in
from bot.services.publishing._draft import PostPayload
from bot.services.publishing._schedule import CLOCK_MARGIN
from bot.services.publishing._tags import chosen_tags, with_created_tags
from bot.ui.cards import post_name
from papers import paper_key
from storage import cards, posts
from storage.database import Database
from storage.posts import Post, Step

_SOON = 30.0


class Forum:
    """The forum of one post."""

    def __init__(
        self, database: Database, messenger: Messenger, post: Post, draft: PostPayload
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._post = post
        self._draft = draft
        self._tagged = False

    def _channel(self) -> discord.ForumChannel | Failure:
        guild = self._messenger.get_guild(self._post.guild_id)
        if guild is None or guild.unavailable:
            return Retry(Reason.UNAVAILABLE, _SOON)
        channel = guild.get_channel(self._post.channel_id)
        return channel if isinstance(channel, discord.ForumChannel) else Gone(Reason.CHANNEL_GONE)

    async def open(
        self,
        name: str,
        view: ui.LayoutView,
        *,
        files: Sequence[discord.File] = (),
        place: int = 0,
        ping_role_id: int | None = None,
        silent: bool = False,
    ) -> Outcome:
        """Make a post.

        Args:
            name: its name.
            view: its first message.
            files: what belongs to it.
            place: which of the draft's tags it gets.
            ping_role_id: the role that its first message pings.
            silent: whether it comes without a notification.
        """
        forum = self._channel()
        if not isinstance(forum, discord.ForumChannel):
            return forum
        wishes = self._draft.tags
        if not self._tagged:
            forum = await with_created_tags(forum, (each for some in wishes for each in some))
            self._tagged = True
        tags = chosen_tags(forum, wishes[place] if place < len(wishes) else ())
        if forum.flags.require_tag and not tags:
            return Refused(Reason.TAG_REQUIRED)
        try:
            with single_attempt():
                made = await forum.create_thread(
                    name=name,
                    auto_archive_duration=limits.THREAD_ARCHIVE_MINUTES,
                    view=view,
                    files=files,
                    applied_tags=tags,
                    allowed_mentions=role_mention(ping_role_id),
                    silent=silent,
                )
        except Exception as error:
            return failure_of(error)
        return Sent(made.thread.id)

    async def find_day(self, title: str) -> Outcome | None:
        """Return the post with this title that was made and not recorded, `None` without one."""

        def is_it(found: ForumPost) -> bool:
            if found.starter is None:
                return found.name == title
            return has_title(strings_of(found.starter), title)

        async with self._database.read() as conn:
            known = await posts.headers_of(conn, self._post.channel_id)
        found = await self._find(is_it, known)
        if not isinstance(found, list):
            return found
        return Sent(found[0].id) if found else None

    async def find_papers(self, steps: Sequence[Step]) -> dict[str, int] | Failure:
        """Return the posts of these papers that were made and not recorded."""
        names = {post_name(self._draft.cards[step.position]): step.paper_id for step in steps}
        wanted = set(names.values())

        def paper_of(found: ForumPost) -> str | None:
            if found.starter is None:
                return names.get(found.name)
            texts = strings_of(found.starter) if papers_in(found.starter) else []
            pages = ((each, paper_key.page_url(each)) for each in wanted)
            return next((each for each, page in pages if any(page in text for text in texts)), None)

        async with self._database.read() as conn:
            known = await cards.starters(conn, self._post.guild_id)
        found = await self._find(lambda each: paper_of(each) is not None, known)
        if not isinstance(found, list):
            return found
        return {paper: each.id for each in found if (paper := paper_of(each)) is not None}

    async def _find(
        self, is_it: Callable[[ForumPost], bool], known: set[int]
    ) -> list[ForumPost] | Failure:
        forum = self._channel()
        if not isinstance(forum, discord.ForumChannel):
            return forum
        since = self._post.planned_at - CLOCK_MARGIN
        try:
            found = own_forum_posts(self._messenger, forum, since, known=known)
            return [each async for each in found if is_it(each)]
        except Exception as error:
            return failure_of(error)
