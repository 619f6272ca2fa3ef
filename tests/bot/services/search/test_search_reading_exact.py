"""The texts, edges and dates of reading a query, to the character."""

import re
from datetime import date, timedelta

import pytest

from bot.interactions.errors import UserError
from bot.services.search import parse_since, read, refuse_link, since_choices
from papers import topics
from storage.search_sessions import Question

TODAY = date(2025, 6, 9)


def _refusal(query: str) -> str:
    with pytest.raises(UserError) as caught:
        read(query)
    return caught.value.sentence


def test_a_query_without_a_word_says_what_to_write() -> None:
    assert _refusal("?!") == (
        "“?!” has no words to search for. Try a few words, a title, an author or an arXiv link."
    )


def test_a_long_query_without_a_word_is_quoted_in_a_hundred_characters() -> None:
    quoted = re.findall("“(.*)”", _refusal("!" * 150))
    assert quoted == ["!" * 99 + "…"]


def test_a_link_that_is_no_papers_says_what_to_write() -> None:
    with pytest.raises(UserError) as caught:
        refuse_link("https://example.com/paper")
    assert caught.value.sentence == (
        "“https\\://example.com/paper” isn't a link to a paper I can look up. Paste an"
        " arXiv link or number, or use words of the title."
    )


def test_a_long_link_is_quoted_in_a_hundred_characters() -> None:
    with pytest.raises(UserError) as caught:
        refuse_link("https://example.com/" + "a" * 150)
    quoted = re.findall("“(.*)”", caught.value.sentence)
    assert quoted == ["https\\://example.com/" + "a" * 78 + "…"]


def test_a_link_beside_words_is_left_out_and_this_is_said() -> None:
    reading = read("robots https://example.com/paper that walk")
    assert reading.query == "robots that walk"
    assert reading.syntax == "Ignored the link: it doesn't lead to a paper I can look up."


def test_a_link_beside_wrong_syntax_gets_both_sentences() -> None:
    reading = read("robots (walk https://example.com/paper")
    assert reading.syntax == (
        "This parenthesis is never closed (at character 8: robots (walk). Searched for the"
        " plain words instead. Ignored the link: it doesn't lead to a paper I can look up."
    )


def test_a_link_beside_a_relative_date_still_counts_it_from_today() -> None:
    assert read("robots since:7d https://example.com/paper", TODAY).since == TODAY - timedelta(7)


def test_a_relative_date_of_a_query_is_counted_from_today() -> None:
    reading = read("robots since:7d", TODAY)
    assert reading.since == TODAY - timedelta(7)
    assert reading.request(Question("")).since == TODAY - timedelta(7)


def test_the_later_of_two_dates_is_searched_from() -> None:
    reading = read("robots since:2024", TODAY)
    assert reading.request(Question("", since=date(2025, 1, 1))).since == date(2025, 1, 1)
    assert reading.request(Question("", since=date(2023, 1, 1))).since == date(2024, 1, 1)


def test_chosen_categories_are_searched_in() -> None:
    request = read("robots").request(Question("", categories=("cs.RO",)))
    assert request.categories == ("cs.RO",)


def test_a_plain_query_is_searched_for_with_its_marks() -> None:
    reading = read("What is LoRA?")
    assert reading.query == "What is LoRA?"
    assert reading.request(Question("")).text == "What is LoRA?"
    assert reading.topic.plain
    assert reading.topic.text == "What is LoRA?"
    assert reading.syntax is None


def test_alternatives_and_conditions_are_searched_for_as_they_were_written() -> None:
    reading = read("diffusion OR flows")
    assert str(reading.topic) == "diffusion OR flows"
    assert reading.syntax is None
    listed = read('diffusion, "flow matching"')
    assert listed.query == 'diffusion, "flow matching"'
    assert str(listed.topic) == 'diffusion OR "flow matching"'
    assert listed.syntax == 'Commas were read as OR: diffusion OR "flow matching".'


def test_a_title_with_a_quotation_stays_words() -> None:
    title = 'WHY "ATTENTION" IS NOT ALL'
    reading = read(title)
    assert reading.query == title
    assert reading.topic == topics.parse_plain(title)
    assert reading.request(Question("")).expression is None


def test_a_list_of_words_is_ranked_by_all_and_asked_for_one_by_one() -> None:
    reading = read("diffusion, flows, autoencoders")
    assert reading.query == "diffusion, flows, autoencoders"
    assert reading.topic.plain
    assert reading.syntax == f"Commas were read as OR: {reading.alternatives}."
    assert reading.words == "diffusion"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("abcdefghijkl (z", "at character 14: …bcdefghijkl (z)"),
        ("abcdefghijk (z", "at character 13: abcdefghijk (z)"),
        ("abcdefghijkl (abcdefghijk", "at character 14: …bcdefghijkl (abcdefghijk)"),
        ("abcdefghijkl (abcdefghijkl", "at character 14: …bcdefghijkl (abcdefghijk…)"),
    ],
)
def test_twelve_characters_are_shown_on_both_sides_of_what_is_wrong(query: str, shown: str) -> None:
    assert shown in str(read(query).syntax)


def test_what_is_no_date_says_what_to_write() -> None:
    with pytest.raises(UserError) as caught:
        parse_since("soon", TODAY)
    assert caught.value.sentence == (
        "I couldn't read “soon” as a date. Try 2025-06-08, 8 June or yesterday."
    )


def test_a_long_date_is_quoted_in_forty_characters() -> None:
    with pytest.raises(UserError) as caught:
        parse_since("x" * 50, TODAY)
    assert re.findall("“(.*)”", caught.value.sentence) == ["x" * 39 + "…"]


def test_tomorrow_has_not_come_and_today_has() -> None:
    assert parse_since("2025-06-09", TODAY) == TODAY
    with pytest.raises(UserError) as caught:
        parse_since("2025-06-10", TODAY)
    assert caught.value.sentence == ("Tuesday 10 June 2025 is in the future.")


def test_the_choices_of_a_date_are_the_usual_spans_and_five_years() -> None:
    assert since_choices("", TODAY) == [
        ("Past week", "7d"),
        ("Past month", "1m"),
        ("Past 3 months", "3m"),
        ("Past year", "1y"),
        ("Since 2025", "2025"),
        ("Since 2024", "2024"),
        ("Since 2023", "2023"),
        ("Since 2022", "2022"),
        ("Since 2021", "2021"),
    ]


def test_a_choice_is_found_by_its_name_or_value_and_a_date_offers_itself() -> None:
    assert since_choices(" PAST w", TODAY) == [("Past week", "7d")]
    assert since_choices("1M", TODAY) == [("Past month", "1m")]
    assert since_choices(" 3 days ago ", TODAY) == [("Since 6 Jun 2025", "3 days ago")]
    assert since_choices("soon", TODAY) == []
    assert since_choices("tomorrow", TODAY) == []


def test_a_date_with_two_readings_is_refused_and_both_are_offered() -> None:
    with pytest.raises(UserError) as caught:
        parse_since("03/04/2025", TODAY)
    assert caught.value.sentence == (
        "“03/04/2025” can mean two days. Write 2025-04-03 or 2025-03-04."
    )
    assert since_choices("03/04/2025", TODAY) == [
        ("Since 3 Apr 2025", "2025-04-03"),
        ("Since 4 Mar 2025", "2025-03-04"),
    ]
