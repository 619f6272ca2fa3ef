"""The services of one running bot: what commands, buttons and the minute's cycle may call."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from discord import app_commands, ui
from discord.ext import commands

from bot.delivery.admin_notice import Notices
from bot.delivery.messenger import Messenger
from bot.interactions.errors import Interaction
from bot.runtime.charts import Charts
from bot.runtime.clock import Clock
from bot.runtime.task_queue import TaskQueue
from bot.services.batch_ranking import BatchRanking
from bot.services.clubs import Clubs
from bot.services.digests import Digester, Following, Subscriptions, TopicLearning
from bot.services.discussions import Discussions
from bot.services.feed_files import FeedFiles
from bot.services.feed_links import FeedLinks
from bot.services.feeds import Feeds
from bot.services.folding import Folding
from bot.services.hidden import Hidden
from bot.services.ingest import Ingester
from bot.services.insights import FeedInsights
from bot.services.library import Library
from bot.services.local_dates import LocalDates
from bot.services.maintenance import Maintenance
from bot.services.news import NewsWatch
from bot.services.paper_lookup import PaperLookup
from bot.services.personal_data import PersonalData
from bot.services.picks import PicksByList
from bot.services.publishing import Publisher
from bot.services.registered_commands import RegisteredCommands
from bot.services.search import PaperSearch
from bot.services.servers import Servers
from bot.services.shelf import Shelves, WeeklyShelves
from bot.services.status import Status
from bot.services.topics import Topics
from bot.services.trending import TrendingLists
from bot.services.trends import Trends
from bot.services.web_feeds import ServerSources
from bot.services.zotero import ZoteroLibraries
from bot.settings import Settings
from papers.embedding import Embedder, give_back_memory
from papers.sources import PaperSource
from storage.database import Database

STOP_TIMEOUT: Final = 10.0
"""Seconds that messages under way get to finish when the bot stops."""


@dataclass(frozen=True, slots=True)
class Services:
    """Built by `bot.app.open_services`, in the order in which they need each other."""

    settings: Settings
    clock: Clock
    started_at: datetime
    messenger: Messenger
    sources: tuple[PaperSource, ...]
    database: Database
    queue: TaskQueue
    embedder: Embedder | None
    """The model that search and topics share."""
    ingester: Ingester
    search: PaperSearch
    ranking: BatchRanking
    topics: Topics
    lookup: PaperLookup
    library: Library
    notices: Notices
    publisher: Publisher
    clubs: Clubs
    trending: TrendingLists
    zotero: ZoteroLibraries
    trends: Trends
    charts: Charts
    digester: Digester
    subscriptions: Subscriptions
    local_dates: LocalDates
    following: Following
    feeds: Feeds
    discussions: Discussions
    feed_files: FeedFiles
    feed_links: FeedLinks
    servers: Servers
    server_sources: ServerSources
    shelves: Shelves
    weekly_shelves: WeeklyShelves
    personal_data: PersonalData
    status: Status
    registered_commands: RegisteredCommands
    maintenance: Maintenance
    news: NewsWatch
    picks: PicksByList
    insights: FeedInsights
    folding: Folding
    hidden: Hidden
    learning: TopicLearning

    def mention(self, command: str) -> str:
        """Return a command as people can tap it."""
        return self.messenger.mention(command)

    def give_back_memory(self) -> None:
        """Return to the system what was needed for a moment, and a model that is idle. Blocking."""
        if self.embedder is not None:
            self.embedder.release_idle()
        # Threads that ran the model keep what it needed, 100 MB among them, and what thousands of
        # servers arrived in is kept for the next thousands.
        give_back_memory()

    async def drain(self) -> None:
        """Wait until everything that is queued has been done."""
        await self.queue.drain()
        await self.library.drain()
        await self.news.drain()
        await self.search.drain()

    async def pause(self) -> None:
        """Ask Discord and the sources nothing more, in bounded time; call it while the connection
        still is there."""
        await self.queue.stop(STOP_TIMEOUT)
        await self.news.pause()
        await self.search.pause()
        await self.library.pause()


class HasServices(Protocol):
    """A client whose services are open."""

    @property
    def services(self) -> Services:
        """The services."""
        ...


class CogHost(HasServices, Protocol):
    """What a cog's `setup` needs of the client."""

    @property
    def tree(self) -> app_commands.CommandTree[Any]:
        """The command tree."""
        ...

    @property
    def paper_group(self) -> app_commands.Group:
        """The group `/paper`, shared by several cogs."""
        ...

    async def add_cog(self, cog: commands.Cog, /) -> None:
        """Add a cog."""
        ...

    async def add_paper_cog(self, cog: commands.Cog, /) -> None:
        """Add a cog whose plain commands go under `/paper`."""
        ...

    def add_dynamic_items(self, *items: type[ui.DynamicItem[Any]]) -> None:
        """Add buttons and selects."""
        ...

    def add_forms(self, *forms: Any) -> None:
        """Add custom ids of forms that something answers to."""
        ...


def services_of(interaction: Interaction) -> Services:
    """Return the services of the client that received an interaction."""
    client: HasServices = interaction.client
    return client.services
