"""However people write a word, it is the same word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers import chunks, latex
from papers.model import Author, Paper
from papers.spelling import located, names, spans, spelled
from papers.terms import Stemmer, analyse
from papers.topics import parse


def found_by(title: str, typed: str) -> bool:
    """Tell whether a phrase is found in a title."""
    stemmer = Stemmer()
    return stemmer.read(title).holds(stemmer.terms(typed))


@pytest.mark.parametrize(
    "ways",
    [
        ("SD$^2$: Self-Distilled", "SD²", "SD2", "SD^2", "sd$^{2}$"),
        ("Thin MoS$_2$", "MoS₂", "MoS2", "MoS_2", "mos_{2}"),
        ("A policy $\\pi_0$", "π₀", "pi0", "pi_0", "pi 0"),
        ("C^2DLM", "C²DLM", "C2DLM"),
        ("$\\beta$-VAE", "β-VAE", "beta-VAE", "beta VAE"),
        ("Fr\\'echet distance", "Fréchet", "Frechet"),
        ("Agents and LLMs", "LLM", "LLMs", "llm", "llms", "LLM’s"),  # noqa: RUF001
        ("An LLM", "LLMs", "llms"),
        ("VLAs on GPUs", "VLA", "GPU", "gpus", "vlas"),
        ("GNNs", "GNN", "gnns"),
        ("MLLMs", "MLLM"),
        ("Fine-Tuning", "finetuning", "fine tuning", "fine-tuned", "tuning"),
        ("Finetuning", "fine-tuning", "fine tuning"),
        ("Fine tuning", "finetuning", "fine-tune"),
        ("Pre-Training", "pretraining", "pre training"),
        ("Multimodal", "multi-modal", "multi modal"),
        ("Multi-Modal", "multimodal", "modal"),
        ("GPT-4", "GPT4", "GPT 4", "gpt"),
        ("GPT4", "GPT-4", "GPT 4", "gpt"),
        ("Qwen2.5-VL", "Qwen 2.5", "qwen2.5", "Qwen-2.5 VL", "qwen"),
        ("Text-to-Image", "text to image", "text2image"),
        ("Sim2Real", "sim-to-real", "sim2real"),
        ("Data sets", "dataset", "data-set"),
        ("Point clouds", "pointcloud", "point cloud", "clouds"),
        ("Modelling behaviour", "modeling", "behavior", "behaviour"),
        ("Optimization", "optimisation"),
        ("Labeled colour centres", "labelled", "color", "center"),
        ("Moore’s law", "Moore's law", "moore law"),  # noqa: RUF001
        ("You Don’t Need", "don't", "dont"),  # noqa: RUF001
        ("3-D scenes", "3D", "3d"),
        ("Self-Attention", "attention", "selfattention", "self attention"),
        ("A^2Search", "2search", "A2Search"),
        ("Alzheimer\u2019s disease", "Alzheimers", "Alzheimer's", "alzheimer"),
        ("Parkinsons disease", "Parkinson's disease", "parkinson"),
        ("Random Matrices", "matrix", "random matrix", "matrices"),
        ("Graph vertices", "vertex", "vertexes"),
        ("Quality indices", "index", "indexes"),
        ("Competing hypotheses", "hypothesis"),
        ("Meta-analyses", "meta-analysis", "metaanalysis"),
        ("A phenomenon", "phenomena"),
        ("Selection criteria", "criterion"),
        ("Protoplanetary discs", "disk", "disks", "disc"),
        ("Tyre wear", "tire", "tires"),
        ("Kerbs and roads", "curb", "curbs"),
        ("Focussed on bias", "focused", "focusing"),
        ("Biassed estimates", "biased"),
        ("img2img", "image-to-image", "image to image", "img2img"),
        ("Seq2seq models", "sequence-to-sequence", "seq2seq"),
        (r"Functions on $\mathbb{R}^n$", "R^n", "ℝⁿ", "Rn", "$R^{n}$"),
        (r"Curves in $\mathbb R^d$", "R^d", "rd"),
        ("The \N{SCRIPT CAPITAL L}-transform", "L-transform", r"$\mathcal{L}$ transform"),
    ],
)
def test_one_word_is_found_however_it_is_written(ways: tuple[str, ...]) -> None:
    title, *typed = ways
    assert [each for each in typed if not found_by(title, each)] == []


@pytest.mark.parametrize("name", ['G\\"odel', "Gödel", "Godel", "Goedel"])
def test_an_umlaut_is_found_with_and_without_and_written_out(name: str) -> None:
    assert found_by('G\\"odel Agent', name)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("C++ at scale", "C"),
        ("GPS signals", "GP"),
        ("Data and the set", "dataset"),
        ("Fine, tuning", "coarse tuning"),
        ("Noise", "nois"),
        ("A loss", "los"),
        ("Qwen2.5", "qwen2.6"),
        ("Check the model", "cheque"),
        ("RNA seq data", "sequence"),
        ("Prices of devices", "device price index"),
        ("Styles in painting", "inpainting"),
    ],
)
def test_another_word_is_not_found(title: str, other: str) -> None:
    assert not found_by(title, other)


def test_promises_and_noise_keep_their_letters() -> None:
    kept = "noise raised promised supervised exercise this thus precise otherwise"
    assert " ".join(spelled(kept).words) == kept


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Jürgen Müller", "Juergen Mueller"),
        ("Jürgen Müller", "jurgen muller"),
        ("Joerg Mueller", "Jörg Müller"),
        ("Brendan O’Connor", "Brendan O'Connor"),  # noqa: RUF001
        ("Wei-Lin Chiang", "Weilin Chiang"),
        ("Weilin Chiang", "Wei-Lin Chiang"),
        ("Søren Hauberg", "Soren Hauberg"),
        ("Łukasz Kaiser", "Lukasz Kaiser"),
        (r"K. G\"odel", "Kurt Gödel"),
    ],
)
def test_a_name_is_found_however_it_is_spelt(name: str, typed: str) -> None:
    paper = Paper("2501.00001", "A title", authors=(Author(name),))
    assert parse(f'author:"{typed}"').allows(paper)


def test_an_abstract_is_read_before_it_is_searched() -> None:
    paper = Paper("2501.00001", "A title", "The Fr\\'echet distance of MoS$_2$. It holds.")
    for typed in ("Fréchet", "frechet distance", "MoS2", "abstract:MoS₂"):
        assert parse(f'"{typed}"' if ":" not in typed else typed).allows(paper)


@given(st.text(max_size=80))
def test_any_text_has_spellings_and_places_that_fit(text: str) -> None:
    found = spelled(text)
    assert len(found.forms) == len(found.parts)
    assert all(word and not word.isspace() for word in (*found.words, *found.parts))
    stemmer = Stemmer()
    assert len(stemmer.read(text).parts) == len(found.parts)
    for place in (*located(text), *spans(text)):
        assert 0 <= place.start < place.end <= len(text)
    names(text)
    analyse(Paper("2501.00001", text, text, authors=(Author(text),)), stemmer)


WORDS = st.sampled_from(
    [
        *("data", "set", "sets", "in", "painting", "point", "clouds", "multi", "modal", "GPT", "4"),
        *("fine-tuning", "modelling", "LLMs", "the", "models,", "(the", "--", "3D", "image/text"),
        *("Gödel", "C++", "state-of-the-art", "word" * 11, "$^2$", "a\u200bb", "Moore's"),
    ]
)


@given(st.lists(WORDS, max_size=12))
def test_a_text_has_the_same_words_the_first_time_and_when_its_words_are_known(
    words: list[str],
) -> None:
    text = " ".join(words)
    chunks.PLAIN.clear()
    first = spelled(text)
    assert spelled(text) == first
    assert spelled(f"{text} .") == first


def test_no_more_words_are_remembered_than_fit() -> None:
    chunks.PLAIN.clear()
    letters = str.maketrans("0123456789", "abcdefghij")
    typed = [f"w{str(n).translate(letters)}" for n in range(chunks.PLAIN_KEPT + 100)]
    for start in range(0, len(typed), 100):
        some = typed[start : start + 100]
        assert spelled(" ".join(some)).words == tuple(some)
    assert len(chunks.PLAIN) <= chunks.PLAIN_KEPT
    assert typed[0] not in chunks.PLAIN
    assert typed[-1] in chunks.PLAIN
    assert spelled(typed[0]).words == (typed[0],)


def test_an_abstract_is_read_once_for_its_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    to_unicode = latex.to_unicode

    def counting(text: str) -> str:
        read.append(text)
        return to_unicode(text)

    monkeypatch.setattr(latex, "to_unicode", counting)
    abstract = "It costs \\$5. We study $\\alpha$-divergence. It is $O(n)$."
    terms = analyse(Paper("2501.00001", "Divergence", abstract), Stemmer())
    assert len(terms.sentences) == 3
    assert read == [abstract]


@pytest.mark.parametrize("mark", ',;:()"?!/=<>[]*&%|`~@')
@pytest.mark.parametrize("accent", ["", " é"])
def test_words_are_the_same_with_any_mark_between_them(mark: str, accent: str) -> None:
    text = "Fine-tuned LLMs{0}multi{0}modal C++{0}GPT{0}4 don't{0}SD^2" + accent
    assert spelled(text.format(mark)) == spelled(text.format(" "))
