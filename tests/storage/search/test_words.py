"""A paper is found by what people see of it, however they type that."""

import pytest

from bot.services.search import read
from papers.embedding import MiniLMEmbedder
from papers.model import Author
from storage.database import Database
from storage.search import SearchEngine, SearchRequest
from storage.search_sessions import Question
from tests.storage.search.conftest import Opener
from tests.storage.search.library import LIBRARY, fill, paper

TEX = [
    paper(11, "SD$^2$: Self-Distilled Sparse Drafters", "Small models draft."),
    paper(12, r"G\"odel Agent: A Self-Referential Framework", "It changes itself."),
    paper(13, "Measuring Sets", r"The Fr\'echet distance of two curves."),
    paper(14, "Growing MoS$_2$ Films", "Two layers."),
    paper(15, r"A Flow Model $\pi_0$ for Control", "Hands of robots."),
    paper(16, "C^2DLM: Causal Concept-Guided Models", "Concepts."),
    paper(17, "Judging LLMs", "We judge."),
    paper(18, "Fine-Tuning with GPT-4", "It is tuned.", organization="NVIDIA Research"),
    paper(19, "Multimodal Fusion", "Fused.", authors=(Author("Søren O’Brien"),)),  # noqa: RUF001
    paper(20, "Classifier-Free Diffusion Guidance", "A diffusion model is guided."),
    paper(21, "A", "Nothing more."),
    paper(22, "Modelling Behaviour", "By colour."),
]


@pytest.fixture
async def engine(database: Database, opened: Opener) -> SearchEngine:
    await fill(database, [*LIBRARY, *TEX])
    engine = await opened(None)
    await engine.follow()
    return engine


async def found(engine: SearchEngine, typed: str) -> list[str]:
    answer = await engine.search(read(typed).request(Question(typed)))
    return [str(int(hit.paper_id[-5:])) for hit in answer.hits]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("SD²", "11"),
        ("sd2", "11"),
        ("SD^2", "11"),
        ("SD$^2$", "11"),
        ('"Gödel Agent"', "12"),
        ("goedel agent", "12"),
        ("title:Godel", "12"),
        ("Fréchet", "13"),
        ('"frechet distance"', "13"),
        ("MoS2", "14"),
        ("MoS₂", "14"),
        ("title:mos_2", "14"),
        ("π₀", "15"),
        ("pi0", "15"),
        ("pi_0", "15"),
        ("C2DLM", "16"),
        ("C²DLM", "16"),
        ("LLM", "17"),
        ("title:LLM", "17"),
        ('"judging llm"', "17"),
        ("finetuning", "18"),
        ('"fine tuning"', "18"),
        ("title:finetuning", "18"),
        ("gpt4", "18"),
        ('"multi-modal fusion"', "19"),
        ("title:multi-modal", "19"),
        ('author:"Soren O\'Brien"', "19"),
        ("author:Soeren", "19"),
        ("modeling behavior", "22"),
        ('"modelling behaviour"', "22"),
        ("org:nvidia", "18"),
    ],
)
async def test_what_people_type_finds_the_paper(
    engine: SearchEngine, typed: str, first: str
) -> None:
    assert (await found(engine, typed))[:1] == [first]


async def test_an_exclusion_excludes_and_nothing_comes_without_the_word(
    engine: SearchEngine,
) -> None:
    for typed in ("diffusion NOT guidance", "diffusion -guidance", "diffusion ANDNOT guidance"):
        assert sorted(await found(engine, typed)) == ["3", "4", "5"]
    assert await found(engine, "diffusion AND guidance") == ["20"]
    assert sorted(await found(engine, "attention is NOT all")) != []


@pytest.mark.parametrize("typed", ["GPT4", "nvidia", "finetunings", "SD2", "goedel", "brien"])
async def test_no_paper_is_said_to_lack_a_word_that_one_has(
    engine: SearchEngine, typed: str
) -> None:
    assert (await engine.search(SearchRequest(typed))).missing == ()


async def test_words_that_every_text_has_find_titles_alone(engine: SearchEngine) -> None:
    answer = await engine.search(SearchRequest("a"))
    assert answer.hits == ()
    assert answer.common
    assert (await found(engine, "is all you need"))[:1] == ["1"]


async def test_letters_without_a_meaning_find_nothing(database: Database, opened: Opener) -> None:
    await fill(database, [*LIBRARY, *TEX])
    engine = await opened(MiniLMEmbedder())
    await engine.follow()
    while await engine.embed_next():
        pass
    answer = await engine.search(SearchRequest("asdfghjkl"))
    assert answer.hits == ()
    assert answer.missing == ("asdfghjkl",)
    assert not (await engine.search(SearchRequest("qwertyuiop zxcvbnm"))).hits


async def test_suggestions_and_passages_show_what_people_see(engine: SearchEngine) -> None:
    suggested = [each.text for each in await engine.suggest("godel")]
    assert suggested == ["Gödel Agent: A Self-Referential Framework"]
    assert [each.text for each in await engine.suggest("sd2")] == [
        "SD²: Self-Distilled Sparse Drafters"
    ]
    (passage,) = await engine.passages("fine tuning of LLM", ["Finetuning of many LLMs pays."], 80)
    assert passage is not None
    assert [passage.text[a:b] for a, b in passage.marks] == ["Finetuning", "LLMs"]


async def test_a_correction_is_in_the_spelling_of_the_papers(engine: SearchEngine) -> None:
    answer = await engine.search(SearchRequest("behavoiur"))
    assert answer.corrections == {"behavoiur": ("behaviour",)}
    assert answer.rare == frozenset()
    assert [hit.paper_id[-2:] for hit in answer.hits] == ["22"]
