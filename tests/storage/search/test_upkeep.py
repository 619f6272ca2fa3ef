import asyncio
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from papers.model import Paper, Record
from storage import papers
from storage.database import Database
from storage.search import Degraded, PaperIndex, SearchEngine, SearchRequest, Sort
from tests.databases import open_empty
from tests.storage.search.conftest import Opener
from tests.storage.search.library import LIBRARY, NOON, CountingEmbedder, fill, found, paper


async def test_what_is_new_or_changed_is_found_after_it_was_followed(
    database: Database, engine: SearchEngine
) -> None:
    await fill(database, [paper(9, "Quantum Kittens", "Of kittens."), paper(2, "Kitten Vision")])
    assert await engine.follow() == 2
    assert set((await found(engine, "kittens"))[:2]) == {"9", "2"}
    assert await engine.follow() == 0


async def test_until_there_is_an_index_the_database_answers(
    database: Database, opened: Opener
) -> None:
    await fill(database)
    engine = await opened(None)
    assert not engine.ready
    answer = await engine.search(SearchRequest("diffusion survey"))
    assert answer.degraded is Degraded.INDEX
    assert answer.hits[0].paper_id == "2603.00005"
    within = SearchRequest("attention", since=date(2026, 3, 1), categories=("cs",), sort=Sort.VOTES)
    assert [hit.paper_id for hit in (await engine.search(within)).hits] == [
        "2603.00001",
        "2603.00002",
    ]
    await engine.follow()
    assert engine.ready
    assert (await engine.search(SearchRequest("diffusion survey"))).degraded is None


async def test_a_second_start_finds_everything_ready(
    database: Database, engine: SearchEngine, opened: Opener
) -> None:
    embedder = CountingEmbedder()
    again = await opened(embedder)
    assert again.ready
    assert await again.follow() == 0
    assert await again.embed_next() == 0
    assert embedder.texts == []
    assert (await again.search(SearchRequest("diffusion"))).by_meaning


@pytest.mark.parametrize("harm", ["meta", "version", "segment", "gone"])
async def test_a_damaged_or_outdated_index_is_made_anew(
    database: Database, opened: Opener, harm: str
) -> None:
    await fill(database)
    first = await SearchEngine.open(database, embedder=None)
    await first.follow()
    await first.close()
    where = database.path.with_suffix(".index")
    match harm:
        case "meta":
            (where / "meta.json").write_text("{")
        case "version":
            (where / "paperboy-schema").write_text("0")
        case "segment":
            for file in where.glob("*.fast"):
                file.write_bytes(b"?" * 10)
        case _:
            for file in where.iterdir():
                file.unlink()
            where.rmdir()
    engine = await opened(None)
    assert (await engine.search(SearchRequest("attention"))).hits
    await engine.follow()
    answer = await engine.search(SearchRequest("attention is all you need"))
    assert answer.degraded is None
    assert answer.hits[0].paper_id == "2603.00001"


async def test_an_index_of_an_earlier_schema_is_made_anew_once_and_whole(
    database: Database, opened: Opener
) -> None:
    await fill(database)
    first = await SearchEngine.open(database, embedder=None)
    known = await first.follow()
    await first.close()
    label = database.path.with_suffix(".index") / "paperboy-schema"
    version, rest = label.read_text("ascii").split("\n", 1)
    label.write_text(f"{int(version) - 1}\n{rest}", "ascii")
    risen = await opened(None)
    answer = await risen.search(SearchRequest("attention"))
    assert answer.hits
    assert answer.degraded is Degraded.INDEX
    assert await risen.follow() == known
    assert (await risen.status()).indexed == known
    again = await opened(None)
    assert again.ready
    assert await again.follow() == 0


async def test_an_index_ahead_of_a_restored_database_is_made_anew(
    database: Database, tmp_path: Path
) -> None:
    await fill(database)
    ahead = tmp_path / "ahead.index"
    first = await SearchEngine.open(database, embedder=None, directory=ahead)
    await first.follow()
    await first.close()
    older = await open_empty(tmp_path, "older.db")
    await fill(older, [paper(3, "Only Paper")])
    engine = await SearchEngine.open(older, embedder=None, directory=ahead)
    await engine.follow()
    assert (await engine.status()).indexed == 1
    assert await found(engine, "attention") == []
    await engine.close()
    await older.close()


