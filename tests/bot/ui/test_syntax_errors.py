from hypothesis import given
from hypothesis import strategies as st

from bot.ui.syntax_errors import located, pointed
from papers.topics import TopicError

WIDTH = 36


@given(st.text('abc `\n"', min_size=1, max_size=200), st.data())
def test_the_mark_stands_under_the_place_in_a_line_that_a_phone_shows(
    typed: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(typed) - 1))
    position = data.draw(st.integers(0, len(typed) - 1 - start))

    shown = pointed(TopicError("Wrong.", position), typed, start=start, width=WIDTH)

    sentence, fence, line, mark, end = shown.split("\n")
    assert (sentence, fence, end) == ("Wrong.", "```", "```")
    assert len(line) <= WIDTH
    place = typed[start + position]
    assert line[mark.index("^")] == {"`": "'", "\n": " "}.get(place, place)


def test_all_that_was_typed_is_shown_without_a_width() -> None:
    shown = pointed(TopicError("Wrong.", 60), "a" * 60 + "(")

    assert shown == "Wrong.\n```\n" + "a" * 60 + "(\n" + " " * 60 + "^\n```"


def test_nothing_is_pointed_at_where_nothing_was_typed() -> None:
    assert pointed(TopicError("Write a word.", 0), "") == "Write a word."


def test_a_place_in_a_sentence_shows_what_is_left_out_on_both_sides() -> None:
    shown = located(TopicError("A quote is open.", 6), "graphs neural nets", reach=3)

    assert shown == "A quote is open (at character 7: …phs ne…)"
