"""Where a post's cards go: into its thread, or each into a post of a forum."""

from collections.abc import Sequence
from typing import Protocol

import discord

from bot.delivery.messenger import Messenger
from bot.delivery.outcomes import Failure, Gone, Outcome, Reason, Sent, failure_of
from bot.delivery.read_back import nonce, own_messages, strings_of
from bot.interactions.discuss_button import card_actions
from bot.interactions.folded_button import folded_on_card
from bot.services.publishing._draft import PostPayload
from bot.services.publishing._forum import Forum
from bot.ui.cards import post_name, render_card
from papers import paper_key
from storage.feeds import Kind
from storage.posts import Post, Step


class Cards(Protocol):
    """A place for a post's cards."""

    def in_order(self, steps: Sequence[Step]) -> Sequence[Step]:
        """Return cards, the best first, in the order in which they are sent."""
        ...

    async def there(self, steps: Sequence[Step]) -> dict[str, int] | Failure:
        """Return the messages of those cards that were sent and not recorded, by paper."""
        ...

    async def send(self, step: Step) -> Outcome:
        """Send a card."""
        ...

    def channel_of(self, message_id: int) -> int:
        """Return the channel or thread that a card is in."""
        ...


class ThreadCards:
    """Cards in one thread, behind the post's header."""

    def __init__(
        self, messenger: Messenger, post: Post, draft: PostPayload, header_id: int
    ) -> None:
        self._messenger = messenger
        self._post = post
        self._draft = draft
        self._header_id = header_id
        self._thread_id = post.thread_id or header_id
        self._thread = messenger.get_partial_messageable(
            self._thread_id, guild_id=post.guild_id, type=discord.ChannelType.public_thread
        )

    def in_order(self, steps: Sequence[Step]) -> Sequence[Step]:
        """Return the cards as they are: a thread is read from its first message on."""
        return steps

    async def there(self, steps: Sequence[Step]) -> dict[str, int] | Failure:
        """Return the messages of those cards that were sent and not recorded, by paper."""
        found: dict[str, int] = {}
        try:
            async for message in own_messages(self._messenger, self._thread, after=self._header_id):
                urls = strings_of(message)
                for step in steps:
                    if any(paper_key.page_url(step.paper_id) in text for text in urls):
                        found.setdefault(step.paper_id, message.id)
                if len(found) == len(steps):
                    break
        except Exception as error:
            return self._about(failure_of(error))
        return found

    async def send(self, step: Step) -> Outcome:
        """Send a card; those in a post of a forum are silent."""
        try:
            message = await self._thread.send(
                view=card_view(self._draft, step),
                nonce=post_nonce(self._post, step.position),
                silent=self._draft.kind is Kind.FORUM,
            )
        except Exception as error:
            return self._about(failure_of(error))
        return Sent(message.id)

    def channel_of(self, message_id: int) -> int:
        """Return the thread."""
        return self._thread_id

    def _about(self, failure: Failure) -> Failure:
        """Read a failure: a missing channel is a thread of the post's own that was deleted."""
        own = self._thread_id != self._post.channel_id
        return Gone(Reason.THREAD_GONE) if own and isinstance(failure, Gone) else failure


class ForumCards:
    """Cards that each start a post of a forum."""

    def __init__(self, forum: Forum, draft: PostPayload) -> None:
        self._forum = forum
        self._draft = draft

    def in_order(self, steps: Sequence[Step]) -> Sequence[Step]:
        """Return the cards with the best last: a forum shows its newest post first."""
        return steps[::-1]

    async def there(self, steps: Sequence[Step]) -> dict[str, int] | Failure:
        """Return the posts of those papers that were made and not recorded, by paper."""
        return await self._forum.find_papers(steps)

    async def send(self, step: Step) -> Outcome:
        """Make a post; only that of the day's best paper notifies anyone."""
        best = step.position == 0
        return await self._forum.open(
            post_name(self._draft.cards[step.position]),
            card_view(self._draft, step),
            place=step.position,
            ping_role_id=self._draft.header.ping_role_id if best else None,
            silent=not best,
        )

    def channel_of(self, message_id: int) -> int:
        """Return the post that a card starts: its id is that of its first message."""
        return message_id


def card_view(draft: PostPayload, step: Step) -> discord.ui.LayoutView:
    """Return a card as it is sent."""
    card = draft.cards[step.position]
    pings = draft.posts_each_paper and step.position == 0
    return render_card(
        card,
        actions=[
            *card_actions(step.paper_id, discuss=draft.discuss),
            *folded_on_card(card.folded),
        ],
        ping_role_id=draft.header.ping_role_id if pings else None,
    )


def post_nonce(post: Post, step: object) -> str:
    """Return the nonce of one message of a post."""
    return nonce(post.channel_id, post.id, post.planned_at.timestamp(), step)
