"""A world for behaviour tests of search: known papers, and sources that may fail or be slow."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import simcord

from bot.client import PaperBot, create_bot
from bot.runtime.clock import FixedClock
from papers.model import Author, Batch, Metrics, Paper, Record
from papers.sources import SourceError, SourceErrorKind
from storage import papers as paper_store
from tests.bot.world import MONDAY, at, make_settings, text_of
from tests.databases import put_empty


def known(
    paper_id: str,
    title: str,
    abstract: str = "",
    *,
    authors: Sequence[str] = ("Ada Lovelace",),
    day: date = date(2025, 6, 2),
    upvotes: int | None = None,
    **rest: object,
) -> Record:
    """Make a paper."""
    paper = Paper(
        id=paper_id,
        title=title,
        abstract=abstract,
        authors=tuple(map(Author, authors)),
        published_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
        **rest,  # pyright: ignore[reportArgumentType] - fields of Paper
    )
    return Record(paper, Metrics(upvotes))


ATTENTION = known(
    "1706.03762",
    "Attention Is All You Need",
    "The dominant sequence transduction models are based on recurrent networks. We propose the"
    " Transformer, a network based solely on attention mechanisms, with $\\mathcal{O}(n^2)$ cost.",
    authors=("Ashish Vaswani", "Noam Shazeer"),
    day=date(2017, 6, 12),
    upvotes=900,
    categories=("cs.CL", "cs.LG"),
)
DIFFUSION = known(
    "2006.11239",
    "Denoising Diffusion Probabilistic Models",
    "We present high quality image synthesis results using diffusion probabilistic models.",
    authors=("Jonathan Ho", "Ajay Jain", "Pieter Abbeel"),
    day=date(2020, 6, 19),
    upvotes=300,
    categories=("cs.LG", "stat.ML"),
)
GUIDANCE = known(
    "2207.12598",
    "Classifier-Free Diffusion Guidance",
    "Classifier guidance trades off mode coverage and sample fidelity in diffusion models.",
    authors=("Jonathan Ho", "Tim Salimans"),
    day=date(2022, 7, 26),
    upvotes=40,
    categories=("cs.LG",),
)
LORA = known(
    "2106.09685",
    "LoRA: Low-Rank Adaptation of Large Language Models",
    "We propose Low-Rank Adaptation, which freezes the pretrained weights and injects trainable"
    " rank decomposition matrices, which makes finetuning of language models cheap.",
    authors=("Edward J. Hu", "Yelong Shen"),
    day=date(2021, 6, 17),
    upvotes=500,
    categories=("cs.CL",),
)
SEGMENT = known(
    "2304.02643",
    "Segment Anything",
    "We introduce a promptable model for image segmentation, and the largest dataset of masks.",
    authors=("Alexander Kirillov", "Eric Mintun"),
    day=date(2023, 4, 5),
    upvotes=70,
    categories=("cs.CV",),
)
LIBRARY = (ATTENTION, DIFFUSION, GUIDANCE, LORA, SEGMENT)

MANY = [
    known(
        f"2401.{number:05}",
        f"Robots that walk, part {number}",
        day=date(2024, 1, 1) + timedelta(days=number),
        upvotes=(number * 37) % 211,
    )
    for number in range(1, 211)
]


@dataclass
class Finder:
    """A source that finds what it is given, or fails, or waits for `gate`."""

    name: str = "Hugging Face"
    curated: bool = False
    finds: Sequence[Record] = ()
    failing: SourceErrorKind | None = None
    gate: asyncio.Event | None = None
    env: simcord.Env | None = None
    asked: list[str] = field(default_factory=list[str])
    seen: list[list[str]] = field(default_factory=list[list[str]])
    """The requests to Discord that had been made when a question came."""

    async def daily(self, day: date) -> Batch:
        return Batch(day, ())

    async def latest(self) -> Batch:
        return Batch(MONDAY, ())

    async def search(self, query: str, limit: int) -> list[Record]:
        await self._wait(query)
        return list(self.finds)[:limit]

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        await self._wait(" ".join(paper_ids))
        return [record for record in self.finds if record.paper.id in paper_ids]

    async def close(self) -> None:
        return None

    async def _wait(self, question: str) -> None:
        self.asked.append(question)
        if self.env is not None:
            self.seen.append([request.path for request in self.env.http_requests])
            if self.gate is not None:
                await self.env.external_wait(self.gate.wait(), reason="the source is slow")
        if self.failing is not None:
            raise SourceError(self.name, self.failing, "as told")


@dataclass
class SearchEnv:
    """The bot in a server and in direct messages."""

    env: simcord.Env
    bot: PaperBot
    clock: FixedClock
    sources: Sequence[Finder]
    channel: simcord.ChannelHandle
    ada: simcord.MemberActor
    grace: simcord.MemberActor

    async def search(self, query: str, **options: object) -> simcord.InteractionResult:
        """Let Grace search."""
        return await self.grace.slash(self.channel, "paper search", query=query, **options)

    async def learn(self, records: Sequence[Record]) -> None:
        """Let the bot know papers."""
        async with self.bot.services.database.write() as conn:
            await paper_store.upsert(conn, records, now=self.clock.now())
        self.bot.services.search.catch_up()
        await self.bot.services.search.drain()

    async def restart(self) -> None:
        """Stop the bot and start it again on the same database, in the same Discord."""
        old = self.bot
        self.bot = create_bot(old.settings, clock=self.clock, sources=self.sources)
        # One process has one writer of the index: the old one goes first, as it would.
        await old.services.search.close()
        await self.env.restart_bot(self.bot)
        await old.close()


def shown(result: simcord.InteractionResult) -> str:
    """Return what can be read in an answer, as it is now."""
    assert result.response is not None
    return text_of(result.response.message)


def titles(text: str) -> list[str]:
    """Return the titles of a page's hits, in their order."""
    return [
        line.split("[", 1)[1].split("]", 1)[0]
        for line in text.splitlines()
        if line.startswith("**") and "](" in line
    ]


@asynccontextmanager
async def searching(
    folder: Path,
    papers: Sequence[Record] = LIBRARY,
    sources: Sequence[Finder] = (),
    **settings: object,
) -> AsyncGenerator[SearchEnv]:
    """Run the real bot with these papers in its index."""
    clock = FixedClock(at(MONDAY, 12))
    put_empty(folder)
    bot = create_bot(make_settings(folder, **settings), clock=clock, sources=sources)
    here: SearchEnv | None = None
    try:
        async with simcord.run(bot, settle_timeout=30.0, check_errors=False) as env:
            guild = env.create_guild("Reading Group", owner=env.create_user("owner"))
            channel = guild.create_text_channel("papers")
            ada = guild.add_member(env.create_user("ada"))
            grace = guild.add_member(env.create_user("grace"))
            await env.settle()
            for source in sources:
                source.env = env
            here = SearchEnv(env, bot, clock, sources, channel, ada, grace)
            await here.learn(papers)
            yield here
    finally:
        await (here.bot if here else bot).close()
