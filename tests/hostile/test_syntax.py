"""What people type, where it is read and where it is shown: each a function, with no Discord."""

import contextlib
from datetime import UTC, date, datetime

import pytest
from discord import ui
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from bot.interactions.errors import UserError, sentence_of
from bot.interactions.filters import parse_topics, parse_words
from bot.interactions.inputs import parse_categories, parse_emoji, parse_time, parse_timezone
from bot.services.search import parse_since
from bot.ui import text
from bot.ui.notices import render_notice
from papers import arxiv_id, topics
from papers.text import first_sentences, readable
from tests.hostile.attacks import FUNCTION, attacks
from tests.hostile.texts import hostile_texts

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

TODAY = date(2025, 6, 10)


def _zone(text: str) -> str:
    return parse_timezone(text, datetime(2025, 6, 10, 12, tzinfo=UTC))


OPTIONS = st.sampled_from(
    (parse_time, _zone, parse_words, parse_categories, parse_topics, parse_emoji)
)


@attacks(
    0.04,
    "topic syntax of any kind and depth",
    "the topic, or the place where it breaks",
    seam=FUNCTION,
)
@given(typed=hostile_texts)
def test_a_topic_is_read_or_refused_with_the_place(typed: str) -> None:
    try:
        topic = topics.parse(typed)
    except topics.TopicError as error:
        assert 0 <= error.position <= len(typed)
        assert str(error)
    else:
        assert topics.parse(str(topic)).key == topic.key


@attacks(
    0.04,
    "times, zones, words, categories and topics of a feed",
    "what was meant, or what to write instead",
    seam=FUNCTION,
)
@given(typed=hostile_texts, read=OPTIONS)
def test_an_option_is_read_or_refused_in_words(typed: str, read: object) -> None:
    assert callable(read)
    try:
        read(typed)
    except UserError as error:
        assert sentence_of(error)
        assert len(error.sentence) < limits.MESSAGE_CONTENT


@attacks(
    0.02, "dates to search from", "a day that has been, or what to write instead", seam=FUNCTION
)
@given(typed=hostile_texts)
def test_a_day_is_read_or_refused_in_words(typed: str) -> None:
    with contextlib.suppress(UserError):
        assert date(1991, 1, 1) <= parse_since(typed, TODAY) <= TODAY


@attacks(0.03, "ids and links that nearly are some", "ids of arXiv's form, or none", seam=FUNCTION)
@given(typed=hostile_texts)
def test_ids_found_in_a_text_are_ids(typed: str) -> None:
    for paper_id in arxiv_id.find_all(typed):
        assert arxiv_id.parse(paper_id) == paper_id
        assert paper_id.isascii()


@attacks(
    0.06,
    "texts shown: mentions, markdown, direction overrides, joiners, no end",
    "a message that Discord takes",
    seam=FUNCTION,
)
@given(title=hostile_texts, body=hostile_texts, footer=hostile_texts)
def test_whatever_is_shown_is_something_that_discord_takes(
    title: str, body: str, footer: str
) -> None:
    shown = text.escape(first_sentences(readable(body), 3_000), 3_000)
    view = render_notice(title, shown, footer=text.escape(footer, 150))
    assert len(list(view.walk_children())) <= limits.COMPONENTS
    texts = [item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay)]
    assert all(each.strip() for each in texts)
    assert sum(map(text.length, texts)) <= limits.LAYOUT_CHARACTERS


@attacks(0.02, "moments far away", "Discord's own timestamp", seam=FUNCTION)
@given(seconds=st.integers(-(2**31), 2**33))
def test_a_moment_is_shown_as_discord_writes_it(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert text.timestamp(moment, "R") == f"<t:{seconds}:R>"
