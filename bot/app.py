"""The object graph of one bot: built in the order in which services need each other, closed in
reverse."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.cycle import Cycle
from bot.delivery.admin_notice import Notices
from bot.delivery.messenger import Messenger
from bot.monitor import IncidentTracker, Monitor, Operator
from bot.runtime.charts import Charts
from bot.runtime.clock import Clock
from bot.runtime.lease import Lease
from bot.runtime.part import WHOLE, Part
from bot.runtime.source_memory import restore
from bot.runtime.task_queue import TaskQueue
from bot.services.background import RecentReading
from bot.services.batch_ranking import Rankings
from bot.services.clubs import ClubRunner, Clubs, ClubSender
from bot.services.container import Services
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
from bot.services.search import open_embedder, open_search
from bot.services.servers import Servers
from bot.services.shelf import Shelves, WeeklyShelves
from bot.services.source_queries import SourceQueries
from bot.services.status import Status
from bot.services.taste import ServerTaste
from bot.services.topics import Topics
from bot.services.trending import TrendingLists
from bot.services.trends import Trends
from bot.services.web_feeds import ServerSources, WebFeeds
from bot.services.zotero import ZoteroLibraries
from bot.settings import Settings
from papers.sources import PaperSource
from papers.sources.feed import FeedReader
from papers.sources.public_addresses import anything, is_public
from papers.sources.zotero import ZoteroSource
from storage.database import Database


class Client(Messenger, Operator, Protocol):
    """What the services and the incidents need of the connection to Discord."""


@dataclass(frozen=True, slots=True)
class App:
    """What runs behind a client: its services, the minute's cycle, and what watches both."""

    services: Services
    cycle: Cycle
    incidents: IncidentTracker


