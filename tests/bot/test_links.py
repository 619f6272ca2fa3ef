"""Links to papers of any site, pasted where people name papers: shown, saved, nominated."""

from dataclasses import replace
from pathlib import Path

from tests.bot.clubs import club
from tests.bot.library_fakes import said
from tests.bot.search_fakes import LIBRARY, known, searching, shown
from tests.bot.test_other_sources import PAPER, Resolver, sent
from tests.bot.world import World

SAME_WORK = {
    "openreview:Abcd123456": "https://openreview.net/forum?id=Abcd123456&noteId=Reply12345",
    "pmlr:v284/allen25a": "https://proceedings.mlr.press/v284/allen25a.html",
    "cvf:CVPR2019/Doe_Pixels_CVPR_2019_paper": (
        "https://openaccess.thecvf.com/content_CVPR_2019/papers/Doe_Pixels_CVPR_2019_paper.pdf"
    ),
    "neurips:2017/3f5ee243547dee91fbd053c1c4a845aa": (
        "https://papers.nips.cc/paper/2017/file/3f5ee243547dee91fbd053c1c4a845aa-Paper.pdf"
    ),
    "hal:hal-04637647": "https://inria.hal.science/hal-04637647v2/document",
    "pmid:41792208": "https://europepmc.org/article/MED/41792208",
    "acl:p19-1423": "https://aclanthology.org/P19-1423.pdf",
}
"""Keys of a work that a source stated, and a link of each kind."""

OF_PUBLISHERS = {
    "https://osf.io/preprints/psyarxiv/2s7pw_v2": "10.31234/osf.io/2s7pw",
    "https://www.nature.com/articles/s41586-026-10461-3.pdf": "10.1038/s41586-026-10461-3",
    "https://elifesciences.org/articles/12345": "10.7554/elife.12345",
    "https://peerj.com/articles/cs-123/": "10.7717/peerj-cs.123",
    "https://peerj.com/articles/1234": "10.7717/peerj.1234",
    "https://www.thelancet.com/journals/lancet/article/PIIS0140-6736(20)30183-5/fulltext": (
        "10.1016/s0140-6736(20)30183-5"
    ),
    "https://zenodo.org/records/123456": "10.5281/zenodo.123456",
    "https://www.researchsquare.com/article/rs-123456/v1": "10.21203/rs.3.rs-123456",
    "https://www.preprints.org/manuscript/202601.0001/v3": "10.20944/preprints202601.0001",
    "https://pubs.rsc.org/en/content/articlelanding/2020/sc/d0sc01234a": "10.1039/d0sc01234a",
    "https://www.frontiersin.org/articles/10.3389/fnins.2024.12345/full": (
        "10.3389/fnins.2024.12345"
    ),
    "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0012345&type=printable": (
        "10.1371/journal.pone.0012345"
    ),
    "https://academic.oup.com/bib/article/doi/10.1093/bib/btaa123/5734567": "10.1093/bib/btaa123",
    "https://iopscience.iop.org/article/10.1088/1361-6463/ab1234/meta": "10.1088/1361-6463/ab1234",
    "https://link.springer.com/content/pdf/10.1007/s11263-015-0816-y.pdf": (
        "10.1007/s11263-015-0816-y"
    ),
    "https://onlinelibrary.wiley.com/doi/full/10.1002/anie.202012345": "10.1002/anie.202012345",
    "https://www.science.org/doi/abs/10.1126/science.abc1234": "10.1126/science.abc1234",
    "https://www.semanticscholar.org/paper/DOI:10.1145/3292500.3330701": "10.1145/3292500.3330701",
}
"""Addresses of publishers, and the DOI that each is of."""

