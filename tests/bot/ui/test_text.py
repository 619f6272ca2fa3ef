import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import limits
from bot.ui import text
from tests.bot.ui.markdown import read
from tests.bot.ui.texts import anything, long_anything


def one_line(raw: str) -> str:
    return re.sub(r"\s+", " ", text.visible(raw))


def kinds(tokens: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return every kind of markup in simcord's reading of a message."""
    found: set[str] = set()
    for token in tokens:
        found |= {token["type"]} | kinds(token.get("children", ()))
    return found


@given(anything)
@example("# Title\n- item\n1. item\n> quote\n-# small\n===")
@example("a:*b:c")
@example("[click](https://evil.example) <https://evil.example>")
def test_escaped_text_is_seen_as_it_is_and_nothing_of_it_acts(raw: str) -> None:
    result = read(text.escape(raw))
    assert result.acted == set()
    assert result.seen == one_line(raw)


@given(anything)
def test_escaped_lines_are_seen_as_they_are_and_nothing_of_them_acts(raw: str) -> None:
    result = read(text.escape(raw, lines=True))
    assert result.acted == set()
    assert result.seen == text.visible(raw)


@given(anything, anything)
def test_escaped_text_does_not_act_inside_our_own_markup_either(first: str, second: str) -> None:
    first, second = text.escape(first), text.escape(second)
    result = read(f"**{first}** · {second}" if first else second)
    assert result.acted <= {"bold"}


@given(anything)
def test_simcord_shows_escaped_text_as_it_is(raw: str) -> None:
    markdown = pytest.importorskip("simcord.preview._markdown")
    context = {"users": {"1": "eve"}, "roles": {"1": "all"}, "channels": {"1": "c"}}
    tokens = markdown.markdown_tokens(
        text.escape(raw, lines=True), context={**context, "everyone": True}
    )
    # simcord 3.2.1 looks for subtext after it has taken the backslashes away; Discord does not.
    assert kinds(tokens) <= {"inline", "paragraph", "text", "break"} | (
        {"subtext"} if "-# " in text.visible(raw) else set()
    )


@given(long_anything, st.integers(0, 400))
def test_escaped_text_fits_its_limit_and_is_a_beginning_of_the_text(raw: str, limit: int) -> None:
    escaped = text.escape(raw, limit)
    assert text.length(escaped) <= limit
    result = read(escaped)
    assert result.acted == set()
    assert one_line(raw).startswith(result.seen.removesuffix(text.ELLIPSIS))


def test_a_cut_keeps_whole_words_where_one_ends_nearby() -> None:
    assert text.escape("Attention is all you need", 22) == "Attention is all you…"
    assert text.escape("Pneumonoultramicroscopicsilicovolcanoconiosis", 20).startswith(
        "Pneumonoultramicros"
    )


def test_a_cut_takes_a_letter_with_its_accents_and_an_emoji_whole() -> None:
    assert text.plain("ae\u0301e\u0301e\u0301", 3) == "a…"
    assert text.plain("ab👩\u200d🔬👩\u200d🔬", 8) == "ab👩\u200d🔬…"


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u2066", "\u200b", "\ufeff", "\u00ad", "\x00", "\u3164"]
)
def test_what_cannot_be_seen_is_removed(hidden: str) -> None:
    assert text.escape(f"a{hidden}b") == "ab"


def test_joiners_stay_in_emoji_and_scripts_that_need_them() -> None:
    assert text.escape("👩\u200d🔬") == "👩\u200d🔬"
    joined = "\u0645\u06cc\u200c\u062e\u0648"
    assert joined in text.escape(joined)
    assert text.escape("pay\u200dpal") == "paypal"


TITLE_IN_HEBREW = "למידה עמוקה: 3 שיטות"


@pytest.mark.parametrize(
    "shown",
    [
        text.escape(TITLE_IN_HEBREW),
        text.escape(TITLE_IN_HEBREW, 12),
        text.link(TITLE_IN_HEBREW, "https://arxiv.org/abs/2406.07496").removesuffix(
            "](https://arxiv.org/abs/2406.07496)"
        )[1:],
        *text.escape(f"{TITLE_IN_HEBREW}\n{TITLE_IN_HEBREW}", lines=True).split("\n"),
    ],
)
def test_text_from_right_to_left_leaves_what_stands_beside_it_in_its_place(shown: str) -> None:
    assert (shown[0], shown[-1]) == ("\u2068", "\u2069")


def test_other_text_gets_no_isolates() -> None:
    assert "\u2068" not in text.escape("深層学習 Überblick, 3 δ 🔬")


def test_towers_of_accents_are_cut() -> None:
    assert len(text.escape("a" + "\u0301" * 50)) == 5


