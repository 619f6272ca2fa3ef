"""Buttons, menus and forms with custom ids that were made up, and other people's."""

import re
from functools import cache
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bot.extremes import MESSAGES
from tests.hostile.attacks import Draw, attacks
from tests.hostile.harness import Hostile
from tests.hostile.texts import PIECES, hostile_texts

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

_ACTION: Final = re.compile(r"v1:(?P<action>(?:[a-z]|\\-)+)")
NUMBERS: Final = (
    *("0", "1", "2", "3", "4", "5", "7", "-1", "00001", "999", "9999", "10000", "1e3", "0x1", " 1"),
    *(str(2**31), str(2**53), str(2**62), str(2**63 - 1), str(2**63), str(2**64), "9" * 80),
    *("١٢٣", "１", "²", "𝟙", "1_000", "", "1\n", "None", "NaN"),  # noqa: RUF001 - that is the point
)
WORDS: Final = (
    *("best", "newest", "votes", "oldest", "unread", "published", "title", "week", "month", "day"),
    *("2025-06-09", "2025-02-30", "0000-00-00", "9999-12-31", "2025-99-99", "٢٠٢٥-٠٦-٠٩"),
    *("2506.00900", "2506.99999", "math/0309136", "٢٥٠٦.٠٠٩٠٠", "0000.0000", "../x", "a:b:c", "🔖"),
)
TEXTS: Final = st.sampled_from(sorted({piece[:100] for piece in PIECES}))
VERSIONS: Final = ("v1", "v1", "v1", "v1", "v0", "v2", "v01", "v١", "V1", "v", "")  # noqa: RUF001


def parts(hostile: Hostile) -> st.SearchStrategy[str]:
    """Return what may stand between two colons: ids that mean something, and nonsense."""
    real = st.sampled_from(sorted(hostile.ids)).map(str)
    return st.one_of(real, real, st.sampled_from(NUMBERS), st.sampled_from(WORDS))


def actions(hostile: Hostile) -> list[tuple[str, int]]:
    """Return the name of every button, menu and form, with how many parts follow it."""
    found: list[tuple[str, int]] = []
    for form in hostile.custom_ids():
        match = _ACTION.match(form.pattern)
        assert match is not None, form.pattern
        found.append((match["action"].replace("\\", ""), form.groups))
    return sorted(found)


@cache
def of_form(form: re.Pattern[str]) -> st.SearchStrategy[str]:
    """Return custom ids of exactly this form."""
    return st.from_regex(form, fullmatch=True)


def made_up(hostile: Hostile, draw: Draw) -> str:
    """Return a custom id: of the right form with any numbers in it, or nearly of it."""
    version = draw(st.sampled_from(VERSIONS))
    action, count = draw(st.sampled_from(actions(hostile)))
    count += draw(st.sampled_from((0, 0, 0, 0, 0, -1, 1)))
    if draw(st.integers(0, 3)) == 0:
        return draw(of_form(draw(st.sampled_from(hostile.custom_ids()))))[:100]
    inside = [draw(parts(hostile)) for _ in range(max(0, count))]
    return ":".join((version, action, *inside))[:100]


def test_every_button_is_attacked(hostile: Hostile) -> None:
    names = {name for name, _ in actions(hostile)}
    assert {"save", "feed-remove", "erase-me", "digest", "note-form", "find-form"} <= names
    assert len(names) == len(hostile.custom_ids())


@attacks(
    0.1,
    "buttons with made-up custom ids: other versions, other people's rows, huge numbers",
    "an answer in words; nothing of anybody else's",
)
@given(data=st.data())
def test_a_made_up_button_is_answered_and_harms_nobody(
    hostile: Hostile, data: st.DataObject
) -> None:
    pressed = made_up(hostile, data.draw)
    hostile.press(pressed, by=who(hostile, data), ephemeral=data.draw(st.booleans()))


@attacks(
    0.1,
    "menus with made-up custom ids and made-up values",
    "an answer in words; nothing of anybody else's",
)
@given(data=st.data())
def test_a_made_up_choice_is_answered_and_harms_nobody(
    hostile: Hostile, data: st.DataObject
) -> None:
    chosen = made_up(hostile, data.draw)
    values = data.draw(st.lists(parts(hostile) | TEXTS, max_size=4))
    hostile.press(chosen, values, by=who(hostile, data), ephemeral=data.draw(st.booleans()))


@attacks(
    0.04,
    "forms with made-up custom ids and anything typed into them",
    "an answer in words; nothing of anybody else's",
)
@given(data=st.data())
def test_a_made_up_form_is_answered_and_harms_nobody(hostile: Hostile, data: st.DataObject) -> None:
    names: tuple[str, ...] = (
        *("query", "since", "category", "topic", "min_votes", "note", "paper", "style", "other"),
        *("what", "word"),
    )
    typed: dict[str, str] = data.draw(
        st.dictionaries(st.sampled_from(names), hostile_texts | st.sampled_from(NUMBERS))
    )
    forms = [f"v1:{name}" for name, _ in actions(hostile) if name.endswith("-form")]
    form = data.draw(st.sampled_from(forms))
    hostile.submit(f"{form}:{data.draw(parts(hostile))}", typed, by=who(hostile, data))


@attacks(
    0.04, "commands on messages of anything", "something for its papers, or that there are none"
)
@given(name=st.sampled_from(sorted(MESSAGES)), content=hostile_texts)
def test_any_message_can_be_looked_through_for_papers(
    hostile: Hostile, name: str, content: str
) -> None:
    hostile.use_menu(name, content)


def who(hostile: Hostile, data: st.DataObject) -> Any:
    return data.draw(st.sampled_from((hostile.mallory, hostile.mallory, hostile.usurper)))


@pytest.fixture(autouse=True, scope="module")
def database_is_whole_in_the_end(hostile: Hostile) -> Any:
    yield
    assert hostile.intact()
