"""Where papers are from, and `source:` and `venue:` in the query language."""

from datetime import UTC, datetime

import pytest

from papers.model import Author, Paper
from papers.origin import sources
from papers.sources.declared import in_order, pools
from papers.topics import Strictness, Topic, TopicError, parse, wider

PREPRINT = Paper(
    "doi:10.64898/2026.07.13.738145",
    "A Map of Every Neuron",
    authors=(Author("Ada Lovelace"),),
    categories=("biorxiv/neuroscience",),
    source="bioRxiv",
    kind="preprint",
)
ON_ARXIV = Paper("2406.07496", "TextGrad", journal_ref="Nature 639, 609 (2025)")
ON_THE_HUB = Paper("2406.07496", "TextGrad", submitter="ada", published_at=datetime.now(UTC))
AT_ICLR = Paper("openreview:Abcd123456", "An oral", source="ICLR", venue="ICLR 2026", kind="oral")


def test_a_paper_is_of_every_source_that_its_record_names() -> None:
    assert sources(PREPRINT) == {"biorxiv"}
    assert sources(ON_ARXIV) == {"arxiv"}
    assert sources(ON_THE_HUB) == {"arxiv", "huggingface"}
    assert sources(AT_ICLR) == {"iclr"}


@pytest.mark.parametrize(
    ("query", "held"),
    [
        ("source:biorxiv", [PREPRINT]),
        ("source:BioRxiv,arXiv", [PREPRINT, ON_ARXIV, ON_THE_HUB]),
        ('source:"Hugging Face"', [ON_THE_HUB]),
        ("source:hf", [ON_THE_HUB]),
        ("neuron -source:arxiv", [PREPRINT, AT_ICLR]),
        ("quelle:biorxiv", [PREPRINT]),
        ("venue:ICLR", [AT_ICLR]),
        ('venue:"iclr 2026"', [AT_ICLR]),
        ('venue:"ICLR 2025"', []),
        ("venue:nature", [ON_ARXIV]),
        ("-venue:nature -source:biorxiv", [ON_THE_HUB, AT_ICLR]),
    ],
)
def test_source_and_venue_are_fields_of_the_query_language(query: str, held: list[Paper]) -> None:
    some = [PREPRINT, ON_ARXIV, ON_THE_HUB, AT_ICLR]
    assert [paper for paper in some if parse(query).allows(paper)] == held


def test_an_unknown_source_is_answered_with_the_known_ones() -> None:
    with pytest.raises(TopicError, match=r"no source “bioxiv”.*Hugging Face, arXiv, bioRxiv"):
        parse("crispr source:bioxiv")


@pytest.mark.parametrize("text", ["open source: a survey", "Venue: a study of halls"])
def test_a_title_with_a_colon_names_no_source_and_no_venue(text: str) -> None:
    assert str(parse(text)).casefold() == text.casefold()


@pytest.mark.parametrize("query", ["crispr source:biorxiv", 'crispr venue:"Cell Reports"'])
def test_a_topic_is_written_as_it_was_read_and_can_lose_the_filter(query: str) -> None:
    topic = parse(query)
    assert parse(str(topic)) == topic
    assert wider(topic, Strictness.BROAD) == (parse("crispr"), Strictness.BROAD)
    assert isinstance(topic, Topic)


def test_sources_are_stored_in_one_order_and_the_default_ones_as_none() -> None:
    assert in_order(["arxiv"]) == in_order(["huggingface", "arxiv"]) == ()
    assert in_order(["ssrn", "biorxiv"]) == ("biorxiv", "ssrn")
    assert in_order(["biorxiv", "arxiv"]) == ("huggingface", "arxiv", "biorxiv")
    assert pools(()) == pools(("huggingface", "arxiv")) == ("",)
    assert pools(("huggingface", "arxiv", "biorxiv")) == ("", "biorxiv")
    assert pools(("biorxiv", "gone")) == ("biorxiv",)
