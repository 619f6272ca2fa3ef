"""`/paper subscribe` and everything that goes with it."""

from bot.services import digests
from bot.services.container import CogHost
from cogs.subscriptions._change import ChangeTopic
from cogs.subscriptions._digest import DigestCommands, Inbox, PageInbox
from cogs.subscriptions._follow import FollowAuthor, FollowSearch, FollowSimilar, UndoFollow
from cogs.subscriptions._form import FORM, EditTopic
from cogs.subscriptions._learned import ForgetLearned, ForgetTopic, RememberTopic
from cogs.subscriptions._links import LinkTopic, LinkTopics
from cogs.subscriptions._preview import NarrowTopic, SubscribeTopic, WidenTopic
from cogs.subscriptions._topics import PauseTopic, Subscriptions

__all__ = ["FollowAuthor", "FollowSearch", "FollowSimilar", "setup"]


async def setup(bot: CogHost) -> None:
    """Add the cogs and their buttons; `digest` becomes a group under `/paper`."""
    bot.add_dynamic_items(
        *digests.ITEMS,
        SubscribeTopic,
        NarrowTopic,
        WidenTopic,
        PauseTopic,
        ChangeTopic,
        LinkTopic,
        LinkTopics,
        EditTopic,
        FollowAuthor,
        FollowSearch,
        FollowSimilar,
        UndoFollow,
        ForgetLearned,
        ForgetTopic,
        RememberTopic,
        PageInbox,
    )
    bot.add_forms(FORM)
    await bot.add_paper_cog(Subscriptions(bot.services))
    await bot.add_paper_cog(Inbox(bot.services))
    cog = DigestCommands(bot.services)
    await bot.add_cog(cog)
    bot.tree.remove_command(cog.digest.name)
    bot.paper_group.add_command(cog.digest)
