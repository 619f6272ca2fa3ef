"""What is matched with topics, and that a preview and the pass over new papers say the same."""

import hashlib
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import func, select

from bot.services.ingest import Ingester
from bot.services.topics import Topics
from papers.embedding import Embedder, EmbeddingError
from papers.model import Author, Batch, Metrics, Paper, Record
from papers.terms import STOPWORDS, words
from storage import batches, subscriptions, topic_matches
from storage.database import Database
from storage.papers import get_many
from storage.subscriptions import Every, Mode, TopicDraft
from storage.tables import vectors
from storage.topic_matches import Candidate
from tests.bot.services.publishing.test_publishing_sources import FakeServer, preprint
from tests.bot.world import MONDAY, TUESDAY, WEDNESDAY, FakeSource, at
from tests.databases import open_empty

READER = 7
VOCABULARY = ("video", "diffusion", "flow", "matching", "graph", "agents", "robots", "proteins")


class WordEmbedder:
    """Texts that share words are close; counts what it embeds."""

    name, version, dimensions = "words", "1", 64

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def release_idle(self) -> None:
        """Hold nothing that could be freed."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += texts
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in set(words(text)) - STOPWORDS:
                row[hashlib.md5(word.encode()).digest()[0] % self.dimensions] += 1  # noqa: S324
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


class Matching:
    """A database with what two sources brought, and the topics of one reader."""

    def __init__(self, database: Database, embedder: Embedder | None) -> None:
        self.database = database
        self.embedder = embedder
        self.daily = FakeSource({}, name="Daily")
        self.listing = FakeSource({}, name="Listing", curated=False)
        self.server = FakeServer({})
        self.restart()

    def restart(self) -> None:
        sources = [self.daily, self.listing, self.server]
        self.topics = Topics(self.database, self.embedder, sources)

    async def bring(self, source: FakeSource, day: date, papers: Iterable[Paper]) -> None:
        """Let a source bring a batch."""
        source.days[day] = [Record(paper, Metrics(), day) for paper in papers]
        ingester = Ingester(self.database, [source], interval=timedelta(hours=1))
        await ingester.run(at(day, 12))

    async def bring_matched(self, source: FakeSource, day: date, papers: Iterable[Paper]) -> None:
        await self.bring(source, day, papers)
        await self.topics.match_new(at(day, 12))

    async def post(self, day: date, *titles: str) -> None:
        """Let bioRxiv post papers on a day."""
        records = [preprint(day, number, title) for number, title in enumerate(titles)]
        async with self.database.write() as conn:
            await batches.record(conn, Batch(day, tuple(records)), "bioRxiv", now=at(day, 23))

    async def follow(
        self, topic: str, mode: Mode = Mode.STRICT, sources: Sequence[str] = ()
    ) -> None:
        now = at(MONDAY, 6)
        async with self.database.write() as conn:
            await subscriptions.ensure_subscriber(
                conn, READER, at=time(9), timezone="UTC", every=Every.DAY, now=now
            )
            await subscriptions.subscribe(
                conn,
                READER,
                key=f"{topic} {mode}",
                query=topic,
                mode=mode,
                min_votes=0,
                now=now,
                sources=sources,
            )

    async def passed(self) -> list[Candidate]:
        """Return what the pass over new papers found for the reader."""
        async with self.database.read() as conn:
            return await topic_matches.unseen(conn, READER, at(MONDAY, 0))

    async def titles(self) -> set[str]:
        return {match.paper.paper.title for match in await self.passed()}

    async def preview(self, topic: str, now: datetime, mode: Mode = Mode.STRICT) -> list[str]:
        found = await self.topics.preview(TopicDraft(0, topic, mode, None, 0), now)
        return [shown.paper.paper.title for shown in found.found]


@asynccontextmanager
async def matching(folder: Path, embedder: Embedder | None = None) -> AsyncGenerator[Matching]:
    database = await open_empty(folder)
    try:
        yield Matching(database, embedder)
    finally:
        await database.close()


def papers(day: date, *titles: str) -> list[Paper]:
    return [
        Paper(
            id=f"2506.{day.day * 1_000 + number:05}",
            title=title,
            abstract="We say more.",
            authors=(Author("Wei Zhang"),),
            categories=("cs.CV",),
        )
        for number, title in enumerate(titles)
    ]


async def test_whole_listings_are_matched_as_well_as_what_people_chose(tmp_path: Path) -> None:
    async with matching(tmp_path) as here:
        await here.follow("flow matching")
        await here.bring_matched(here.daily, MONDAY, papers(MONDAY, "Flow Matching Wins", "Robots"))
        await here.bring_matched(
            here.listing, TUESDAY, papers(TUESDAY, "Flow Matching Too", "Graphs")
        )
        assert await here.titles() == {"Flow Matching Wins", "Flow Matching Too"}
        assert len(await here.preview("flow matching", at(TUESDAY, 13))) == 2


@pytest.mark.parametrize("meaning", [False, True])
async def test_preview_and_pass_say_the_same_of_hundreds_of_papers(
    tmp_path: Path, *, meaning: bool
) -> None:
    rng = np.random.default_rng(3)

    def some(day: date) -> list[Paper]:
        titles = [" ".join(rng.choice(VOCABULARY, 3)) for _ in range(150)]
        return [
            replace(paper, abstract=f"We study {' '.join(rng.choice(VOCABULARY, 4))}.")
            for paper in papers(day, *titles)
        ]

    asked = [
        ("video diffusion", Mode.STRICT),
        ("video diffusion", Mode.BROAD),
        ('"flow matching" -robots', Mode.STRICT),
        ("(graph OR agents) proteins cat:cs.CV", Mode.BROAD),
        ('author:"W. Zhang" title:video', Mode.STRICT),
    ]
    async with matching(tmp_path, WordEmbedder() if meaning else None) as here:
        for topic, mode in asked:
            await here.follow(topic, mode)
        await here.bring(here.listing, MONDAY, some(MONDAY))
        await here.bring_matched(here.daily, TUESDAY, some(TUESDAY))
        passed = await here.passed()
        for topic, mode in asked:
            draft = TopicDraft(0, topic, mode, None, 0)
            preview = await here.topics.preview(draft, at(TUESDAY, 13))
            assert preview.total == 300
            assert preview.found
            async with here.database.read() as conn:
                ids = {
                    each.id
                    for each in await subscriptions.all_topics(conn)
                    if (each.query, each.mode) == (topic, mode)
                }
            assert {shown.paper.paper.id: shown.reason for shown in preview.found} == {
                match.paper.paper.id: match.reason for match in passed if match.topic_id in ids
            }


async def test_a_paper_that_is_brought_again_is_matched_once(tmp_path: Path) -> None:
    async with matching(tmp_path) as here:
        await here.follow("flow matching")
        same = papers(MONDAY, "Flow Matching Wins")
        await here.bring_matched(here.listing, MONDAY, same)
        await here.bring_matched(here.daily, TUESDAY, same)
        assert len(await here.passed()) == 1
        found = await here.topics.preview(
            TopicDraft(0, "flow matching", Mode.STRICT, None, 0), at(TUESDAY, 13)
        )
        assert found.total == 1


async def test_a_changed_text_is_matched_anew(tmp_path: Path) -> None:
    async with matching(tmp_path, WordEmbedder()) as here:
        await here.follow("flow matching")
        await here.bring_matched(here.listing, MONDAY, papers(MONDAY, "Working Title"))
        assert await here.titles() == set()
        await here.bring_matched(here.listing, TUESDAY, papers(MONDAY, "Flow Matching Wins"))
        assert await here.titles() == {"Flow Matching Wins"}
        assert await here.preview("working title", at(TUESDAY, 13)) == []


async def test_a_preview_looks_back_on_two_weeks_and_no_further(tmp_path: Path) -> None:
    async with matching(tmp_path) as here:
        await here.bring_matched(here.daily, MONDAY, papers(MONDAY, "Flow Matching Wins"))
        now = at(MONDAY, 12)
        assert len(await here.preview("flow matching", now + timedelta(days=14))) == 1
        assert await here.preview("flow matching", now + timedelta(days=15)) == []


async def test_a_paper_is_embedded_once_whoever_asks(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    async with matching(tmp_path, embedder) as here:
        await here.follow("flow matching")
        await here.bring_matched(here.daily, MONDAY, papers(MONDAY, "Flow Matching Wins", "Robots"))
        assert sorted(embedder.embedded) == [
            "Flow Matching Wins",
            "Flow Matching Wins. We say more.",
            "Robots",
            "Robots. We say more.",
            "flow matching",
        ]
        here.restart()
        assert await here.preview("flow matching", at(MONDAY, 13)) == ["Flow Matching Wins"]
        assert embedder.embedded[5:] == ["flow matching"]


async def test_papers_from_before_there_was_a_model_are_embedded_by_and_by(tmp_path: Path) -> None:
    async with matching(tmp_path) as here:
        titles = [f"Paper {number}" for number in range(300)]
        await here.bring_matched(here.listing, MONDAY, papers(MONDAY, *titles))

        async def kept() -> int:
            async with here.database.read() as conn:
                return await conn.scalar(select(func.count()).select_from(vectors)) or 0

        here.embedder = WordEmbedder()
        here.restart()
        assert await here.preview("paper", at(MONDAY, 13))
        assert await kept() == 64
        await here.topics.match_new(at(MONDAY, 14))
        assert await kept() == 300
        async with here.database.read() as conn:
            model = topic_matches.model_key(here.embedder)
            stored = await get_many(conn, [each.id for each in papers(MONDAY, *titles)])
            assert len(await topic_matches.vectors_of(conn, model, list(stored))) == 300


class AbsentModel(WordEmbedder):
    """A model that is installed and cannot be loaded."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise EmbeddingError("the file is damaged")


