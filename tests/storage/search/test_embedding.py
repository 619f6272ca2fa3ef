"""Which papers are embedded, in which order, and how often they are looked for."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from papers.embedding import EmbeddingError
from storage import vectors
from storage.database import Database
from storage.search import SearchEngine
from tests.storage.search.conftest import Opener
from tests.storage.search.library import CountingEmbedder, fill, paper

MODEL = "counting@1"


async def embedded_up_to(database: Database) -> int:
    async with database.read() as conn:
        return await vectors.embedded_up_to(conn, MODEL)


async def embed_all(engine: SearchEngine, limit: int = 2) -> None:
    while await engine.embed_next(limit):
        pass


def numbers(embedder: CountingEmbedder) -> list[str]:
    return [text.split(".")[0] for text in embedder.texts]


async def test_what_comes_meanwhile_is_embedded_first(database: Database, opened: Opener) -> None:
    await fill(database, [paper(n, f"old{n}") for n in range(1, 6)])
    embedder = CountingEmbedder()
    engine = await opened(embedder)
    await engine.embed_next(2)
    await fill(database, [paper(n, f"new{n}") for n in (6, 7, 8)])
    await embed_all(engine)
    assert numbers(embedder) == ["old5", "old4", "new8", "new7", "new6", "old3", "old2", "old1"]


async def test_after_a_restart_only_what_lacks_a_vector_is_embedded(
    database: Database, opened: Opener
) -> None:
    await fill(database, [paper(n, f"old{n}") for n in range(1, 6)])
    await (await opened(CountingEmbedder())).embed_next(2)
    embedder = CountingEmbedder()
    engine = await opened(embedder)
    assert await embedded_up_to(database) == 0
    await embed_all(engine)
    assert numbers(embedder) == ["old3", "old2", "old1"]
    assert await embedded_up_to(database) == 5


async def test_a_paper_that_changed_is_embedded_again_after_a_restart(
    database: Database, opened: Opener
) -> None:
    await fill(database, [paper(n, f"old{n}") for n in range(1, 6)])
    await embed_all(await opened(CountingEmbedder()))
    await fill(database, [paper(2, "changed"), paper(4, "old4")])
    embedder = CountingEmbedder()
    await embed_all(await opened(embedder))
    assert numbers(embedder) == ["changed"]


async def test_a_process_that_does_not_embed_takes_the_vectors_that_another_one_made(
    database: Database, tmp_path: Path
) -> None:
    await fill(database, [paper(n, f"old{n}") for n in range(1, 6)])
    own, other = CountingEmbedder(), CountingEmbedder()
    keeper = await SearchEngine.open(database, embedder=own, directory=tmp_path / "keeper")
    reader = await SearchEngine.open(
        database, embedder=other, directory=tmp_path / "reader", embeds=False
    )

    def known() -> list[int]:
        found = reader.vectors_of(range(1, 10))
        assert found is not None
        return [row for row, vector in enumerate(found, 1) if vector.any()]

    await reader.embed_next()
    assert known() == []
    await keeper.embed_next(2)
    await reader.embed_next()
    assert known() == [4, 5], "the newest come first, and the others are not given up for that"
    await embed_all(keeper)
    await reader.embed_next()
    assert known() == [1, 2, 3, 4, 5]
    await fill(database, [paper(2, "changed"), paper(6, "new6")])
    await reader.embed_next()
    await embed_all(keeper)
    await reader.embed_next()
    assert known() == [1, 2, 3, 4, 5, 6]
    ours, theirs = keeper.vectors_of([2]), reader.vectors_of([2])
    assert ours is not None
    assert theirs is not None
    # What is read from the database has half the digits.
    np.testing.assert_allclose(ours, theirs, atol=1e-3)
    assert other.texts == []
    await keeper.close()
    await reader.close()


class Failing(CountingEmbedder):
    fails = True

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.fails:
            raise EmbeddingError("no memory")
        return super().embed(texts)


async def test_what_could_not_be_embedded_is_embedded_later(
    database: Database, opened: Opener
) -> None:
    await fill(database, [paper(n, f"old{n}") for n in range(1, 6)])
    embedder = Failing()
    engine = await opened(embedder)
    assert await engine.embed_next(2) == 0
    assert await embedded_up_to(database) == 0
    embedder.fails = False
    await embed_all(engine)
    assert len(embedder.texts) == 5


@pytest.mark.parametrize("between", ["2", "an older program's 2"])
async def test_a_model_that_was_used_before_starts_again(
    database: Database, opened: Opener, between: str
) -> None:
    await fill(database, [paper(n, f"old{n}") for n in range(1, 6)])
    await embed_all(await opened(CountingEmbedder()))
    if between == "2":
        await embed_all(await opened(CountingEmbedder("2")))
    else:
        async with database.write() as conn:  # it keeps no revision
            await vectors.forget_other_models(conn, "counting@2")
            await vectors.put_embedded_up_to(conn, MODEL, 5)
    embedder = CountingEmbedder()
    await embed_all(await opened(embedder))
    assert len(embedder.texts) == 5
