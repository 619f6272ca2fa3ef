import json
import re
import time
import unicodedata
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.markup import LONGEST, line, text
from papers.search import Analysis
from tests.shared import SHARED, needs_shared

SAMPLES = SHARED / "samples" / "beyond_arxiv"


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("P<0.001 and p &lt; .05", "P<0.001 and p < .05"),
        ("if x <y and z> w, the <mask> token", "if x <y and z> w, the <mask> token"),
        ("AT&T, R&D and a<b", "AT&T, R&D and a<b"),
        ("&amp;lt;p&amp;gt;Q&amp;amp;amp;A&amp;lt;/p&amp;gt;", "Q&A"),
        ("H&amp;aacute;tt&amp;eacute;r &amp;ndash; K&#252;rze", "Háttér \u2013 Kürze"),
        ("and</span><span>&amp;nbsp;more", "and more"),
        ("<ns3:p>One</ns3:p><jats:p/><p id='a'>Two<br/>Three</p>", "One\n\nTwo\n\nThree"),
        ("one\nline\n\n next  one", "one line\n\nnext one"),
        ("<![CDATA[a <b>bold</b> word]]><!-- no -->", "a bold word"),
        ("<foo bar='1'>kept</foo><script>alert(1)</script>", "kept</foo>"),
        ("an <a href=x>open <b>element", "an open element"),
        ("half a tag <i", "half a tag <i"),
        ("<<i>i>nested &#38;lt;b&#38;gt;twice", "nested twice"),
        (f"&{'amp;' * 20}lt;b> often", "often"),
        ("\ud800nul\x00", "nul"),
    ],
)
def test_markup_is_left_out_and_text_is_kept(markup: str, shown: str):
    assert text(markup) == shown


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        (
            "<jats:title>Abstract</jats:title><jats:sec><jats:title>Background</jats:title>"
            "\n <jats:p>We ask.</jats:p></jats:sec>"
            "<jats:sec><jats:title>Methods:</jats:title><jats:p>We look.</jats:p></jats:sec>",
            "Background: We ask.\n\nMethods: We look.",
        ),
        (
            "BackgroundDrug-resistant.MethodsAgain. ResultsA total of 5%. ConclusionWe did",
            "Background: Drug-resistant.\n\nMethods: Again.\n\nResults: A total of 5%.\n\n"
            "Conclusion: We did",
        ),
        (
            "BACKGROUNDAnalysis of it. RESULTSA total. MAIN RESULTSWe",
            "BACKGROUND: Analysis of it.\n\nRESULTS: A total.\n\nMAIN RESULTS: We",
        ),
        ("AbstractWe ask", "We ask"),
        ("<p>Results</p><p>We know</p>", "Results\n\nWe know"),
        ("Our MethodsHub. The results are Good", "Our MethodsHub. The results are Good"),
    ],
)
def test_headings_stand_apart_from_what_follows_them(markup: str, shown: str):
    assert text(markup) == shown


def test_a_title_that_begins_like_a_heading_is_one_name():
    assert line("<title>DesignBench: <i>fast</i></title>") == "DesignBench: fast"


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("H<sub>2</sub>O, 10<sup>-3</sup>", "H₂O, 10⁻³"),
        (
            "Ca<sup>2+</sup> x<sub>i</sub> Q<sub>in</sub> <b>PM<sub>2.5</sub></b>",
            "Ca²⁺ xᵢ Qin PM2.5",
        ),
        ("the 5<sup>th</sup> CD4<sup>high</sup> p53<sup>-/-</sup>", "the 5th CD4high p53-/-"),
        ("10<sup>6.5</sup>", "10^6.5"),
        ("A{beta}, {+/-} 2, [&ge;]3, 5{degrees}C", "Aβ, ± 2, ≥3, 5°C"),
        (r"\mathrm{beta} x_{mu} \text {pi}", r"\mathrm{beta} x_{mu} \text {pi}"),
        (
            "<mml:math><mml:msup>\n<mml:mi>x</mml:mi>\n<mml:mn>2</mml:mn></mml:msup>"
            "\n<mml:mo>&lt;</mml:mo>\n<mml:mn>1</mml:mn></mml:math>",
            "x²<1",
        ),
        (
            r"a <jats:alternatives><jats:tex-math>\begin{document}$$x$$\end{document}"
            "</jats:tex-math></jats:alternatives>b",
            "a $$x$$b",
        ),
        (
            r"in <tex-math>L^2</tex-math>, ROT-<tex-math>k</tex-math>",
            "in $L^2$, ROT-k",
        ),
        (
            "<alternatives><tex-math>$y$</tex-math><mml:math><mml:mi>y</mml:mi></mml:math>"
            "</alternatives>",
            "y",
        ),
    ],
)
def test_raised_and_lowered_signs_are_unicode_where_it_has_them(markup: str, shown: str):
    assert text(markup) == shown


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("of<i>Shigella sonnei</i>to. <em>E. coli</em>is", "of Shigella sonnei to. E. coli is"),
        ("agent.<jats:italic>S. sonnei</jats:italic>(two)", "agent. S. sonnei(two)"),
        ("<i>p</i>H, <i>N</i>-acetyl, (<i>Canis lupus</i>), <b>A</b>dap<b>L</b>eR",
         "pH, N-acetyl, (Canis lupus), AdapLeR"),
    ],
)  # fmt: skip
def test_names_in_italics_are_words_of_their_own(markup: str, shown: str):
    assert text(markup) == shown