@given(
    anything,
    st.sampled_from(["https://arxiv.org/abs/2406.07496", "http://a.example/x_(y)?q=[z] *"]),
)
def test_a_link_is_one_link_whatever_its_label(label: str, url: str) -> None:
    result = read(text.link(label, url))
    assert result.acted == {"link"}
    assert [target for _, target in result.links] == [text.safe_url(url)]
    assert result.seen.strip()


@given(anything, anything)
def test_a_link_is_one_link_or_none_whatever_its_url(label: str, rest: str) -> None:
    result = read(text.link(label, f"https://a.example/{rest}"))
    assert result.acted <= {"link"}
    assert all(target.startswith("https://a.example/") for _, target in result.links)


@given(long_anything, st.integers(0, 300))
def test_a_link_fits_its_limit(label: str, limit: int) -> None:
    link = text.link(label, "https://arxiv.org/abs/2406.07496", limit)
    assert text.length(link) <= limit
    assert read(link).acted <= {"link"}


@given(anything, anything)
def test_text_beside_a_link_does_not_reach_into_it(before: str, after: str) -> None:
    line = (
        f"{text.escape(before)} {text.link('a paper', 'https://a.example/')} {text.escape(after)}"
    )
    result = read(line.strip())
    assert result.links == [("a paper", "https://a.example/")]


def test_brackets_of_a_label_become_parentheses() -> None:
    assert text.link("[Re] Plain [x", "https://a.example/") == "[(Re) Plain (x](https://a.example/)"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://a.example/x",
        "//a.example/x",
        "/api/avatars/1",
        "https://",
        "https://localhost/x",
        "https://127.0.0.1/",
        "https://arxiv.org@evil.example/",
        "https://a.example:99999/",
        "https://[::1",
        "https://a..example/",
        "https://a.example/" + "x" * 500,
        "",
        None,
    ],
)
def test_unsafe_addresses_are_refused(url: str | None) -> None:
    assert text.safe_url(url) is None


@given(st.text(max_size=200))
def test_safe_addresses_keep_their_meaning(path: str) -> None:
    safe = text.safe_url(f"https://a.example/{path}")
    if safe is not None:
        assert re.fullmatch(r"[!-~]+", safe)
        assert not set('()[]<>\\*`|"{}^') & set(safe)
        assert urlsplit(safe).netloc == "a.example"
        assert text.safe_url(safe) == safe
        assert len(safe) <= limits.COMPONENT_URL


def test_addresses_in_other_scripts_are_encoded() -> None:
    assert text.safe_url("https://bücher.example/ä b%20c%") == (
        "https://xn--bcher-kva.example/%C3%A4%20b%20c%25"
    )
    assert unquote(text.safe_url("https://a.example/(x)[y]") or "") == "https://a.example/(x)[y]"


@given(st.lists(st.tuples(anything, st.booleans()), max_size=6), st.integers(0, 200))
def test_clipped_markdown_fits_and_splits_nothing(
    parts: list[tuple[str, bool]], limit: int
) -> None:
    pieces = [
        text.link(part, "https://a.example/x") if linked else f"**{text.escape(part)}x**"
        for part, linked in parts
    ]
    markdown = " ".join(pieces)
    clipped = text.clip(markdown, limit)
    assert text.length(clipped) <= limit
    assert read(clipped).acted <= {"link", "bold"}
    assert all(target == "https://a.example/x" for _, target in read(clipped).links)
    assert read(markdown).seen.startswith(read(clipped).seen.removesuffix("…").rstrip())


@given(anything, st.integers(0, 100))
def test_plain_text_is_one_line_inside_its_limit(raw: str, limit: int) -> None:
    plain = text.plain(raw, limit)
    assert text.length(plain) <= limit
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in plain)


def test_lengths_count_what_is_beyond_the_basic_plane_twice() -> None:
    assert text.length("a\N{MATHEMATICAL SCRIPT CAPITAL O}") == 3


def test_authors_are_named_up_to_three() -> None:
    assert text.people([]) == ""
    assert text.people(["Ada"]) == "Ada"
    assert text.people(["Ada", "Bob"]) == "Ada and Bob"
    assert text.people(["Ada", "Bob", "Cyd"]) == "Ada, Bob and Cyd"
    assert text.people(["Ada", "Bob", "Cyd", "Dee"]) == "Ada, Bob, Cyd and 1 more"
    assert text.people(["Ada", "Bob", "Cyd", "Dee"], total=3000) == "Ada, Bob, Cyd and 2,997 more"
    assert text.people(["Ada", " ", "\u200b"]) == "Ada"


def test_numbers_agree_with_their_noun() -> None:
    assert [text.plural(count, "paper") for count in (0, 1, 1204)] == [
        "0 papers",
        "1 paper",
        "1,204 papers",
    ]
    assert text.plural(2, "library", "libraries") == "2 libraries"


def test_a_moment_is_shown_in_each_readers_zone() -> None:
    assert text.timestamp(datetime(2025, 6, 12, tzinfo=UTC), "R") == "<t:1749686400:R>"