@asynccontextmanager
async def open_services(
    settings: Settings,
    *,
    clock: Clock,
    sources: Sequence[PaperSource],
    messenger: Messenger,
    monitor: Monitor,
    database: Database | None = None,
    part: Part = WHOLE,
) -> AsyncGenerator[Services]:
    """Open the database, unless it is open, and put the services together; close what was opened
    in reverse.

    Raises:
        DatabaseError: the database cannot be used.
    """
    async with AsyncExitStack() as stack:
        for source in sources:
            stack.push_async_callback(source.close)
        if database is None:
            observe = monitor.instruments.statement
            database = await Database.open(
                settings.database_url, observe=observe, files=settings.index_dir
            )
            stack.push_async_callback(database.close)
        await restore(sources, database, clock)
        embedder = await open_embedder(settings, clock)
        queries = SourceQueries(database, sources, clock)
        search = await open_search(settings, database, queries, clock, embedder, embeds=part.keeps)
        stack.push_async_callback(search.close)
        lookup = PaperLookup(database, queries, search.engine, on_new=search.catch_up)
        library = Library(database, messenger, clock, search.engine, seed=settings.save_reactions)
        await library.load()
        stack.push_async_callback(library.close)
        queue = TaskQueue(settings.send_workers)
        zotero = ZoteroSource(settings.zotero_url)
        stack.push_async_callback(zotero.close)
        notices = Notices(database, messenger, clock)
        rankings = Rankings(sources, settings.settle)
        ranking = rankings.default
        topics = Topics(database, embedder, sources)
        charts = Charts(database.beside(".charts"))
        reading = RecentReading(database, search.engine, clock)
        folding = Folding(database, search.engine, embedder)
        publisher = Publisher(
            database,
            messenger,
            rankings=rankings,
            topics=topics,
            folding=folding,
            taste=ServerTaste(database, reading),
            tracker=library,
            notices=notices,
            charts=charts,
            queue=queue,
            settle=settings.settle,
        )
        club_sender = ClubSender(messenger)
        club_runner = ClubRunner(
            database,
            messenger,
            sender=club_sender,
            tracker=library,
            notices=notices,
            queue=queue,
            clock=clock,
        )
        picks = PicksByList(database, reading, library.lists, clock, messenger.mention)
        learning = TopicLearning(database, reading, topics)
        digester = Digester(
            database,
            messenger,
            ranking=ranking,
            folding=folding,
            picks=picks,
            learning=learning,
            tracker=library,
            queue=queue,
            settings=settings,
        )
        feeds = Feeds(database, messenger, clock, publisher, settings)
        reader = FeedReader(allowed=anything if settings.web_feeds_private else is_public)
        web = WebFeeds(database, reader, on_new=search.catch_up)
        subscriptions = Subscriptions(database, messenger, settings)
        news = NewsWatch(database, queries, on_new=search.catch_up)
        stack.push_async_callback(news.pause)
        yield Services(
            settings=settings,
            clock=clock,
            started_at=clock.now(),
            messenger=messenger,
            sources=tuple(sources),
            database=database,
            queue=queue,
            embedder=embedder,
            ingester=Ingester(
                database, sources, web, interval=timedelta(minutes=settings.ingest_minutes)
            ),
            search=search,
            ranking=ranking,
            topics=topics,
            lookup=lookup,
            library=library,
            notices=notices,
            publisher=publisher,
            clubs=Clubs(database, club_sender, club_runner, lookup, clock),
            trending=TrendingLists(database, ranking),
            zotero=ZoteroLibraries(zotero),
            trends=Trends(database, search.engine, clock, charts),
            charts=charts,
            digester=digester,
            subscriptions=subscriptions,
            local_dates=LocalDates(database, clock),
            following=Following(messenger, subscriptions, topics, digester),
            feeds=feeds,
            feed_files=FeedFiles(feeds, messenger),
            discussions=Discussions(database, messenger, library, queue, clock),
            feed_links=FeedLinks(database, clock, messenger, settings),
            servers=Servers(database, clock),
            server_sources=ServerSources(database, web, clock, most=settings.web_feeds_per_server),
            shelves=Shelves(database, clock),
            weekly_shelves=WeeklyShelves(database, messenger, notices, queue),
            personal_data=PersonalData(database, clock),
            registered_commands=RegisteredCommands(database, clock),
            status=Status(
                database,
                clock,
                search.engine,
                feeds,
                sources,
                settings,
                sending_pause=lambda: monitor.requests.invalid.pause,
            ),
            maintenance=Maintenance(database, library, settings),
            news=news,
            picks=picks,
            folding=folding,
            hidden=Hidden(database, topics, clock, messenger),
            insights=FeedInsights(database, rankings, topics, clock),
            learning=learning,
        )


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    clock: Clock,
    sources: Sequence[PaperSource],
    client: Client,
    monitor: Monitor,
    lease: Lease | None = None,
    part: Part = WHOLE,
) -> AsyncGenerator[App]:
    """Open the services, and what drives and watches them.

    Raises:
        DatabaseError: the database cannot be used.
    """
    async with open_services(
        settings,
        clock=clock,
        sources=sources,
        messenger=client,
        monitor=monitor,
        database=None if lease is None else lease.database,
        part=part,
    ) as services:
        incidents = IncidentTracker(services, monitor, client)
        with monitor.watching(services):
            cycle = Cycle(services, incidents, part)
            try:
                yield App(services, cycle, incidents)
            finally:
                await cycle.stop()


class Lifetime:
    """The app between its opening and its end.

    A client exists before the event loop runs, a database only within it: the app is opened at
    the first need, once.
    """

    def __init__(self, opening: AbstractAsyncContextManager[App]) -> None:
        self._opening = opening
        self._stack = AsyncExitStack()
        self._apps: list[App] = []

    @property
    def app(self) -> App:
        """The open app.

        Raises:
            RuntimeError: it is not open.
        """
        if not self._apps:
            raise RuntimeError("the bot's services are not open: await its `open` first")
        return self._apps[0]

    async def open(self) -> App:
        """Open the app unless it is open, and return it.

        Raises:
            DatabaseError: the database cannot be used.
        """
        if not self._apps:
            self._apps.append(await self._stack.enter_async_context(self._opening))
        return self.app

    def __bool__(self) -> bool:
        return bool(self._apps)

    async def close(self) -> None:
        """Close the app, if it is open."""
        self._apps.clear()
        await self._stack.aclose()
