# ruff: noqa: RUF001 - look-alike characters are among what titles hold
"""The BibTeX of any title and any author, as LaTeX, pandoc and others take it."""

import gzip
import json
import random
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pypandoc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.export import ExportItem, Format, export
from papers.formats import tex
from papers.formats.formulas import FormulaError, checked
from papers.model import Author, Paper
from papers.sources.sample import SampleSource
from papers.text import readable
from tests.papers.test_export import bibtex, field, saved, titled
from tests.shared import SHARED

NASTY = [
    ("中文标题 😀 и русский", "张三"),
    ("Ogoneks ą ę, đ, þ and «quotes» „too“", "Đorđe Ąęński"),
    ("x̄ ℝ ≲ \u200b \u00ad ∅ ⅓ € ✓ Ħ ǰ ễ ½ ™", "Иван Петров"),
    (r"$x_{a}_b$ $\frac{1}$ $\left( x$ $\foo$ $\mathbb R$ $x'^2$ $x^$", r"Jos\'e {\L}"),
    (r"\begin{x} \end } { ${$ $\sqrt[3]{x}$ $\left\{x\right\}$ $a^\frac12$", "A & B, Inc."),
    ("%$#&~_^\\{}| and @misc{x, \\\\", "@x{y_z} %"),
    (r"\LaTeX and \emph{Ab \& initio} of {\L}{\'o}d\'z for $5 and $10", "and And"),
    ("", ""),
]
TEX = re.compile(r"[\\$]")


def recorded() -> list[ExportItem]:
    """All recorded titles that hold TeX and 2,000 others, with their authors."""
    lines = [
        json.loads(line)
        for name in ("hf_daily", "arxiv")
        for line in gzip.decompress(
            (SHARED / "data" / f"{name}.jsonl.gz").read_bytes()
        ).splitlines()
    ]
    chance = random.Random(5)  # noqa: S311 - the same sample each time
    some = [row for row in lines if TEX.search(row["title"])] + chance.sample(lines, 2_000)
    papers = {row["id"]: row for row in some}
    return [
        saved(Paper(paper_id, row["title"], authors=tuple(map(Author, _names(row["authors"])))))
        for paper_id, row in papers.items()
    ]


def _names(authors: Any) -> list[str]:
    return authors.split(", ") if isinstance(authors, str) else list(authors)[:12]


@pytest.mark.parametrize(
    ("title", "written"),
    [
        (r"SD$^2$: Self-Distilled Drafters", "{SD}{$^{2}$}: Self-Distilled Drafters"),
        (r"Learning in $\mathcal{O}(n)$", r"Learning in {$\mathcal{O}(n)$}"),
        (r"$\pi_0$ and MoS$_2$", r"{$\pi_{0}$} and {MoS}{$_{2}$}"),
        (r"G\"odel Agent", r"G{\"{o}}del Agent"),
        (
            "Fréchet – a “study”",
            r"Fr{\'{e}}chet {--} a {\textquotedblleft}study{\textquotedblright}",
        ),
        ("GS^3 and C^2DLM of x^y", r"{GS³} and {C²DLM} of x\textasciicircum{}y"),
        (r"\emph{Ab initio} folding", r"{{\emph{Ab initio}}} folding"),
        ("From $5 to $10 & more", r"From \$5 to \$10 \& more"),
        (r"Broken $x^2^3$", r"Broken x²³"),
        (r"Unknown $\mymacro{x}$", "Unknown x"),
    ],
)
def test_latex_of_the_source_is_kept_where_every_latex_compiles_it(
    title: str, written: str
) -> None:
    assert field("title", bibtex(titled(title))) == f"{{{written}}}"


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("x^2_i", "x^{2}_{i}"),
        (r"a^\frac12", r"a^{\frac{1}{2}}"),
        (r"\mathbb R^d", r"\mathbb{R}^{d}"),
        (r"\left\{x\right\}", r"\left\{x\right\}"),
        (r"\sqrt[3]{x}", r"\sqrt[{3}]{x}"),
        (r"f''_n", "f''_{n}"),
    ],
)
def test_scripts_and_arguments_of_formulas_stand_in_braces(formula: str, written: str) -> None:
    assert checked(formula) == written


