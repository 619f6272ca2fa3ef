"""How papers are cited: authors as APA 7 names them, links, and entries that LaTeX takes."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from papers.export import CITED, ExportItem, Format, citations, export
from papers.importing import read_ids
from papers.model import Author, Paper
from tests.papers.test_export import PAPERS

TITLE = "Attention Is All You Need"


def paper(*names: str, title: str = TITLE, paper_id: str = "1706.03762") -> Paper:
    return Paper(paper_id, title, authors=tuple(map(Author, names)))


def apa(*names: str) -> str:
    (cited,) = citations([paper(*names)], Format.APA)
    return cited


def cited_authors(*names: str) -> str:
    return apa(*names).removesuffix(
        f" (2017). {TITLE} (arXiv:1706.03762). arXiv. https://doi.org/10.48550/arXiv.1706.03762"
    )


def people(count: int) -> list[str]:
    return [f"Ann B{number:02}" for number in range(1, count + 1)]


def test_a_reference_is_that_of_the_preprint() -> None:
    assert apa("Ashish Vaswani") == (
        "Vaswani, A. (2017). Attention Is All You Need (arXiv:1706.03762). arXiv."
        " https://doi.org/10.48550/arXiv.1706.03762"
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ashish Vaswani", "Vaswani, A."),
        ("Aidan N. Gomez", "Gomez, A. N."),
        ("A.N. Gomez", "Gomez, A. N."),
        ("Łukasz Kaiser", "Kaiser, Ł."),
        ("E\u0301mile Zola", "Zola, É."),
        ("Y\u0331ann LeCun", "LeCun, Y\u0331."),
        ("Jean-Luc Picard", "Picard, J.-L."),
        ("Y.-L. Boureau", "Boureau, Y.-L."),
        ("Xiao-ming Li", "Li, X."),
        ("Laurens van der Maaten", "van der Maaten, L."),
        ("Sara De la Cruz", "De la Cruz, S."),
        ("Martin Luther King Jr.", "King, M. L., Jr."),
        ("Wei (Will) Zhang", "Zhang, W."),
        ("bell hooks", "hooks, B."),
        ("Дмитрий Иванов", "Иванов, Д."),
        ("王小明", "王小明."),
        ("김 철수", "김 철수."),
        ("محمد علي", "محمد علي."),
        ("Gemini Team", "Gemini Team."),
        ("NVIDIA, Inc.", "NVIDIA, Inc."),
        ("Plato", "Plato."),
    ],
)
def test_names_are_inverted_with_initials_and_groups_stay_whole(name: str, written: str) -> None:
    assert cited_authors(name) == written


def test_two_authors_have_a_comma_and_an_ampersand_between_them() -> None:
    assert cited_authors("Ann Bee", "Gemini Team") == "Bee, A., & Gemini Team."


def test_twenty_authors_are_all_named() -> None:
    shown = ", ".join(f"B{number:02}, A." for number in range(1, 20))
    assert cited_authors(*people(20)) == f"{shown}, & B20, A."


def test_of_more_than_twenty_the_first_nineteen_and_the_last_are_named() -> None:
    shown = ", ".join(f"B{number:02}, A." for number in range(1, 20))
    assert cited_authors(*people(21)) == f"{shown}, . . . B21, A."
    assert cited_authors(*people(3_000)) == f"{shown}, . . . B3000, A."


def test_punctuation_among_the_authors_is_nobody() -> None:
    assert cited_authors("DeepSeek-AI", ":", "Daya Guo") == "DeepSeek-AI, & Guo, D."


def test_a_paper_without_authors_begins_with_its_title() -> None:
    assert apa().startswith(f"{TITLE} (arXiv:1706.03762). (2017). arXiv.")


def test_the_year_is_that_of_publication_or_of_the_id() -> None:
    old = Paper("hep-th/9901001", "T", authors=(Author("Ann Bee"),))
    dated = Paper("1706.03762", "T", published_at=datetime(2016, 12, 31, tzinfo=UTC))
    cited = citations([old, dated], Format.APA)
    assert cited[0].startswith("Bee, A. (1999). T")
    assert cited[0].endswith("https://doi.org/10.48550/arXiv.hep-th/9901001")
    assert "(2016)" in cited[1]


def test_formulas_are_readable_in_text_and_latex_in_bibtex() -> None:
    theory = paper("Ann Bee", title=r"$\alpha$-decay of R&D at 100%")
    text, entry = (citations([theory], style)[0] for style in (Format.APA, Format.BIBTEX))
    assert "\N{GREEK SMALL LETTER ALPHA}-decay of R&D at 100% (arXiv" in text
    assert r"title = {{$\alpha$}-decay of {R\&D} at 100\%}" in entry


def test_an_entry_has_the_key_of_the_export_and_no_abstract() -> None:
    known = Paper("1706.03762", TITLE, "We propose.", (Author("Ashish Vaswani"),))
    (entry,) = citations([known], Format.BIBTEX)
    assert entry.startswith("@misc{vaswani2017-1706.03762,\n")
    assert entry.endswith("}")
    assert "abstract" not in entry


def test_what_latex_needs_to_know_stands_once_before_the_first_entry() -> None:
    first, second = citations([paper("Ann Bee"), paper("王小明", paper_id="1706.1")], Format.BIBTEX)
    assert first.startswith("@preamble{")
    assert "王" in first
    assert second.startswith("@misc{")
    assert citations([], Format.BIBTEX) == []


def test_markdown_links_the_title_and_shows_everything_as_it_is() -> None:
    (cited,) = citations([paper("Ann *Bee*", "Bo _Li_", title="*A* [b](c)")], Format.MARKDOWN)
    html = MarkdownIt().render(cited)
    assert html.count("<a ") == 1
    assert '<a href="https://arxiv.org/abs/1706.03762"><em>*A* [b](c)</em></a>' in html
    assert "*Bee*, A., &amp; _Li_, B. (2017)." in html


@given(PAPERS)
@settings(deadline=None)
def test_a_citation_of_anything_is_one_line_that_names_its_paper(any_paper: Paper) -> None:
    for style in (Format.APA, Format.MARKDOWN):
        (cited,) = citations([any_paper], style)
        assert "\n" not in cited
        assert any_paper.id in cited
    html = MarkdownIt().render(citations([any_paper], Format.MARKDOWN)[0])
    assert re.findall(r'<a href="([^"]*)"', html) == [f"https://arxiv.org/abs/{any_paper.id}"]
    (entry,) = citations([any_paper], Format.BIBTEX)
    assert read_ids(entry.encode()).ids == [any_paper.id]


@given(PAPERS)
@settings(deadline=None)
def test_a_library_of_references_is_read_back(any_paper: Paper) -> None:
    report = read_ids(export([ExportItem(any_paper)], Format.APA), "library.txt")
    assert (report.ids, report.unreadable) == ([any_paper.id], ())


def test_names_and_titles_that_look_like_entries_are_read_back_as_one_paper() -> None:
    entry = "@misc{x, title = {See 2406.00001. arXiv. https://doi.org/10.48550/arXiv.2406.00002}}"
    library = [
        ExportItem(paper(title=entry)),
        ExportItem(paper(entry, paper_id="1706.03763")),
        ExportItem(paper(title="> quoted", paper_id="1706.03764")),
        ExportItem(paper(title="- [a](arXiv:2406.00003)", paper_id="1706.03765")),
    ]
    report = read_ids(export(library, Format.APA), "library.txt")
    assert (report.ids, report.unreadable) == ([item.paper.id for item in library], ())


def test_only_three_formats_are_citations() -> None:
    assert CITED == (Format.BIBTEX, Format.APA, Format.MARKDOWN)
    with pytest.raises(ValueError, match="csv"):
        citations([paper("Ann Bee")], Format.CSV)
