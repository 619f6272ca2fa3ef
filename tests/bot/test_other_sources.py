"""Papers that are not arXiv's, as people meet them: their keys fit no button, and work in each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
import simcord
from sqlalchemy import delete

from papers import paper_key
from papers.model import Metrics, Record
from papers.sources import SourceErrorKind
from storage.tables import papers
from tests.bot.search_fakes import DIFFUSION, LIBRARY, Finder, SearchEnv, known, searching, shown
from tests.bot.world import text_of

DOI = "10.64898/2026.01.05.700001"
KEY = f"doi:{DOI}"
PAPER = known(
    KEY,
    "A Map of Every Neuron in the Larval Fly",
    "We trace each neuron of a larval fly.",
    authors=("Ada Lovelace", "Grace Hopper"),
    day=date(2025, 6, 2),
    categories=("biorxiv/neuroscience",),
    source="bioRxiv",
    kind="preprint",
    version=2,
)
LONGEST = replace(PAPER.paper, id=f"doi:10.1000/{'x' * 230}", title="A paper with a long DOI")


def sent(result: simcord.InteractionResult) -> simcord.ResponseMessage:
    assert result.response is not None
    return result.response


async def library(here: SearchEnv) -> str:
    return shown(await here.grace.slash(here.channel, "library show"))


async def test_a_paper_of_another_source_is_found_opened_saved_and_read(tmp_path: Path) -> None:
    async with searching(tmp_path, [*LIBRARY, PAPER]) as here:
        found = await here.search("larval fly neurons")
        assert f"https://doi.org/{DOI}" in shown(found)
        await here.grace.click(sent(found), custom_id=f"v1:save:{paper_key.short(KEY)}")
        assert "A Map of Every Neuron" in await library(here)
        card = await here.grace.select(sent(found), [f"card:{paper_key.short(KEY)}"])
        text = shown(card)
        assert "Version 2" in text
        assert "bioRxiv · neuroscience" in text
        for address in ("arxiv.org", "huggingface.co", "alphaxiv.org"):
            assert address not in text


async def test_its_buttons_work_after_a_restart_and_in_a_restored_database(tmp_path: Path) -> None:
    async with searching(tmp_path, [*LIBRARY, PAPER]) as here:
        found = await here.search("larval fly neurons")
        await here.restart()
        await here.grace.click(sent(found), custom_id=f"v1:save:{paper_key.short(KEY)}")
        assert "A Map of Every Neuron" in await library(here)
        like = await here.grace.select(sent(found), [f"like:{paper_key.short(KEY)}"])
        assert f"https://doi.org/{DOI}" in shown(like)


async def test_a_button_of_a_paper_that_is_no_longer_known_says_so(tmp_path: Path) -> None:
    async with searching(tmp_path, [*LIBRARY, PAPER]) as here:
        found = await here.search("larval fly neurons")
        async with here.bot.services.database.write() as conn:
            await conn.execute(delete(papers).where(papers.c.id == KEY))
        pressed = await here.grace.click(sent(found), custom_id=f"v1:save:{paper_key.short(KEY)}")
        assert pressed.response is not None
        assert "no longer" in (text_of(pressed.response.message) or pressed.response.content)


@pytest.mark.parametrize(
    "typed",
    [
        DOI.upper(),
        f"https://www.biorxiv.org/content/{DOI}v2.full",
        f"have a look at https://doi.org/{DOI}.",
        KEY,
    ],
)
async def test_it_is_opened_by_its_doi_in_any_writing(tmp_path: Path, typed: str) -> None:
    async with searching(tmp_path, [*LIBRARY, PAPER]) as here:
        text = shown(await here.grace.slash(here.channel, "paper show", id_or_link=typed))
        assert "A Map of Every Neuron in the Larval Fly" in text


async def test_a_doi_longer_than_a_custom_id_is_saved_noted_and_removed(tmp_path: Path) -> None:
    async with searching(tmp_path, [*LIBRARY, Record(LONGEST, Metrics())]) as here:
        found = await here.search("a paper with a long doi")
        short = paper_key.short(LONGEST.id)
        await here.grace.click(sent(found), custom_id=f"v1:save:{short}")
        await here.grace.slash(here.channel, "library note", paper=short, note="worth reading")
        page = await here.grace.slash(here.channel, "library show")
        assert "worth reading" in shown(page)
        opened = await here.grace.click(sent(page), custom_id=f"v1:saved:{short}")
        form = await here.grace.click(sent(opened), custom_id=f"v1:note:{short}")
        await here.grace.submit_modal(form, {"note": "read it"})
        assert "read it" in await library(here)


async def test_it_is_exported_as_what_it_is(tmp_path: Path) -> None:
    async with searching(tmp_path, [*LIBRARY, PAPER]) as here:
        found = await here.search("larval fly neurons")
        form = await here.grace.context_menu(here.channel, "Cite", sent(found).message)
        cited = await here.grace.submit_modal(form, {"style": "apa"})
        assert f"bioRxiv. https://doi.org/{DOI}" in shown(cited)


ARTICLE_DOI = "10.1038/s41586-026-10461-3"
ARTICLE = known(
    f"doi:{ARTICLE_DOI}",
    "A Complete Wiring Diagram of a Brain",
    "All synapses of a brain.",
    venue="Nature",
    kind="article",
)


@dataclass
class Resolver(Finder):
    """Looks up DOIs, and lists nothing."""

    def listed_days(self) -> Sequence[date]:
        return ()


def with_resolver(*finds: Record) -> list[Finder]:
    return [Finder("Hugging Face"), Finder("arXiv"), Resolver("Crossref", finds=list(finds))]


async def test_a_doi_that_is_not_known_is_looked_up_and_arxiv_is_not_asked(tmp_path: Path) -> None:
    sources = with_resolver(ARTICLE)
    async with searching(tmp_path, sources=sources) as here:
        link = f"https://www.nature.com/articles/{ARTICLE_DOI.partition('/')[2]}"
        text = shown(await here.grace.slash(here.channel, "paper show", id_or_link=link))
        assert "A Complete Wiring Diagram of a Brain" in text
        assert "Nature" in text
        assert [each.asked for each in sources[:2]] == [[], []]


async def test_papers_of_a_message_are_saved_by_arxiv_id_and_by_doi(tmp_path: Path) -> None:
    async with searching(tmp_path, sources=with_resolver(ARTICLE)) as here:
        message = await here.ada.send(here.channel, f"arXiv:1706.03762 and doi:{ARTICLE_DOI}.")
        await here.grace.context_menu(here.channel, "Save papers", message)
        text = await library(here)
        assert "Attention Is All You Need" in text
        assert "A Complete Wiring Diagram of a Brain" in text


async def test_a_message_with_only_a_link_that_nothing_resolves_is_answered_with_what_does(
    tmp_path: Path,
) -> None:
    async with searching(tmp_path) as here:
        link = "https://pubmed.ncbi.nlm.nih.gov/41792208/"
        message = await here.ada.send(here.channel, link)
        result = await here.grace.context_menu(here.channel, "Save papers", message)
        assert "I don't know PMID 41792208" in sent(result).content


async def test_a_doi_of_a_paper_that_arxiv_has_leads_to_that_one(tmp_path: Path) -> None:
    same = replace(DIFFUSION.paper, id=f"doi:{ARTICLE_DOI}", venue="NeurIPS", categories=())
    async with searching(tmp_path, sources=with_resolver(Record(same))) as here:
        text = shown(await here.grace.slash(here.channel, "paper show", id_or_link=ARTICLE_DOI))
        assert "https://arxiv.org/abs/2006.11239" in text
        assert "NeurIPS" in text


async def test_a_doi_that_no_source_knows_is_said_to_be_unknown(tmp_path: Path) -> None:
    async with searching(tmp_path, sources=with_resolver()) as here:
        result = await here.grace.slash(here.channel, "paper show", id_or_link=ARTICLE_DOI)
        assert f"Paper doi:{ARTICLE_DOI} wasn't found" in sent(result).content


async def test_a_doi_whose_agency_does_not_answer_is_not_said_to_be_unknown(tmp_path: Path) -> None:
    sources = [
        Resolver("bioRxiv"),
        Resolver("doi.org", failing=SourceErrorKind.UNAVAILABLE),
    ]
    async with searching(tmp_path, sources=sources) as here:
        message = await here.ada.send(here.channel, f"doi:{ARTICLE_DOI}")
        result = await here.grace.context_menu(here.channel, "Save papers", message)
        said = shown(result) if result.response else text_of(result.followups[-1].message)
        assert f"Couldn't look up `doi:{ARTICLE_DOI}` right now" in said
        assert "Not found" not in said


async def test_a_bibliography_of_journal_articles_is_imported_by_doi(tmp_path: Path) -> None:
    bibtex = f"@article{{a, title={{A Complete Wiring Diagram}}, doi={{{ARTICLE_DOI}}}}}"
    async with searching(tmp_path, sources=with_resolver(ARTICLE)) as here:
        await here.grace.slash(here.channel, "library import", file=("refs.bib", bibtex.encode()))
        assert "A Complete Wiring Diagram of a Brain" in await library(here)