@pytest.mark.parametrize(
    "formula",
    ["", "x^", "x^2^3", "x_", "{x", "x}", r"\frac{1}", r"\left(x", r"x\right)", r"\foo", "x'^2",
     "x^2'", "a&b", "50%", "#1", r"\mathcal", r"\text{a_b}", r"\limits", r"\v{s}", "é", "a@b"],
)  # fmt: skip
def test_formulas_that_do_not_compile_everywhere_are_not_kept(formula: str) -> None:
    with pytest.raises(FormulaError):
        checked(formula)


@given(st.text())
def test_any_text_comes_back_from_its_latex(text: str) -> None:
    assert tex.decoded(tex.encoded(text)) == text


def test_letters_that_latex_knows_are_written_with_its_macros_alone() -> None:
    letters = "ÄÉÌÔÕÖÅÆÇÑØŒßŁłőŞşčžąęİı“”‘’–—…→×π₀∞≤"
    assert tex.encoded(letters).isascii()
    assert tex.preamble([tex.encoded(letters)]).count("providecommand") == 1  # ogoneks in OT1


def test_what_a_font_lacks_has_a_substitute_and_common_titles_need_none() -> None:
    assert tex.preamble(["中"]).endswith("{[U+4E2D]}")
    assert tex.preamble(["đ"]).startswith(r"\expandafter\providecommand\csname ?\string\dj")
    assert tex.preamble([r"{$\mathbb{R}$}"]) == r"\providecommand{\mathbb}[1]{\mathbf{#1}}"
    assert "@preamble" not in bibtex(titled(r"G\"odel in $\mathcal{O}(n)$", "Łukasz Kaiser"))


needs_latex = pytest.mark.skipif(
    not (shutil.which("pdflatex") and shutil.which("bibtex")), reason="needs pdflatex and bibtex"
)


@needs_latex
@pytest.mark.parametrize("style", ["plain", "abbrv", "alpha"])
def test_the_bibliography_of_every_title_compiles_with_bare_latex(
    tmp_path: Path, style: str
) -> None:
    items = [
        titled(title, name, paper_id=f"2401.{number:05}")
        for number, (title, name) in enumerate(NASTY, start=1)
    ]
    items = [ExportItem(item.paper, note=item.paper.title) for item in items]
    if SHARED.is_dir():
        items += recorded()
    compile_bibliography(tmp_path, items, style)


def compile_bibliography(folder: Path, items: Sequence[ExportItem], style: str) -> None:
    (folder / "library.bib").write_bytes(export(items, Format.BIBTEX))
    (folder / "paper.tex").write_text(
        r"\documentclass{article}\begin{document}\nocite{*}"
        rf"\bibliographystyle{{{style}}}\bibliography{{library}}\end{{document}}"
    )
    latex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    for command in (latex, ["bibtex", "paper"], latex):
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=100, check=False)
        assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]


async def test_pandoc_reads_the_sample_back_with_nothing_lost() -> None:
    sample = SampleSource()
    records = [record for day in sample.days for record in (await sample.daily(day)).records]
    papers = list({record.paper.id: record.paper for record in records}.values())
    papers.append(Paper("2401.00001", "Gödel – “quoted” ½ đ 中", authors=(Author("Đorđe Ąęński"),)))
    for form in (Format.BIBTEX, Format.RIS):
        text = export([saved(paper) for paper in papers], form).decode()
        read = cast(Any, pypandoc).convert_text(text, "csljson", format=form.value)
        back = json.loads(unicodedata.normalize("NFC", read))
        assert len(back) == len(papers)
        for paper, item in zip(papers, back, strict=True):
            assert _shown(item["title"]) == _shown(readable(paper.title))
            assert [_name(person) for person in item["author"]] == [a.name for a in paper.authors]
    text = export([saved(paper) for paper in papers], Format.CSL_JSON).decode()
    items = json.loads(cast(Any, pypandoc).convert_text(text, "csljson", format="csljson"))
    shown = [_shown(readable(paper.title)) for paper in papers]
    assert [_shown(item["title"]) for item in items] == shown


def _name(person: dict[str, str]) -> str:
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "literal", "suffix")
    return " ".join(person[part] for part in parts if part in person)


def _shown(title: str) -> str:
    """Return a title without what pandoc changes: it sets quotes, and its sentences' case."""
    quotes = str.maketrans("‘’“”", "''\"\"")
    return title.casefold().translate(quotes)
