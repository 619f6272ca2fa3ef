"""What other programs really write: every record that names its paper is read, and no other."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.importing import read_ids

A, B, C = "1706.03762", "1810.04805", "2406.07496"
OTHER = "1409.0473"
"""A paper that records mention and are not."""

BIBTEX = {
    "a field given twice": (
        "@misc{a, doi={10.48550/arXiv.1706.03762}, note={1}, note={2}}\n"
        "@misc{b, eprint={1810.04805}, keywords={x}, keywords={y}}",
        [A, B],
    ),
    "a missing comma": (
        "@article{a,\n author={Vaswani, A}\n journal={arXiv preprint arXiv:1706.03762},\n"
        " year={2017}\n}\n@article{b, title={ok}, eprint={1810.04805}}",
        [A, B],
    ),
    "an unbalanced brace": (
        "@article{a,\n title = {A {broken title},\n eprint = {1706.03762},\n}\n"
        "@article{b,\n title = {Fine},\n eprint = {1810.04805},\n}",
        [A, B],
    ),
    "a backslash before a brace": (
        "@article{k, title = {C:\\\\}, eprint = {1706.03762}}\n@article{m, eprint = {1810.04805}}",
        [A, B],
    ),
    "no key": ("@Article{author = First Last,\nTITLE = {{T}},\neprint = {1706.03762}\n}", [A]),
    "values without quotes": (
        "@article{x,\n url=http://arxiv.org/abs/1706.03762v1,\n eprint=1706.03762\n}", [A],
    ),
    "an entry commented out": (
        "@misc{a, eprint={1706.03762}}\n% @misc{old, eprint={1810.04805}}\n", [A],
    ),
    "an abbreviation for the journal": (
        '@string{arxiv = "arXiv preprint arXiv:"}\n@misc{c, journal = arxiv # {1706.03762}}', [A],
    ),
    "INSPIRE": (
        "@article{M, journal={Adv. Math.}, doi={10.1023/A:1026654312961}, eprint={hep-th/9711200}}",
        ["hep-th/9711200"],
    ),
    "an archive beside its number": (
        "@misc{a, eprint={9711200}, archivePrefix={hep-th}}\n"
        "@misc{b, eprint={9609002}, archivePrefix={arXiv}, primaryClass={quant-ph}}",
        ["hep-th/9711200", "quant-ph/9609002"],
    ),
}  # fmt: skip
FIELDS = [
    r"howpublished={\url{https://arxiv.org/abs/1706.03762}}",
    r"note={Available at \href{http://arxiv.org/abs/1706.03762}{arXiv}}",
    "note={arXiv: 1706.03762}",
    "note={Best Oral Presentation. arXiv:1706.03762}",
    "annote={see arXiv:1706.03762}",
    "addendum={arXiv:1706.03762}",
    "journal={ArXiv e-prints}, volume={1706.03762}",
    "journal={CoRR}, volume={abs/1706.03762}",
    "pages={arXiv:1706.03762}",
    "type={arXiv:1706.03762}, institution={OpenAI}",
    "eid={arXiv:1706.03762}",
    "adsurl={http://adsabs.harvard.edu/abs/2017arXiv170603762V}",
    "pdf={https://arxiv.org/pdf/1706.03762.pdf}",
    "link={https://arxiv.org/abs/1706.03762}",
    "identifier={arXiv:1706.03762}",
    "file={:home/me/1706.03762.pdf:PDF}",
    "mypaper={https://arxiv.org/abs/1706.03762}",
]
MENTIONS = [
    "eprint={2003.12345}, eprinttype={hal}",
    "eprint={2003.12345}, archiveprefix={HAL}",
    "mendeley-tags={arXiv:1409.0473}",
    "doi={10.1038/s41586-020-2649-2}, note={Extends arXiv:1409.0473 to proteins}",
    "doi={10.1145/3292500.3330701}, note={See arXiv:1409.0473}",
    "note={See also arXiv:1409.0473}",
    "note={Builds upon https://arxiv.org/abs/1409.0473}",
    "abstract={Code: https://arxiv.org/abs/1409.0473}",
    "related={arXiv:1409.0473}",
    "doi={10.1111/j.1365-2966.2012.20123.x}, pages={2012--2024}",
    "journal={JCAP}, volume={1906}, pages={1906.00001}",
    "volume={1107}, pages={1107.2012}",
    "doi={10.1109/TPAMI.2016.10770}, number={1610.10770}",
]

TAGGED: dict[str, tuple[str, list[str]]] = {
    "one blank (OJS)": ("TY - JOUR\nUR - https://arxiv.org/abs/1706.03762\nER -\nTY - JOUR\n"
                        "DO - 10.48550/arXiv.1810.04805\nER -", [A, B]),
    "two blanks": ("TY  -  JOUR\nUR  -  https://arxiv.org/abs/1706.03762\nER  -  ", [A]),
    "the type last": ("DB  - arXiv\nDO  - 10.48550/arXiv.1706.03762\nTY  - JOUR\nER  - \n\n"
                      "TI  - BERT\nDO  - 10.48550/arXiv.1810.04805\nTY  - JOUR\nER  - ", [A, B]),
    "the type twice": ("TY  - BOOK\nTY  - JOUR\nUR  - arxiv.org/abs/1706.03762\nER  - ", [A]),
    "empty lines": ("Provider: E\n\nTY  - JOUR\nT1  - A\n\nUR  - arxiv.org/abs/1706.03762\nER  - ",
                    [A]),
    "ProQuest": ("TY  - GEN\nT1  - A\nJF  - arXiv.org\nUR  - https://www.proquest.com/docview/12\n"
                 "L2  - https://arxiv.org/abs/1706.03762v2\nDO  - 10.1234/example\nER  - ", [A]),
    "Mendeley": ("TY  - JOUR\nT1  - A\nN1  - <m:note>arXiv: 1706.03762</m:note>\nER  - \n"
                 "TY  - JOUR\nT1  - B\nM3  - arXiv:1810.04805\nER  - \n"
                 "TY  - GEN\nT1  - C\nC7  - arXiv:2406.07496\nER  - ", [A, B, C]),
    "numbers and other tags": ("TY  - UNPB\nT1  - A\nSN  - 1706.03762\nER  - \n"
                               "TY  - ELEC\nT1  - B\nLK  - arxiv.org/abs/1810.04805\nER  -\n"
                               "TY  - JOUR\nVL  - abs/2406.07496\nER  - ", [A, B, C]),
    "a mention": ("TY  - JOUR\nT1  - A\nDO  - 10.1038/nature14539\nSP  - 1906.00001\n"
                  "AB  - arXiv:1409.0473\nN1  - Related: arXiv:1409.0473\nER  - ", []),
    "EndNote's attached file": (
        "TY  - JOUR\nTI  - A\nL1  - internal-pdf://2837/1706.03762.pdf\nER  - ", [A]),
    "what a record cites": ("TY  - JOUR\nTI  - A\nDO  - 10.1038/x\nCR  - arXiv:1409.0473\nER  - ",
                            []),
    "no blank, or a dash": ("TY  -JOUR\nUR  -arxiv.org/abs/1706.03762\nER  -\n"
                            "TY  \u2013 JOUR\nUR  \u2013 arxiv.org/abs/1810.04805\nER  \u2013",
                            [A, B]),
    "the preprint of a publication": (
        "PMID- 1\nTI  - A\nAID - 10.1038/x [doi]\nCIN - arXiv:1409.0473\n"
        "UOF - ArXiv. 2017 Jun 12:arXiv:1706.03762v1. PMID: 3", [A]),
    "PubMed": ("PMID- 1\nTI  - Attention\n      and more.\nLID - arXiv:1706.03762v7\n"
               "SO  - ArXiv [Preprint]. 2017 Jun 12:arXiv:1706.03762v7.\n\n"
               "PMID- 2\nTI  - Folding\nLID - 10.1038/s41586 [doi]\nAB  - arXiv:1409.0473\n", [A]),
    "RefWorks": ("RT Journal Article\nA1 Vaswani, A\nT1 A\nJF arXiv preprint arXiv:1706.03762\n",
                 [A]),
    "EndNote": ("%0 Journal Article\n%T A\n%J arXiv preprint arXiv:1706.03762\n\n"
                "%0 Journal Article\n%T B\n%R 10.1038/1\n%X Extends arXiv:1409.0473\n", [A]),
    "Web of Science": ("FN Clarivate\nVR 1.0\nPT J\nTI A\nID X; 1409.0473\nAR arXiv:1706.03762\n"
                       "AB We extend arXiv:1409.0473\nER\n\nEF", [A]),
}  # fmt: skip

JSON: dict[str, tuple[Any, list[str]]] = {
    "Better BibTeX": (
        {"config": {"id": "36a3"}, "items": [
            {"itemType": "preprint", "title": "A", "DOI": "10.48550/arXiv.1706.03762"},
            {"itemType": "journalArticle", "title": "B", "extra": "arXiv: 1810.04805"}]},
        [A, B],
    ),
    "Zotero's API": ([{"key": "ABC", "data": {"title": "A", "archiveID": f"arXiv:{A}"}}], [A]),
    "Hugging Face": (
        [{"paper": {"id": A, "authors": [{"name": "A C"}], "title": "R"}, "title": "R"}], [A],
    ),
    "Semantic Scholar": (
        {"data": [{"citedPaper": {"externalIds": {"ArXiv": A}, "title": "A"}}]}, [A],
    ),
    "OpenAlex": (
        {"meta": {}, "results": [{"title": "A", "doi": "https://doi.org/10.1145/1",
          "locations": [{"landing_page_url": f"http://arxiv.org/abs/{A}"}]}]},
        [A],
    ),
    "INSPIRE": (
        {"hits": {"hits": [{"metadata": {"titles": [{"title": "N"}],
          "arxiv_eprints": [{"value": "hep-th/9711200"}],
          "references": [{"reference": {"arxiv_eprint": OTHER}}]}}]}},
        ["hep-th/9711200"],
    ),
    "ADS": (
        {"response": {"docs": [{"bibcode": "2016PhRvL.116f1102A", "title": ["GW"],
          "identifier": ["2016arXiv160203837A", "10.1103/PhysRevLett.116.061102"]}]}},
        ["1602.03837"],
    ),
    "DBLP": ({"result": {"hits": {"hit": [{"info": {"title": "A", "volume": f"abs/{A}"}}]}}}, [A]),
    "Crossref": (
        {"message": {"items": [{"DOI": "10.1/x", "title": ["A"],
          "reference": [{"unstructured": f"arXiv:{OTHER}"}]},
         {"DOI": "10.1/y", "title": ["B"],
          "relation": {"has-preprint": [{"id-type": "arxiv", "id": B}]}}]}},
        [B],
    ),
    "Zotero's notes and attachments": (
        [{"data": {"itemType": "preprint", "title": "A", "url": f"arxiv.org/abs/{A}"}},
         {"data": {"itemType": "attachment", "parentItem": "X", "title": f"{OTHER}.pdf"}},
         {"data": {"itemType": "note", "note": f"<p>see arXiv:{OTHER}</p>"}}],
        [A],
    ),
    "records by their keys": (
        {"a": {"title": "A", "URL": f"arxiv.org/abs/{A}"}, "b": {"title": "B", "number": B},
         "c": {"title": "C", "URL": f"arxiv.org/abs/{C}"}},
        [A, C],
    ),
    "messages of a chat": (
        {"messages": [{"id": "1", "content": f"read {A} and arXiv:{B}", "author": {"name": "x"}}]},
        [A, B],
    ),
    "OpenReview": (
        {"notes": [{"id": "x", "content": {"title": {"value": "A"},
                                           "abstract": {"value": f"arXiv:{OTHER}"}}}]},
        [],
    ),
    "ids as keys": ({A: {"title": "A"}, B: {"title": "B", "cites": OTHER}}, [A, B]),
    "a list of one's own": ({"papers": [{"arxiv_id": A}, {"arxiv_id": B, "title": "B"}]}, [A, B]),
    "links and objects": (
        {"title": "Mine", "papers": [f"arXiv:{A}", {"link": f"arxiv.org/abs/{B}"}]}, [A, B],
    ),
    "numbers": ([A, 1810.04805], [A, B]),
    "an abstract": ([{"title": "A", "abstract": f"We extend arXiv:{OTHER}"}], []),
}  # fmt: skip

TABLES = {
    "Zotero": ('"Key","Title","Publication Title","DOI","Url","Abstract Note","Extra"\n'
               '"A","A","","10.48550/arXiv.1706.03762","","","arXiv:1706.03762 [cs]"\n'
               '"B","B","Nature","10.1038/x1","","We extend arXiv:1409.0473 by ...",""\n', [A]),
    "Google Scholar": ("Authors,Title,Publication,Volume,Number,Pages,Year,Publisher\n"
                       '"V, A; ",A,arXiv preprint arXiv:1706.03762,,,,2017,\n'
                       '"K, D; ",Auto-encoding,"",,,,2013,"Banff, Canada"\n'
                       '"D, J; ",B,CoRR,abs/1810.04805,,,2018,\n', [A, B]),
    "Scopus": ('"Authors","Title","Source title","Art. No.","Page start","DOI","References"\n'
               '"H","A","arXiv","1706.03762","","10.48550/arXiv.1706.03762","arXiv:1409.0473"\n'
               '"D","B","Nature","","1906.00001","10.1038/x1","arXiv:1409.0473"\n', [A]),
    "Excel": ("sep=;\nTitle;Authors;Link\nA;V;https://arxiv.org/abs/1706.03762\nX;Y;\n", [A]),
    "Notion": ("Name,Link,Notes\nA,arxiv.org/abs/1706.03762,compare arXiv:1409.0473\n", [A]),
}  # fmt: skip


@pytest.mark.parametrize("name", BIBTEX)
def test_broken_and_unusual_bibtex_is_read(name: str) -> None:
    text, expected = BIBTEX[name]
    report = read_ids(text.encode(), "refs.bib")
    assert (report.ids, report.unreadable) == (expected, ())


@pytest.mark.parametrize("value", FIELDS)
def test_an_id_is_read_from_whatever_field_names_the_paper(value: str) -> None:
    assert read_ids(f"@misc{{k, title={{T}}, {value}}}".encode()).ids == [A]


@pytest.mark.parametrize("value", MENTIONS)
def test_a_mention_of_another_paper_and_numbers_like_ids_save_nothing(value: str) -> None:
    report = read_ids(f"@article{{k, title={{A survey}}, {value}}}".encode())
    assert report.ids == []
    (named,) = report.unreadable
    assert (named.text, named.title) == ("A survey", "A survey")


@pytest.mark.parametrize("key", [A, f"arXiv:{A}", "DBLP:journals/corr/abs-1706-03762"])
def test_the_key_of_an_entry_may_be_its_id(key: str) -> None:
    assert read_ids(f"@misc{{{key}, title={{T}}}}".encode()).ids == [A]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("In press, arXiv:1706.03762", [A]),
        ("[1706.03762] Attention Is All You Need", [A]),
        ("Comment on arXiv:1409.0473", []),
        ("Why 1409.0473 matters", []),
    ],
)
def test_a_title_names_its_paper_only_where_it_is_about_no_other(
    title: str, expected: list[str]
) -> None:
    assert read_ids(f"@misc{{k, title={{{title}}}}}".encode()).ids == expected


@pytest.mark.parametrize("name", TAGGED)
def test_tagged_files_of_every_program_are_read(name: str) -> None:
    text, expected = TAGGED[name]
    report = read_ids(text.encode(), "refs.txt")
    assert report.ids == expected
    assert len(report.unreadable) <= 1  # a record, never each of its lines


@pytest.mark.parametrize("name", JSON)
def test_json_of_every_shape_is_read(name: str) -> None:
    value, expected = JSON[name]
    assert read_ids(json.dumps(value, indent=1).encode(), "refs.json").ids == expected
    assert read_ids(json.dumps(value).encode()).ids == expected


def test_behind_an_error_in_json_every_id_but_those_of_abstracts_is_found() -> None:
    text = (f'[{{"title": "A", "url": "arxiv.org/abs/{A}"}},\n{{"title": "B", "url": "arXiv:{B}",'
            f' "abstract": "We extend arXiv:{OTHER}",}},\n{{"arxiv": "{C}"}}]')  # fmt: skip
    assert read_ids(text.encode(), "refs.json").ids == [A, B, C]


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_read_by_their_columns(name: str) -> None:
    text, expected = TABLES[name]
    assert read_ids(text.encode(), "refs.csv").ids == expected


def test_a_reading_list_that_ends_with_how_to_cite_it_is_read_whole() -> None:
    text = f"# Papers\n- [A](https://arxiv.org/abs/{A})\n\n```\n@misc{{me, eprint={{{B}}}}}\n```\n"
    assert read_ids(text.encode(), "README.md").ids == [A, B]


def test_a_record_without_an_id_is_reported_with_what_it_can_be_looked_up_by() -> None:
    text = "@article{k, title={{Deep} Learning}, author={LeCun, Yann and others}, doi={10.1000/A}}"
    (record,) = read_ids(text.encode()).unreadable
    assert (record.title, record.author) == ("Deep Learning", "LeCun, Yann and others")
    assert record.dois == ("10.1000/a",)


PROSE = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="0123456789{}\\"), max_size=30
)


@given(PROSE, PROSE, st.sampled_from(["abstract", "keywords", "references", "related"]))
@settings(deadline=None)
def test_whatever_surrounds_a_mention_no_other_paper_is_saved(
    before: str, after: str, name: str
) -> None:
    mention = f"{before} arXiv:{OTHER} {after}"
    entry = f"@article{{k, title={{A}}, eprint={{{A}}}, {name}={{{mention}}}}}"
    record = {"title": "A", "arxiv_id": A, name: mention}
    assert set(read_ids(entry.encode(), "a.bib").ids) <= {A}
    assert read_ids(json.dumps([record, {**record, "arxiv_id": ""}]).encode(), "a.json").ids == [A]