@pytest.mark.parametrize(
    ("markup", "query"),
    [
        ("<i>Escherichia coli</i> in H<sub>2</sub>O", "escherichia coli"),
        ("<i>Escherichia coli</i> in H<sub>2</sub>O", "H2O"),
        ("IC<sub>50</sub> of A{beta}", "ic50"),
        ("with Ca<sup>2+</sup> ions", "ca2"),
        ("TGF-&#946; signals", "tgf-beta"),
    ],
)
def test_search_finds_the_words_as_people_type_them(markup: str, query: str):
    analysis = Analysis()
    found, asked = analysis.phrase(text(markup)), analysis.phrase(query)
    assert set(asked[1]) <= {*found[0], *found[1]}


WORDS = st.lists(st.from_regex(r"[a-zäß0-9<>&;.%]{1,9}", fullmatch=True), max_size=4).map(" ".join)
INLINE = st.sampled_from(["b", "jats:bold", "span class='x'", 'a href="y"', "xref", "u"])
BLOCK = st.sampled_from(["p", "jats:p", "ns4:sec", "div id=a", "li"])


def wrapped(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name.split()[0]}>"


def encoded(markup: str, times: int) -> str:
    for _ in range(times):
        markup = markup.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return markup


PLAIN = st.from_regex(r"[a-zäß0-9]{1,9}", fullmatch=True)
INNER = st.recursive(PLAIN, lambda inner: st.builds(wrapped, INLINE, inner), max_leaves=4)


@given(st.lists(st.tuples(BLOCK, st.lists(INNER, min_size=1, max_size=5)), min_size=1, max_size=4),
       st.integers(0, 3))  # fmt: skip
def test_no_markup_is_left_and_no_word_or_paragraph_is_lost(
    paragraphs: list[tuple[str, list[str]]], times: int
):
    markup = "".join(wrapped(block, " ".join(words)) for block, words in paragraphs)
    expected = [re.sub(r"<[^>]*>", "", " ".join(words)) for _, words in paragraphs]
    assert text(encoded(markup, times)).split("\n\n") == expected
    assert line(encoded(markup, times)) == " ".join(expected)


@given(st.lists(st.one_of(
    st.text(max_size=8), WORDS,
    st.sampled_from([
        "<i>", "</i>", "<sup>", "</sup>", "<title>", "</title>", "<p>", "\n\n", "&lt;", "&amp;",
        "Results", "We", ". ", "Abstract", "{", "beta", "}", "[", "]", "&ge;", "<!--", "-->",
        "<![CDATA[", "]]>", "<msup>", "</msup>", "<mi>", "</mi>", "<alternatives>", "<tex-math>",
    ]),
), max_size=12).map("".join))  # fmt: skip
def test_clean_text_stays_as_it_is(markup: str):
    for clean in (text, line):
        found = clean(markup)
        assert clean(found) == found


@pytest.mark.parametrize(
    "piece",
    ["<", '<a x="', "<i>", "<!--", "<i>ab", "\n ", "<a x=y ", "<sup>1", "</i>", "<msup><mi>a",
     "Results", "{", "&amp;", "&lt;", "<tex-math>", "<![CDATA["],
)  # fmt: skip
def test_hostile_markup_is_read_in_linear_time(piece: str):
    start = time.process_time()
    assert len(text(piece * (LONGEST // len(piece) + 9))) <= LONGEST * 2
    assert time.process_time() - start < 2


def test_what_is_too_long_for_an_abstract_is_cut():
    assert text("a" * (LONGEST + 9)) == line("a" * (LONGEST + 9)) == "a" * LONGEST


def answers() -> list[str]:
    """The titles and abstracts of every recorded answer of Crossref, bioRxiv and medRxiv."""
    found: list[str] = []
    for path in sorted(SAMPLES.glob("crossref/*.json")):
        message = json.loads(path.read_text())["message"]
        found += [*message["title"], message.get("abstract", "")]
    for path in sorted(SAMPLES.glob("biorxiv/findpapers*.json")):
        parsed = json.loads(path.read_text())
        answers = cast("list[Any]", parsed if isinstance(parsed, list) else [parsed])
        for answer in answers:
            rows: list[dict[str, str]] = answer.get("raw_response", answer)["collection"]
            found += [row[name] for row in rows for name in ("title", "abstract")]
    return found


@needs_shared
def test_recorded_titles_and_abstracts_hold_no_markup_and_all_of_their_words():
    found = answers()
    assert len(found) > 100
    for markup in found:
        clean = text(markup)
        assert not re.search(r"</?[a-zA-Z][^<>]*>|&#?\w+;|\{[a-z]+\}", clean)
        assert text(clean) == clean
        # Only "Abstract" as a heading goes; signs may be written otherwise.
        words = re.sub(
            r"&(?:amp;)*lt;.*?&(?:amp;)*gt;|&(?:amp;)*\w+;|</?[\w:]+[^<>]*>", " ", markup
        )
        kept = re.sub(r"\W", "", unicodedata.normalize("NFKD", clean)).casefold()
        for word in re.findall(r"[A-Za-z]{3,}", words.replace("{", " {")):
            if word.casefold() not in ("abstract", "beta", "middle", "dot"):
                assert word.casefold() in kept
