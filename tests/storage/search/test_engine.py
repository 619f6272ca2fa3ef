from dataclasses import replace
from datetime import date
from typing import Any
from unittest.mock import Mock

import pytest

from papers.embedding import EmbeddingError
from papers.model import Author, Record
from papers.search import Tier
from papers.topics import parse
from storage.database import Database
from storage.search import SearchEngine, SearchRequest, Sort, SuggestionKind
from tests.storage.search.conftest import Opener
from tests.storage.search.library import LIBRARY, CountingEmbedder, fill, found, paper

# Finding


async def test_an_exact_title_comes_first_even_of_stopwords(engine: SearchEngine) -> None:
    answer = await engine.search(SearchRequest("attention is all you need"))
    assert answer.hits[0].paper_id == "2603.00001"
    assert answer.hits[0].tier is Tier.EXACT
    assert answer.by_meaning


async def test_a_title_that_holds_all_words_comes_before_a_text_that_repeats_them(
    engine: SearchEngine,
) -> None:
    assert (await found(engine, "models diffusion survey"))[0] == "5"


@pytest.mark.parametrize("typo", ["difusion models", "diffusoin models", "diffusiion survey"])
async def test_a_slip_in_a_word_is_forgiven_and_told(engine: SearchEngine, typo: str) -> None:
    answer = await engine.search(SearchRequest(typo))
    assert answer.hits[0].paper_id in ("2603.00003", "2603.00005")
    assert "diffusion" in answer.corrections[typo.split()[0]]


async def test_a_name_that_no_text_holds_is_not_corrected(engine: SearchEngine) -> None:
    answer = await engine.search(SearchRequest("LeCun"))
    assert answer.hits[0].paper_id == "2603.00004"
    assert not answer.corrections


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("qwen", "7"),
        ("qwen3", "7"),
        ("qwen 3", "7"),
        ("finetuning", "7"),
        ("fine tuning", "8"),
        ("llama3", "8"),
        ("llama 3", "8"),
        ("ego actor", "6"),
    ],
)
async def test_a_name_is_found_however_it_is_spelt(
    database: Database, opened: Opener, query: str, number: str
) -> None:
    await fill(database)
    await fill(database, [paper(7, "Fine-Tuning of Qwen3-VL"), paper(8, "Finetuning Llama 3")])
    engine = await opened(None)
    await engine.follow()
    answer = await engine.search(SearchRequest(query))
    assert number in [hit.paper_id[-1] for hit in answer.hits if hit.tier is not Tier.NONE]
    assert answer.corrections == {}


async def test_an_author_s_full_name_finds_that_author_s_papers_alone(
    engine: SearchEngine,
) -> None:
    assert sorted(await found(engine, "Noam Shazeer")) == ["1", "3"]
    assert sorted(await found(engine, "Vaswani Ashish")) == ["1"]
    assert len(await found(engine, "Noam Shazeer attention")) > 2


async def test_what_has_nothing_to_do_with_the_query_is_not_listed(
    database: Database, opened: Opener
) -> None:
    await fill(database)
    engine = await opened(None)
    await engine.follow()
    everything = {"since": date(2020, 1, 1), "categories": ("cs",)}
    assert await found(engine, "xylophone", **everything) == []
    assert await found(engine, "robots", **everything) == ["6"]
    assert len(await found(engine, "", **everything)) == 6


async def test_words_that_no_paper_has_are_named(engine: SearchEngine) -> None:
    answer = await engine.search(SearchRequest("gardening of diffusion"))
    assert answer.missing == ("gardening",)
    assert answer.hits


async def test_an_author_is_found_without_accents(engine: SearchEngine) -> None:
    assert (await found(engine, "jurgen muller"))[0] == "5"


async def test_meaning_finds_what_no_word_does(engine: SearchEngine) -> None:
    assert (await found(engine, "pictures"))[0] in ("3", "5")


async def test_without_an_embedder_words_still_answer(database: Database, opened: Opener) -> None:
    await fill(database)
    engine = await opened(None)
    await engine.follow()
    answer = await engine.search(SearchRequest("flow matching"))
    assert answer.hits[0].paper_id == "2603.00004"
    assert not answer.by_meaning
    assert (await engine.status()).embedder is None


async def test_nothing_is_found_by_no_words(engine: SearchEngine) -> None:
    assert await found(engine, " ?! ") == []
    assert await found(engine, "") == []


