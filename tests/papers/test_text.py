# ruff: noqa: RUF001 - look-alike characters are the point
import gzip
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers import latex
from papers.text import ELLIPSIS, cut, first_sentences, readable
from tests.shared import SHARED, needs_shared


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"in $\mathcal{O}(n)$ time", "in O(n) time"),
        (r"$O(n\log n)$", "O(n log n)"),
        (r"Ta$_2$NiSe$_5$", "Ta₂NiSe₅"),
        (r"$10^{-5}$ and $360^\circ$", "10⁻⁵ and 360°"),
        (r"$x_{i,j}$, $T_c$, $x^{\text{Eco}}$", "x_(i,j), T_c, x^Eco"),
        (r"$\mathbf{S^2LM}$: Towards", "S²LM: Towards"),
        (r"LLM$\times$MapReduce-V2", "LLM×MapReduce-V2"),
        (r"$\mathbb{R}^n$", "ℝⁿ"),
        (r"\(x^2\) and \[ y \] and $$z$$", "x² and y and z"),
        (r"$\frac{a+1}{b}$ of $\tfrac{3}{2}$", "(a+1)/b of 3/2"),
        (r"\textbf{bold} \emph{and} {\it italic} \texttt{code}", "bold and italic code"),
        (
            r"Fr\'echet, Schr\"odinger, Erd\H{o}s, Sk\l odowska",
            "Fréchet, Schrödinger, Erdős, Skłodowska",
        ),
        (r"as known~\cite{a,b}, and (\citep{c}; \cite[p. 3]{d}).", "as known, and."),
        (
            r"\href{https://a.example/b_c}{our page}, \url{https://a.example}",
            "our page, https://a.example",
        ),
        (r"Prefill \& Decode at 5\%", "Prefill & Decode at 5%"),
        (r"\textcolor{red}{red} \unknown{kept} and \OurMethod is", "red kept and OurMethod is"),
        (r"``quoted'' \eg this", "“quoted” e.g. this"),
        (r"from $>$80% to sF1$=$72.0", "from >80% to sF1=72.0"),
        ("two\n  lines", "two lines"),
    ],
)
def test_latex_is_shown_as_people_read_it(latex: str, shown: str):
    assert readable(latex) == shown


@pytest.mark.parametrize(
    "prose",
    [
        "Can Frontier LLMs Earn $1 Million?",
        "Training a Video Model in $200k",
        "between $5 and $10, or $5-$10",
        "1$ to 5$ each, 50% of $200k",
        "Q&A, R&D, C# and 100% of snake_case, x^2 {braces}",
        "about ~5 times",
        "it's `code` -- with --flags",
    ],
)
def test_money_and_signs_of_plain_prose_stay(prose: str):
    assert readable(prose) == prose


@pytest.mark.parametrize(
    ("prose", "shown"),
    [
        (r"\$5 for \textbf{one} and $10 for two", "$5 for one and $10 for two"),
        (r"5% of \emph{all} Q&A (#1) ~2x", "5% of all Q&A (#1) ~2x"),
    ],
)
def test_money_and_signs_stay_beside_latex_too(prose: str, shown: str):
    assert readable(prose) == shown


@pytest.mark.parametrize(
    "broken",
    [
        "\\",
        "$",
        "$$",
        "{",
        "}",
        r"\frac{a",
        r"\begin{x} a",
        r"$\left( x",
        "\\'",
        r"\end{x}",
        r"\unicode{xZZ}",
    ],
)
def test_broken_latex_never_raises(broken: str):
    assert isinstance(readable(broken), str)
    assert "word" in readable(f"word {broken}")


@given(st.text(alphabet="ab1 \\{}$^_~%&[]()'`\"\n\x00é", max_size=60))
def test_no_text_raises_or_keeps_loose_white_space(text: str):
    shown = readable(text)
    assert shown == " ".join(shown.split())


@given(st.text(alphabet=st.characters(exclude_characters="\\$`^")))
def test_text_without_latex_is_only_folded(text: str):
    assert readable(text) == " ".join(text.split())


def test_deep_nesting_and_long_text_are_survived():
    assert readable("$" + "{" * 5_000 + "x")
    assert readable("\\textbf{a} " * 5_000)


@needs_shared
def test_recorded_titles_lose_their_latex():
    left: list[str] = []
    titles = 0
    with gzip.open(SHARED / "data" / "arxiv.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            title = json.loads(line)["title"]
            titles += "$" in title or "\\" in title
            if re.search(r"\\|\$", shown := readable(title)):
                left.append(shown)
    assert titles > 300
    assert left == []


@given(st.text(), st.integers(0, 80))
def test_a_cut_text_fits_and_says_that_it_is_cut(text: str, limit: int):
    shown = cut(text, limit)
    assert len(shown) <= limit
    if len(text) <= limit:
        assert shown == text
    elif limit:
        assert shown.endswith(ELLIPSIS)
        assert text.startswith(shown.removesuffix(ELLIPSIS))


def test_a_cut_falls_between_words():
    assert cut("reading papers every morning", 20) == "reading papers…"
    assert cut("reading, papers every morning", 10) == "reading…"
    assert cut("Donaudampfschifffahrt", 10) == "Donaudamp…"


def test_a_cut_keeps_accents_and_emoji_whole():
    assert cut("aaae\u0301bbb", 5) == "aaa…"
    assert cut("aa👍🏽bbb", 4) == "aa…"


def test_first_sentences_are_whole():
    text = "We add 3.5 points, e.g. on images. It works (cf. Fig. 2 of Smith et al. 2020). The end."
    assert first_sentences(text, 40) == "We add 3.5 points, e.g. on images."
    assert first_sentences(text, 80) == text[: text.index(" The end")]
    assert first_sentences(text, 500) == text
    assert first_sentences("我们提出方法。它很好。结束。", 8) == "我们提出方法。"


def test_a_first_sentence_that_is_too_long_is_cut():
    assert first_sentences("One sentence that goes on and on. Two.", 20) == "One sentence that…"


@given(st.text(), st.integers(0, 100))
def test_first_sentences_fit(text: str, limit: int):
    assert len(first_sentences(text, limit)) <= limit


PARTS = st.sampled_from(
    [
        *("n", " ", "50", r"\%", r"\$", r"\&", "{}", r"\alpha{}", r"\times{}", r"\to{}", ", "),
        *(r"\textsuperscript 2", r"\textsubscript k", r"\unknown{}", "Na", "(", ")", "-", "."),
    ]
)


@given(st.lists(PARTS, max_size=8).map("".join))
def test_signs_and_symbols_read_part_by_part_are_what_the_parser_reads(text: str) -> None:
    converter = latex._converter()  # pyright: ignore[reportPrivateUsage]
    assert converter.latex_to_text(text) == converter._convert(text)
