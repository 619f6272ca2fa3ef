"""The form of “Not for me” stays inside Discord's limits, whatever the paper."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import limits
from bot.i18n import LANGUAGES, language_for, use
from bot.interactions.components import PaperboyButton, PaperboySelect
from bot.services import hidden
from bot.services.hidden import FORM, HiddenThings, Refusable, authors_of, form_of, render_hidden
from bot.ui.text import length
from papers.model import Author, Paper
from storage.hidden import Mute, MuteKind
from storage.subscriptions import Mode, StoredTopic
from tests.bot.ui.layout import assert_sendable
from tests.bot.ui.papers import ids, people, titles
from tests.bot.ui.texts import anything

LABEL, OPTION_DESCRIPTION, RADIO_OPTIONS = 45, 100, 10  # Discord's components/reference
LONGEST_ID = "cond-mat/9901001"
NOW = datetime(2025, 6, 9, tzinfo=UTC)

topics = st.builds(StoredTopic, st.integers(1, 2**53), anything, st.sampled_from(Mode))
mutes = st.builds(Mute, st.integers(1, 2**53), st.sampled_from(MuteKind), anything)


def assert_within_limits(form: dict[str, Any]) -> None:
    assert 0 < length(form["title"]) <= limits.MODAL_TITLE
    assert FORM.fullmatch(form["custom_id"])
    assert len(form["custom_id"]) <= limits.CUSTOM_ID
    assert len(form["components"]) <= 5
    for label in form["components"]:
        assert 0 < length(label["label"]) <= LABEL
        assert length(label.get("description") or "x") <= limits.LABEL_DESCRIPTION
        options = label["component"].get("options")
        if options is None:
            continue
        radio = label["component"]["type"] == 21
        assert 2 * radio <= len(options) <= (RADIO_OPTIONS if radio else 25)
        assert len({each["value"] for each in options}) == len(options)
        for each in options:
            assert 0 < length(each["label"]) <= limits.OPTION_LABEL
            assert 0 < length(each["value"]) <= limits.OPTION_VALUE
            assert length(each.get("description") or "") <= OPTION_DESCRIPTION


@settings(max_examples=60)
@given(ids, titles, people, st.lists(topics, max_size=5, unique_by=lambda each: each.id))
def test_any_paper_fits_into_the_form(
    paper_id: str, title: str, names: list[str], matched: list[StoredTopic]
) -> None:
    paper = Paper(paper_id, title, authors=tuple(map(Author, names)))
    assert_within_limits(form_of(Refusable(paper, tuple(matched))).to_dict())


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_form_fits_in_every_language(code: str) -> None:
    paper = Paper("2506.00001", "T" * 300, authors=(Author("Ada Lovelace"),))
    modes = [StoredTopic(number, "robots " * 20, mode) for number, mode in enumerate(Mode)]
    with use(language_for(code)):
        assert_within_limits(form_of(Refusable(paper, tuple(modes))).to_dict())


def test_of_many_authors_the_first_and_the_last_can_be_chosen() -> None:
    names = [f"Author {number}" for number in range(3_000)]
    paper = Paper("2506.00001", "Many", authors=tuple(map(Author, names)))
    assert authors_of(paper) == [*names[:24], names[-1]]


@settings(max_examples=60)
@given(st.integers(0, 2**40), st.lists(mutes, max_size=25, unique_by=lambda each: each.id))
def test_whatever_is_hidden_can_be_listed(papers: int, some: list[Mute]) -> None:
    assert_sendable(render_hidden(HiddenThings(papers, tuple(some))))


def test_every_custom_id_belongs_to_one_kind_of_item() -> None:
    kinds: tuple[type[PaperboyButton | PaperboySelect], ...] = hidden.ITEMS
    made = [
        hidden.NotForMe(),
        hidden.RefusePaper(LONGEST_ID),
        hidden.Suggest(NOW),
        hidden.SuggestAll(),
        hidden.Loosen(2**62, Mode.NORMAL),
        hidden.Unmute(2**62),
        hidden.UnmuteSome(),
        hidden.ShowHidden(),
    ]
    assert {type(each) for each in made} == set(kinds)
    for item in made:
        assert len(item.custom_id) <= limits.CUSTOM_ID
        matching = [
            kind
            for kind in kinds
            if kind.__discord_ui_compiled_template__.fullmatch(item.custom_id)
        ]
        assert matching == [type(item)]