UNKNOWN = {
    "https://openreview.net/forum?id=Wxyz987654": "OpenReview Wxyz987654",
    "https://proceedings.mlr.press/v1/doe07a.html": "PMLR v1/doe07a",
    "https://openaccess.thecvf.com/content/CVPR2026/html/Doe_CVPR_2026_paper.html": (
        "CVF CVPR2026/Doe_CVPR_2026_paper"
    ),
    "https://pubmed.ncbi.nlm.nih.gov/41792209/": "PMID 41792209",
    "https://pmc.ncbi.nlm.nih.gov/articles/PMC1234567/": "PMC1234567",
    "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1234567/pdf/x.pdf": "PMC1234567",
    "https://europepmc.org/article/PPR/PPR123456": "Europe PMC PPR123456",
    "https://theses.hal.science/tel-01234567v1": "HAL tel-01234567",
    "https://osf.io/2s7pw/": "OSF 2s7pw",
    "https://osf.io/preprints/lawarxiv/2s7pw": "OSF 2s7pw",
    "https://www.semanticscholar.org/paper/A-Title/204e3073870fae3d05bcbc2f6a8e263d9b72e776": (
        "Semantic Scholar 204e3073"
    ),
    "https://api.semanticscholar.org/CorpusID:13756489": "Semantic Scholar 13756489",
    "https://ieeexplore.ieee.org/abstract/document/7780459/": "IEEE 7780459",
    "https://www.sciencedirect.com/science/article/pii/S0893608021000733": (
        "ScienceDirect S0893608021000733"
    ),
    "https://www.cell.com/cell/fulltext/S0092-8674(20)30229-4": "Cell S0092-8674(20)30229-4",
    "https://chemrxiv.org/engage/chemrxiv/article-details/60c74b4abdbb892f1fa38dbd": (
        "ChemRxiv 60c74b4a"
    ),
    "https://www.mdpi.com/1424-8220/20/1/123": "MDPI 1424-8220/20/1/123",
    "https://jmlr.org/papers/v21/20-074.html": "JMLR v21/20-074",
    "https://ojs.aaai.org/index.php/AAAI/article/view/29123": "AAAI/article/view/29123",
    "https://dblp.org/rec/conf/nips/VaswaniSPUJGKP17.html": "DBLP conf/nips/VaswaniSPUJGKP17",
    "https://academic.oup.com/bib/article/36/11/3372/5802467": "Oxford Academic",
}
"""Links that nothing here resolves, and what they are called."""
INSTEAD = "Use the paper's DOI or arXiv link, or look for its title with"


async def test_a_link_of_any_site_to_a_known_work_leads_to_it(tmp_path: Path) -> None:
    work = replace(PAPER, aliases=tuple(SAME_WORK))
    async with searching(tmp_path, [*LIBRARY, work]) as here:
        for link in SAME_WORK.values():
            text = shown(await here.grace.slash(here.channel, "paper show", id_or_link=link))
            assert "A Map of Every Neuron in the Larval Fly" in text, link
        message = await here.ada.send(here.channel, "\n".join(SAME_WORK.values()))
        saved = await here.grace.context_menu(here.channel, "Save papers", message)
        assert "1 paper saved" in said(saved)


async def test_a_publishers_page_is_looked_up_by_its_doi(tmp_path: Path) -> None:
    works = [known(f"doi:{doi}", f"The work {doi}") for doi in OF_PUBLISHERS.values()]
    async with searching(tmp_path, sources=[Resolver("Crossref", finds=works)]) as here:
        for link, doi in OF_PUBLISHERS.items():
            text = shown(await here.grace.slash(here.channel, "paper show", id_or_link=link))
            assert f"The work {doi}" in text, link
            here.bot.cooldowns.forget()


async def test_a_publishers_page_of_a_paper_that_arxiv_has_leads_to_that_one(
    tmp_path: Path,
) -> None:
    link, doi = next(iter(OF_PUBLISHERS.items()))
    preprint = known("2506.00001", "A Study of Memory", doi=doi)
    async with searching(tmp_path, [preprint]) as here:
        text = shown(await here.grace.slash(here.channel, "paper show", id_or_link=link))
        assert "A Study of Memory" in text


async def test_a_link_that_nothing_resolves_is_answered_with_what_to_give_instead(
    tmp_path: Path,
) -> None:
    async with searching(tmp_path) as here:
        for link, label in UNKNOWN.items():
            message = await here.ada.send(here.channel, f"What about {link} today?")
            for result in (
                await here.grace.slash(here.channel, "paper show", id_or_link=link),
                await here.grace.slash(here.channel, "paper search", query=link),
                await here.grace.context_menu(here.channel, "Save papers", message),
            ):
                assert f"I don't know {label}" in sent(result).content.replace("\\", ""), link
                assert INSTEAD in sent(result).content
            here.bot.cooldowns.forget()


async def nominated(here: World, text: str) -> str:
    message = await here.member.send(here.channel, text)
    return said(await here.member.context_menu(here.channel, "Nominate", message))


async def test_a_nomination_by_such_a_link_is_answered_alike(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        for link, label in UNKNOWN.items():
            assert f"I don't know {label}" in (await nominated(here, link)).replace("\\", ""), link
            here.bot.cooldowns.forget()


async def test_words_with_such_a_link_are_searched_for(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        link = next(iter(UNKNOWN))
        result = await here.grace.slash(here.channel, "paper search", query=f"attention {link}")
        assert "Attention Is All You Need" in shown(result)
