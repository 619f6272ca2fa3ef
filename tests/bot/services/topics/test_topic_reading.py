"""Topics that earlier versions stored go on."""

import pytest

from bot.services.topics import read_stored
from papers.topics import parse_plain
from storage.subscriptions import Mode, StoredTopic

STORED = [
    "diffusion models",
    "video diffusion OR flow matching",
    '"world model" -survey',
    'title:"flow matching" cat:cs.CV',
    'author:"Yann LeCun" -author:bengio',
    "(agents OR robots) planning code:yes",
    "diffusion, flow matching",
    "LLM,RAG",
    "C++ & R&D: why?",
    "SD$^2$ drafts",
    'G"odel',
    "lab:something",
    "date:2020",
    "since:ever",
    "archive:none",
    "cats:dogs",
    "all:of it",
    "GPT-4o vs. Llama-3.1",
    "cs.CL",
]


@pytest.mark.parametrize("stored", STORED)
def test_a_topic_of_an_earlier_version_is_still_matched(stored: str) -> None:
    ((row, topic),) = read_stored([StoredTopic(1, stored, Mode.STRICT)])
    assert row.query == stored
    assert topic.branches


@pytest.mark.parametrize("stored", ["since:ever", "(broken", "subject:none"])
def test_what_the_language_refuses_now_is_read_by_its_words(stored: str) -> None:
    ((_, topic),) = read_stored([StoredTopic(1, stored, Mode.STRICT)])
    assert topic == parse_plain(stored)