async def test_an_index_is_made_anew_after_a_restored_database_has_caught_up_with_it(
    database: Database, tmp_path: Path
) -> None:
    await fill(database, LIBRARY[:2])
    ahead = tmp_path / "ahead.index"
    first = await SearchEngine.open(database, embedder=None, directory=ahead)
    await first.follow()
    await first.close()
    older = await open_empty(tmp_path, "older.db")
    await fill(older, LIBRARY[:1])
    await fill(older, LIBRARY[3:])
    engine = await SearchEngine.open(older, embedder=None, directory=ahead)
    # Before it is made anew, it must not take one paper for another.
    assert (await engine.search(SearchRequest("paying attention"))).degraded is Degraded.INDEX
    await engine.follow()
    assert (await engine.status()).indexed == 4
    assert await found(engine, "flow matching") == ["4"]
    await engine.close()
    await older.close()


async def test_an_index_stays_when_papers_have_changed_since(
    database: Database, opened: Opener
) -> None:
    await fill(database)
    first = await SearchEngine.open(database, embedder=None)
    await first.follow()
    await first.close()
    await fill(database, [paper(2, "Another Title Altogether"), paper(9, "Quantum Kittens")])
    engine = await opened(None)
    assert engine.ready
    assert await engine.follow() == 2
    assert (await engine.status()).indexed == 7


async def test_a_summary_is_searched_too(database: Database, opened: Opener) -> None:
    await fill(database, [paper(1, "A Title", summary="About marmots."), paper(2, "Other")])
    engine = await opened(CountingEmbedder())
    assert await found(engine, "marmots") == ["1"]
    await engine.follow()
    assert await found(engine, "marmot") == ["1"]
    while await engine.embed_next():
        pass
    assert (await found(engine, "marmots about"))[0] == "1"


async def test_while_another_process_writes_the_index_it_is_left_alone(
    database: Database, opened: Opener
) -> None:
    await fill(database)
    engine = await opened(None)
    await engine.follow()
    other = PaperIndex(database.path.with_suffix(".index"), engine.analysis)
    session = other.begin()
    await fill(database, [paper(9, "Quantum Kittens")])
    assert await engine.follow() == 0
    session.close()
    assert await engine.follow() == 1


async def test_another_model_embeds_everything_again(
    database: Database, engine: SearchEngine, opened: Opener
) -> None:
    newer = CountingEmbedder("2")
    changed = await opened(newer)
    assert not (await changed.search(SearchRequest("diffusion"))).by_meaning
    assert (await changed.status()).embedded == 0
    assert await changed.embed_next(4) == 4
    assert await changed.embed_next(4) == 2
    assert await changed.embed_next(4) == 0
    status = await changed.status()
    assert (status.embedded, status.embedder) == (6, "counting")


async def test_questions_asked_twice_are_embedded_once(database: Database, opened: Opener) -> None:
    await fill(database)
    embedder = CountingEmbedder()
    engine = await opened(embedder)
    await engine.follow()
    while await engine.embed_next():
        pass
    embedder.texts.clear()
    for _ in range(3):
        await engine.search(SearchRequest("what is attention?"))
    assert embedder.texts == ["what is attention?"]


async def test_ids_that_are_not_arxivs_are_as_good(database: Database, opened: Opener) -> None:
    async with database.write() as conn:
        records = [Record(Paper(id="doc/7 ä", title="", abstract="wing in a slipstream"))]
        await papers.upsert(conn, records, now=NOON)
    engine = await opened(None)
    await engine.follow()
    assert [hit.paper_id for hit in (await engine.search(SearchRequest("wing"))).hits] == [
        "doc/7 ä"
    ]


class SlowEmbedder(CountingEmbedder):
    """Takes its time, as a real model does."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        time.sleep(0.3)
        return super().embed(texts)


async def test_the_loop_goes_on_while_papers_are_embedded(
    database: Database, opened: Opener
) -> None:
    await fill(database)
    engine = await opened(SlowEmbedder())
    await engine.follow()
    ticks = 0
    embedding = asyncio.create_task(engine.embed_next())
    while not embedding.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert await embedding == 6
    assert ticks > 10