@pytest.mark.parametrize("text", ["title:(", '"', "a AND (", "\\", "*", "field:x~2^3", "[a TO b]"])
async def test_no_text_is_taken_for_syntax(engine: SearchEngine, text: str) -> None:
    await engine.search(SearchRequest(text))
    await engine.suggest(text)
    await engine.passages(text, ["Some abstract."], 100)


# Conditions


async def test_since_and_category_hold_for_all_hits(engine: SearchEngine) -> None:
    assert set(await found(engine, "diffusion attention", since=date(2026, 3, 2))) == {"1", "2"}
    assert set(await found(engine, "attention", categories=("cs.CV",))) == {"2"}
    assert set(await found(engine, "models", categories=("stat",))) == {"3"}
    either = ("cs.CV", "cs.RO")
    assert set(await found(engine, "attention robots", categories=either)) == {"2", "6"}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"diffusion models"', {"3", "5"}),
        ("diffusion -survey", {"3", "4"}),
        ('author:"Yann LeCun"', {"4"}),
        ("author:shazeer", {"1", "3"}),
        ("title:attention", {"1", "2"}),
        ("abstract:attention", {"1", "2"}),
        ("abstract:survey", {"5"}),
        ("abstract:grounding", set[str]()),
        ("org:meta", {"4"}),
        ("code:yes", {"4"}),
        ("transformer OR robots", {"1", "6"}),
        ("cat:cs.CL", {"1"}),
        ("-cat:cs", set[str]()),
    ],
)
async def test_an_expression_holds_for_all_hits(
    engine: SearchEngine, expression: str, expected: set[str]
) -> None:
    topic = parse(expression)
    hits = set(await found(engine, topic.text, expression=topic))
    assert expected <= hits if expression == "diffusion -survey" else hits == expected
    assert "5" not in hits or expression != "diffusion -survey"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("source:biorxiv", {"2"}),
        ("source:arxiv", {"1", "3"}),
        ("cells -source:biorxiv", {"1", "3"}),
        ('venue:"ICLR 2026"', {"3"}),
        ("venue:iclr", {"3"}),
        ("venue:2026", {"3"}),
        ('venue:"2026 ICLR"', set[str]()),
        ("-venue:iclr", {"1", "2"}),
    ],
)
async def test_sources_and_venues_are_conditions_too(
    database: Database, opened: Opener, expression: str, expected: set[str]
) -> None:
    def changed(number: int, **values: Any) -> Record:
        record = paper(number, f"Of cells {number}", "Of cells.")
        return replace(record, paper=replace(record.paper, **values))

    preprint = {"id": "doi:10.64898/2026.01.05.700001", "source": "bioRxiv"}
    await fill(database, [changed(1), changed(2, **preprint), changed(3, venue="ICLR 2026")])
    engine = await opened(None)
    await engine.follow()
    topic = parse(expression)
    numbers = {"doi:10.64898/2026.01.05.700001": "2"}
    answer = await engine.search(SearchRequest(topic.text, expression=topic))
    assert {numbers.get(hit.paper_id, hit.paper_id[-1]) for hit in answer.hits} == expected


async def test_conditions_alone_list_the_newest(engine: SearchEngine) -> None:
    assert await found(engine, "", categories=("cs",)) == ["1", "2", "3", "4", "5", "6"]


# Order


async def test_hits_can_be_ordered_by_age_and_by_votes(database: Database, opened: Opener) -> None:
    many = [
        paper(100 + n, f"Robust widgets {n}", "Of widgets.", votes=(n * 7) % 20) for n in range(20)
    ]
    await fill(database, [*many, paper(1, "Gadgets", "No such thing.", votes=999)])
    engine = await opened(CountingEmbedder())
    await engine.follow()
    while await engine.embed_next():
        pass
    newest = (await engine.search(SearchRequest("widgets", sort=Sort.NEWEST))).hits
    assert [hit.paper_id for hit in newest][:3] == ["2603.00100", "2603.00101", "2603.00102"]
    voted = (await engine.search(SearchRequest("widgets", sort=Sort.VOTES))).hits
    assert voted[0].paper_id == "2603.00117"
    assert "2603.00001" not in {hit.paper_id for hit in voted}


async def test_an_answer_is_at_least_two_hundred_deep(database: Database, opened: Opener) -> None:
    await fill(database, [paper(n, f"Widget number {n}", "A widget.") for n in range(400)])
    engine = await opened(None)
    await engine.follow()
    assert len((await engine.search(SearchRequest("widget"))).hits) >= 200


