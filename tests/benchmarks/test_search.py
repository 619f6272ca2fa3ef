import json
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from benchmarks.search import (
    engine_with,
    lookups,
    measure_collection,
    ndcg,
    ranking,
    read_collection,
    recall,
    reciprocal_rank,
)
from bot.services.search import read
from papers.model import Paper
from storage.search_sessions import Question
from tests.bot.search_fakes import searching, shown, titles
from tests.storage.search.library import LIBRARY, CountingEmbedder, paper

PAPERS = [record.paper for record in LIBRARY]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tiny"
    made.mkdir()
    corpus = [{"id": f"doc {p.id}", "title": p.title, "abstract": p.abstract} for p in PAPERS]
    corpus.append({"id": "bare", "title": "A title alone"})
    queries = [
        {"id": "q1", "text": "attention is all you need"},
        {"id": "q2", "text": 'what is a "flow" (of matching), or not?'},
        {"id": "unjudged", "text": "anything"},
    ]
    for name, lines in (("corpus", corpus), ("queries", queries)):
        text = "\n".join(map(json.dumps, lines))
        (made / f"{name}.jsonl").write_text(text, "utf-8")
    qrels = "query-id\tcorpus-id\tscore\nq1\tdoc 2603.00001\t1\nq2\tdoc 2603.00004\t2\n"
    (made / "qrels.tsv").write_text(qrels, "utf-8")
    return made


def test_a_collection_is_read_with_whatever_ids_it_has(folder: Path) -> None:
    collection = read_collection(folder)
    assert collection.name == "tiny"
    assert set(collection.queries) == {"q1", "q2"}
    assert collection.papers[-1] == Paper(id="bare", title="A title alone")


async def test_every_system_says_its_figures_in_json_lines(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await measure_collection(folder, CountingEmbedder())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"ours", "fts5-bm25", "tantivy-bm25", "bm25s", "embeddings", "rrf"} <= {
        line["system"] for line in lines
    }
    assert {line["figure"] for line in lines} == {"ndcg@10", "mrr@10", "recall@100"}
    ours = {line["figure"]: line["value"] for line in lines if line["system"] == "ours"}
    assert ours == {"ndcg@10": 1.0, "mrr@10": 1.0, "recall@100": 1.0}


@pytest.mark.parametrize("text", ["attention", "difusion models", 'author:lecun "flow"', "?!"])
async def test_what_is_measured_is_what_a_search_answers(text: str) -> None:
    async with engine_with(PAPERS, CountingEmbedder()) as (_, engine):
        measured = await ranking(engine, text)
        if text == "?!":
            assert measured == []
            return
        answer = await engine.search(read(text).request(Question(text)))
        assert measured == [hit.paper_id for hit in answer.hits]
        assert measured


@pytest.mark.parametrize("query", ["diffusion models", "a network of atention", "Noam Shazeer"])
async def test_what_is_measured_is_what_the_command_shows(tmp_path: Path, query: str) -> None:
    records = [*LIBRARY, *(paper(n, f"Diffusion models, part {n}") for n in range(20, 29))]
    async with engine_with([r.paper for r in records], CountingEmbedder()) as (_, engine):
        measured = await ranking(engine, query)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.app.open_embedder", AsyncMock(return_value=CountingEmbedder()))
        async with searching(tmp_path, records) as here:
            result = await here.search(query)
            seen = titles(shown(result))
            while len(seen) < len(measured):
                assert result.response is not None
                await here.grace.click(result.response, label="Next →")
                seen += titles(shown(result))
    by_id = {record.paper.id: record.paper.title for record in records}
    assert seen == [by_id[paper_id] for paper_id in measured]
    assert seen


def test_measures_are_what_they_are_by_hand() -> None:
    grades = {"a": 1.0, "b": 1.0}
    assert ndcg(["a", "b"], grades, 10) == 1
    assert 0 < ndcg(["x", "a"], grades, 10) < 0.5
    assert reciprocal_rank(["x", "a"], grades, 10) == 0.5
    assert recall(["x", "a"], grades, 100) == 0.5


def test_lookups_are_the_same_each_time_and_never_the_right_word_for_a_slip() -> None:
    made = list(lookups(PAPERS))
    assert made == list(lookups(PAPERS))
    titles = {paper.id: set(paper.title.lower().split()) for paper in PAPERS}
    typos = [(query, paper_id) for kind, query, paper_id in made if kind == "typo"]
    assert typos
    assert all(set(query.split()) - titles[paper_id] for query, paper_id in typos)
    assert ("first-words", "EgoActor", "2603.00006") in made