async def test_topics_are_matched_by_words_while_the_model_cannot_be_loaded(
    tmp_path: Path,
) -> None:
    async with matching(tmp_path, AbsentModel()) as here:
        await here.follow("flow matching")
        await here.bring_matched(here.daily, MONDAY, papers(MONDAY, "Flow Matching Wins", "Robots"))
        assert await here.titles() == {"Flow Matching Wins"}
        assert await here.preview("flow matching", at(MONDAY, 13)) == ["Flow Matching Wins"]


async def test_words_are_proposed_from_the_papers_near(tmp_path: Path) -> None:
    async with matching(tmp_path) as here:
        titles = [f"Video Diffusion for Robots {number}" for number in range(8)]
        await here.bring_matched(here.listing, WEDNESDAY, papers(WEDNESDAY, *titles))
        nothing = await here.topics.preview(
            TopicDraft(0, "underwater video chess", Mode.STRICT, None, 0), at(WEDNESDAY, 13)
        )
        assert nothing.found == ()
        assert nothing.proposals == ("video diffusion",)
        unheard = await here.topics.preview(
            TopicDraft(0, "xylophones", Mode.STRICT, None, 0), at(WEDNESDAY, 13)
        )
        assert unheard.proposals == ()


async def test_a_topic_is_matched_with_the_papers_of_its_own_sources(tmp_path: Path) -> None:
    async with matching(tmp_path) as here:
        await here.follow("flow matching", sources=("biorxiv",))
        await here.bring(here.daily, MONDAY, papers(MONDAY, "Flow Matching of Images"))
        await here.post(MONDAY, "Flow Matching of Proteins", "A Map of Every Neuron")
        await here.topics.match_new(at(TUESDAY, 1))
        assert await here.titles() == {"Flow Matching of Proteins"}
        await here.post(TUESDAY, "Flow Matching of Cells")
        await here.topics.match_new(at(WEDNESDAY, 1))
        assert await here.titles() == {"Flow Matching of Proteins", "Flow Matching of Cells"}


