"""Anything in any option of any command, by a member, by an admin, and by one from elsewhere."""

import re
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.attacks import Draw, attacks
from tests.hostile.harness import Hostile
from tests.hostile.texts import hostile_texts, numbers

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

SEARCHING: Final = ("paper search", "paper show", "paper similar", "paper trending", "paper top")
TOPICS: Final = (
    "paper subscribe",
    "paper unsubscribe",
    "paper subscriptions",
    "paper digest settings",
    "paper digest now",
    "paper inbox",
)
LIBRARY: Final = (
    "library show",
    "library note",
    "library move",
    "library remove",
    "library share",
    "library export",
    "shelf add",
    "shelf export",
    "shelf show",
    "library lists create",
    "library lists rename",
    "library lists emoji",
    "library stats",
    "library lists default",
    "library lists news",
    "library lists learn",
    "library lists link",
    "paper picks",
    "paper trends",
    "library lists delete",
    "library lists show",
)
ADMIN: Final = (
    "feed add",
    "feed edit",
    "feed copy",
    "feed discussions",
    "feed export",
    "feed import",
    "feed link",
    "shelf link",
    "shelf settings",
    "feed list",
    "feed settings",
    "feed pause",
    "feed resume",
    "feed remove",
    "feed preview",
    "feed insights",
    "feed post-now",
    "source add",
    "source list",
    "source remove",
)
CLUB: Final = ("club create", "club edit", "club skip", "club end")
OTHERS: Final = (
    "club status",
    "club swap",
    *CLUB,
    "paper status",
    "paper help",
    "privacy show",
    "privacy export",
    "privacy delete",
    "privacy settings",
)

REFUSED: Final = re.compile(r"Manage Server|takes|can be|has changed|can't see what you chose")

known = st.sampled_from(("2506.00900", "2506.00901", "To read", "read", "⭐", "matter", "1", "day"))
"""Answers that lead further into a command than nonsense does."""
texts = st.one_of(hostile_texts, hostile_texts, hostile_texts, known)


def option(spec: dict[str, Any], draw: Draw, hostile: Hostile) -> Any:
    """Return something for an option, sometimes what it asks for."""
    kind = spec["type"]
    choices = [choice["value"] for choice in spec.get("choices") or ()]
    if kind == 3:
        return draw(st.sampled_from(choices) | texts) if choices else draw(texts)
    if kind == 4:
        return draw(numbers)
    if kind == 5:
        return draw(st.booleans())
    if kind == 6:
        return hostile.here.member
    if kind == 7:
        return draw(st.sampled_from((hostile.here.channel, hostile.here.channel, hostile.lounge)))
    if kind == 8:
        return draw(st.sampled_from((hostile.role, hostile.foreign_role)))
    return (draw(texts)[:80], draw(texts).encode())


def filled(path: str, draw: Draw, hostile: Hostile) -> dict[str, Any]:
    """Return options of a command: what it needs, and some of the others."""
    return {
        spec["name"]: option(spec, draw, hostile)
        for spec in hostile.options(path)
        if spec.get("required") or draw(st.integers(0, 2)) == 0
    }


def commands_are_answered(hostile: Hostile, draw: Draw, paths: tuple[str, ...]) -> None:
    path = draw(st.sampled_from(paths))
    hostile.slash(path, filled(path, draw, hostile))


def test_every_command_is_attacked(hostile: Hostile) -> None:
    fuzzed = {*SEARCHING, *TOPICS, *LIBRARY, *ADMIN, *OTHERS, "library import"}
    assert set(hostile.paths()) == fuzzed


@attacks(
    0.04,
    "search, show, similar, trending: query syntax, SQL, up to 6,000 characters in any option",
    "papers, or what to write instead",
)
@given(data=st.data())
def test_finding_papers_answers_whatever_is_typed(hostile: Hostile, data: st.DataObject) -> None:
    commands_are_answered(hostile, data.draw, SEARCHING)


@attacks(
    0.04,
    "topics and digests: topic syntax, dates, times and zones of any kind",
    "a preview, or the place where it breaks",
)
@given(data=st.data())
def test_topics_answer_whatever_is_typed(hostile: Hostile, data: st.DataObject) -> None:
    commands_are_answered(hostile, data.draw, TOPICS)


@attacks(
    0.04,
    "library: lists, notes and papers named by anything",
    "their own library; nothing of anybody else's",
)
@given(data=st.data())
def test_a_library_answers_whatever_is_typed(hostile: Hostile, data: st.DataObject) -> None:
    commands_are_answered(hostile, data.draw, LIBRARY)


@attacks(
    0.02,
    "status, help, privacy, journal clubs",
    "what there is about them, or what to write instead",
)
@given(data=st.data())
def test_other_commands_answer_whatever_is_typed(hostile: Hostile, data: st.DataObject) -> None:
    commands_are_answered(hostile, data.draw, OTHERS)


@attacks(0.02, "suggestions for anything typed", "up to 25 that Discord takes, or none")
@given(data=st.data())
def test_suggestions_come_or_stay_away_whatever_is_typed(
    hostile: Hostile, data: st.DataObject
) -> None:
    path, name = data.draw(st.sampled_from(hostile.suggesting()))
    answer = hostile.slash(path, {name: data.draw(texts)}, focused=name)
    assert answer.kind == "autocomplete"


@attacks(
    0.02,
    "the commands for admins, by who manages another server",
    "their own server's feeds; nothing changes here",
)
@given(data=st.data())
def test_an_admin_elsewhere_changes_nothing_here(hostile: Hostile, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(ADMIN))
    hostile.slash(path, filled(path, data.draw, hostile), by=hostile.usurper)


@attacks(
    0.02,
    "the commands for admins, by a member without rights",
    "which right is missing; nothing changes",
)
@given(data=st.data())
def test_a_member_without_rights_gets_nothing_done(hostile: Hostile, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from((*ADMIN, *CLUB)))
    answer = hostile.slash(path, filled(path, data.draw, hostile))
    assert answer.ephemeral
    assert REFUSED.search(answer.text)


def test_a_member_without_rights_is_told_which_one_is_missing(hostile: Hostile) -> None:
    needed: dict[str, dict[str, object]] = {
        "feed add": {"channel": hostile.here.channel},
        "feed discussions": {"on": "on"},
        "feed import": {"file": ("feeds.yaml", b"feeds: []")},
    }
    for path in ADMIN:
        answer = hostile.slash(path, needed.get(path, {})).text
        assert "missing permissions in this server: **Manage Server**" in answer, path


@pytest.fixture(autouse=True, scope="module")
def database_is_whole_in_the_end(hostile: Hostile) -> Any:
    yield
    assert hostile.intact()
