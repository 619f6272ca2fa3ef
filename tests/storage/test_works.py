from dataclasses import replace
from datetime import date, timedelta

import pytest

from papers import paper_key
from papers.model import Author, Batch, Metrics, Paper, Record
from storage import batches, papers
from storage.database import Database
from storage.papers import StoredPaper
from tests.storage.shared import NOON

ARXIV = Paper(
    "2601.00001",
    "A Map of Every Neuron in the Larval Fly",
    abstract="As arXiv has it.",
    authors=(Author("Ada Lovelace"), Author("Grace Hopper")),
    published_at=NOON,
    categories=("q-bio.NC",),
    version=3,
)
PREPRINT = replace(
    ARXIV,
    id="doi:10.64898/2026.01.05.700001",
    abstract="As bioRxiv has it.",
    categories=("biorxiv/neuroscience",),
    version=1,
    source="bioRxiv",
    kind="preprint",
)
ARTICLE = replace(
    ARXIV, id="doi:10.1038/s41586-026-00001-1", abstract="", venue="Nature", kind="article"
)


async def put(database: Database, *records: Record | Paper) -> None:
    async with database.write() as conn:
        whole = [each if isinstance(each, Record) else Record(each) for each in records]
        await papers.upsert(conn, whole, now=NOON)


async def everything(database: Database) -> dict[str, StoredPaper]:
    async with database.read() as conn:
        return {each.paper.id: each for each in await papers.changed_since(conn, 0, 100)}


async def test_the_same_paper_of_two_sources_is_one_and_keeps_the_first_ones_key(
    database: Database,
):
    await put(database, ARXIV)
    await put(database, Record(PREPRINT, Metrics(comments=2)))
    found = await everything(database)
    assert list(found) == [ARXIV.id]
    paper = found[ARXIV.id].paper
    assert (paper.abstract, paper.version) == ("As arXiv has it.", 3)
    assert paper.categories == ("q-bio.NC", "biorxiv/neuroscience")
    assert (paper.source, paper.kind) == ("bioRxiv", "preprint")
    assert found[ARXIV.id].metrics.comments == 2


async def test_it_is_one_in_the_other_order_and_within_one_answer(database: Database):
    await put(database, PREPRINT, ARXIV)
    found = await everything(database)
    assert list(found) == [PREPRINT.id]
    assert found[PREPRINT.id].paper.abstract == "As bioRxiv has it."


async def test_reading_both_again_changes_nothing(database: Database):
    await put(database, ARXIV)
    await put(database, PREPRINT)
    before = await everything(database)
    for _ in range(3):
        await put(database, PREPRINT)
        await put(database, ARXIV)
    assert await everything(database) == before


async def test_an_article_belongs_to_the_preprint_that_names_it(database: Database):
    other_title = replace(ARTICLE, title="The Connectome of an Insect Brain at Last Complete")
    await put(database, Record(PREPRINT, aliases=(ARTICLE.id,)))
    await put(database, other_title)
    found = await everything(database)
    assert list(found) == [PREPRINT.id]
    assert found[PREPRINT.id].paper.title == PREPRINT.title
    assert found[PREPRINT.id].paper.venue == "Nature"


async def test_an_article_belongs_to_the_arxiv_paper_that_names_its_doi(database: Database):
    await put(database, replace(ARXIV, doi="10.1038/S41586-026-00001-1"))
    await put(database, replace(ARTICLE, title="Quite Another Title Than the Preprint Had"))
    assert list(await everything(database)) == [ARXIV.id]


async def test_two_stored_papers_that_turn_out_to_be_one_keep_their_keys(database: Database):
    await put(database, PREPRINT)
    await put(database, replace(ARTICLE, title="Quite Another Title Than the Preprint Had"))
    assert len(await everything(database)) == 2
    await put(database, Record(PREPRINT, aliases=(ARTICLE.id,)))
    assert len(await everything(database)) == 2
    async with database.read() as conn:
        assert await papers.keys_of(conn, [ARTICLE.id, PREPRINT.id, "2601.00009"]) == {
            ARTICLE.id: PREPRINT.id,
            PREPRINT.id: PREPRINT.id,
            "2601.00009": "2601.00009",
        }


@pytest.mark.parametrize(
    "other",
    [
        replace(PREPRINT, title="A Map of Every Neuron in the Adult Fly"),
        replace(PREPRINT, authors=(Author("Grace Hopper"),)),
        replace(PREPRINT, published_at=NOON - timedelta(days=900)),
    ],
)
async def test_a_paper_that_is_only_alike_stays_another(database: Database, other: Paper):
    await put(database, ARXIV, other)
    assert set(await everything(database)) == {ARXIV.id, PREPRINT.id}


async def test_two_arxiv_papers_with_one_doi_stay_two(database: Database):
    await put(database, replace(ARXIV, doi="10.1000/1"))
    await put(database, replace(ARXIV, id="2601.00002", title="Part two", doi="10.1000/1"))
    assert set(await everything(database)) == {"2601.00001", "2601.00002"}


async def test_a_day_lists_a_work_by_the_key_that_is_stored(database: Database):
    await put(database, ARXIV)
    day = date(2026, 1, 5)
    async with database.write() as conn:
        await batches.record(conn, Batch(day, (Record(PREPRINT),)), "bioRxiv", now=NOON)
    async with database.read() as conn:
        listed = await batches.papers(conn, [day])
    assert [(each.paper.paper.id, each.source) for each in listed] == [(ARXIV.id, "bioRxiv")]


async def test_a_short_key_leads_back_to_the_paper(database: Database):
    await put(database, PREPRINT, replace(ARXIV, title="Something else of arXiv"))
    short = paper_key.short(PREPRINT.id)
    async with database.read() as conn:
        found = await papers.by_short(conn, [short, "~aaaaaaaaaaa", ARXIV.id])
    assert found == {short: PREPRINT.id}