async def test_papers_of_other_sources_change_nothing_for_who_did_not_choose_them(
    tmp_path: Path,
) -> None:
    async with matching(tmp_path) as here:
        await here.follow("flow matching")
        await here.bring(here.daily, MONDAY, papers(MONDAY, "Flow Matching of Images"))
        before = await here.topics.preview(
            TopicDraft(0, "flow matching", Mode.STRICT, None, 0), at(MONDAY, 13)
        )
        await here.follow("flow matching", sources=("huggingface", "arxiv", "biorxiv"))
        await here.post(MONDAY, *(f"Flow Matching of Protein {n}" for n in range(30)))
        await here.topics.match_new(at(TUESDAY, 1))
        after = await here.topics.preview(
            TopicDraft(0, "flow matching", Mode.STRICT, None, 0), at(TUESDAY, 1)
        )
        assert (after.total, after.found) == (before.total, before.found)
        both = await here.topics.preview(
            TopicDraft(
                0,
                "flow matching",
                Mode.STRICT,
                None,
                0,
                sources=("huggingface", "arxiv", "biorxiv"),
            ),
            at(TUESDAY, 1),
        )
        assert (both.total, len(both.found)) == (31, 31)
        assert both.newest == MONDAY
        of_default = [each for each in await here.passed() if each.topic_id == 1]
        assert [each.paper.paper.title for each in of_default] == ["Flow Matching of Images"]


async def test_what_a_new_topic_of_another_source_matched_before_is_remembered(
    tmp_path: Path,
) -> None:
    async with matching(tmp_path) as here:
        await here.post(MONDAY, "Flow Matching of Proteins")
        await here.topics.match_new(at(TUESDAY, 1))
        await here.follow("flow matching", sources=("biorxiv",))
        async with here.database.read() as conn:
            (topic,) = await subscriptions.all_topics(conn)
        await here.topics.remember(topic, at(TUESDAY, 1))
        async with here.database.read() as conn:
            (mine,) = await subscriptions.of_user(conn, READER)
        assert mine.matches == 1
