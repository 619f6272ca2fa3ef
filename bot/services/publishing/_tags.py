"""A forum's tags: which of them the posts of a feed get, and which are created for them."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import discord

from bot import limits
from bot.delivery.outcomes import failure_of
from bot.delivery.permissions import usable_tags
from bot.i18n import gettext as _
from bot.ui.payloads import CardPayload, TagWish
from bot.ui.research_fields import FIELDS
from papers import categories
from storage.feeds import Feed, Kind, Layout, Tags

log = logging.getLogger(__name__)

_FIELD_OF: Final = {code: name for name, codes in FIELDS.values() for code in codes}


def wishes_of(feed: Feed, cards: Sequence[CardPayload]) -> tuple[tuple[TagWish, ...], ...]:
    """Return which tags the forum posts of a feed should get, for each post the best first.

    A paper's are the topic that it was found by, and its categories. A post with the papers of a
    day gets the most frequent ones.
    """
    if feed.kind is not Kind.FORUM or feed.tags is Tags.OFF:
        return ()
    create = feed.tags is Tags.CREATED
    each = [_wishes(card, create=create) for card in cards]
    if feed.layout is Layout.PAPER:
        return tuple(map(tuple, each))
    count = Counter(wish for wishes in each for wish in wishes)
    return (tuple(wish for wish, _count in count.most_common()),)


def _wishes(card: CardPayload, *, create: bool) -> list[TagWish]:
    topic = card.reason.topic if card.reason is not None else None
    wishes: list[TagWish] = []
    if topic:
        short = topic[: limits.FORUM_TAG_NAME].strip()
        wishes.append(TagWish(names=(short, topic), create=create))
    for place, code in enumerate(card.categories):
        name, field = categories.name_of(code), _FIELD_OF.get(code)
        names = (code, name, field, field and _(field))
        wishes.append(
            TagWish(
                names=tuple(dict.fromkeys(filter(None, names))),
                create=create and not topic and place == 0,
            )
        )
    return wishes


def chosen_tags(forum: discord.ForumChannel, wishes: Iterable[TagWish]) -> list[discord.ForumTag]:
    """Return the tags that fulfil the wishes, as many as a post may have.

    Where none does and the forum requires one, it is the first that the bot may use.
    """
    usable = usable_tags(forum)
    by_name = {tag.name.casefold(): tag for tag in reversed(usable)}
    found = [
        by_name[name.casefold()]
        for wish in wishes
        for name in wish.names
        if name.casefold() in by_name
    ]
    chosen = list(dict.fromkeys(found))[: limits.POST_TAGS]
    return chosen or (usable[:1] if forum.flags.require_tag else [])


async def with_created_tags(
    forum: discord.ForumChannel, wishes: Iterable[TagWish]
) -> discord.ForumChannel:
    """Create the tags that are wished for and missing, as far as there is room for them.

    Returns the forum as it is then. A forum without them still gets its posts.
    """
    there = {tag.name.casefold() for tag in forum.available_tags}
    missing = {
        wish.names[0].casefold(): wish.names[0]
        for wish in wishes
        if wish.create and not there.intersection(name.casefold() for name in wish.names)
    }
    new = list(missing.values())[: limits.FORUM_TAGS - len(there)]
    if not new or not forum.permissions_for(forum.guild.me).manage_channels:
        return forum
    tags = [*forum.available_tags, *(discord.ForumTag(name=name) for name in new)]
    try:
        return await forum.edit(available_tags=tags) or forum
    except Exception as error:
        log.warning("tags not created channel_id=%d: %s", forum.id, failure_of(error).reason)
        return forum