# Passages, suggestions, likeness


async def test_the_passage_shows_what_was_asked_for(engine: SearchEngine) -> None:
    abstract = "Éblouissant. " * 30 + "At the end we sample images, and audio. " + "More. " * 60
    (passage, none) = await engine.passages("image audio", [abstract, "Of nothing."], 160)
    assert none is None
    assert passage is not None
    assert len(passage.text) <= 160
    marked = {passage.text[start:end] for start, end in passage.marks}
    assert marked == {"images", "audio"}


async def test_suggestions_are_topics_authors_and_titles(engine: SearchEngine) -> None:
    begun = await engine.suggest("diff")
    assert (begun[0].kind, begun[0].text) == (SuggestionKind.TOPIC, "diffusion models")
    assert {s.text for s in begun[1:]} >= {
        "A Survey of Diffusion Models",
        "Denoising Diffusion Probabilistic Models",
    }
    (author,) = [s for s in await engine.suggest("lec") if s.kind is SuggestionKind.AUTHOR]
    assert author.text == "Yann LeCun"
    (title,) = await engine.suggest("attention is a")
    assert (title.kind, title.paper_id) == (SuggestionKind.TITLE, "2603.00001")
    assert await engine.suggest("") == []
    assert await engine.suggest("zzzz") == []


async def test_a_single_letter_suggests_topics_also_new_ones(
    database: Database, engine: SearchEngine
) -> None:
    assert [each.text for each in await engine.suggest("D")] == ["diffusion models"]
    await fill(database, [paper(9, "Kittens", keywords=("deep kittens",))])
    await engine.follow()
    assert {each.text for each in await engine.suggest("d")} == {"diffusion models", "deep kittens"}


async def test_a_few_letters_suggest_topics_and_authors_also_new_ones(
    database: Database, engine: SearchEngine
) -> None:
    assert [each.text for each in await engine.suggest("le")] == ["Yann LeCun"]
    authors = (Author("Ada Lerner"),)
    await fill(database, [paper(9, "Kittens", authors=authors, keywords=("leopards",))])
    await engine.follow()
    assert {each.text for each in await engine.suggest("le")} == {
        "leopards",
        "Ada Lerner",
        "Yann LeCun",
    }


async def test_similar_papers_come_with_why(engine: SearchEngine) -> None:
    alike = await engine.similar("2603.00003", 3)
    assert alike[0].paper_id == "2603.00005"
    assert "diffusion" in alike[0].words
    everyone = {name for other in await engine.similar("2603.00003") for name in other.authors}
    assert "Noam Shazeer" in everyone
    assert all(other.paper_id != "2603.00003" for other in alike)
    assert await engine.similar("1706.03762") == []


async def test_the_titles_of_papers_alike_are_read_once(database: Database, opened: Opener) -> None:
    await fill(database, LIBRARY)
    embedder = CountingEmbedder()
    engine = await opened(embedder)
    await engine.follow()
    while await engine.embed_next():
        pass
    before = len(embedder.texts)
    alike = await engine.similar("2603.00003", 3)
    read = embedder.texts[before:]
    assert read[0] == "Denoising Diffusion Probabilistic Models"
    assert set(read) <= {each.paper.title for each in LIBRARY}
    assert len(set(read)) == len(read) > 3
    assert await engine.similar("2603.00003", 3) == alike
    assert len(embedder.texts) == before + len(read)


async def test_papers_alike_are_found_though_the_model_cannot_be_loaded_for_their_titles(
    database: Database, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(database, LIBRARY)
    embedder = CountingEmbedder()
    engine = await opened(embedder)
    await engine.follow()
    while await engine.embed_next():
        pass
    monkeypatch.setattr(embedder, "embed", Mock(side_effect=EmbeddingError("no memory")))
    alike = await engine.similar("2603.00003", 3)
    assert alike[0].paper_id == "2603.00005"
    assert alike[0].cosine is not None


async def test_words_side_by_side_as_asked_for_come_before_the_same_words_apart(
    database: Database, opened: Opener
) -> None:
    apart = "The flow of gases is described. Matching of the boundary to experiments is good."
    beside = "The gases are all described. Flow matching of the boundary to experiments is good."
    await fill(database, [paper(11, "In a pipe", apart), paper(12, "In a tube", beside)])
    engine = await opened(None)
    await engine.follow()
    assert await found(engine, "flow matching in experiments on gases today") == [
        "2603.00012",
        "2603.00011",
    ]
